# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of a run, in one sentence, and what is safe to do next."""

from __future__ import annotations

import shlex
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._record import is_open
from ansible_collections.biztalk.patching.plugins.module_utils._report_outage import computer_names
from ansible_collections.biztalk.patching.plugins.module_utils._words import counted, duration, listed

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._report_outage import Outage
    from ansible_collections.biztalk.patching.plugins.module_utils._story import Failure, Story

State = t.Literal["succeeded", "nothing_to_do", "refused", "aborted", "failed", "taken_back", "interrupted", "running"]
# With these what ran before runs again, as far as the run knows.
UP: t.Final = ("succeeded", "nothing_to_do", "refused", "aborted", "taken_back")


@dataclass(frozen=True)
class Outcome:
    """`next` says what is safe to do, `command` how; both are empty where nothing is to be done."""

    state: State
    sentence: str
    cause: str
    next: str
    command: str

    @property
    def good(self) -> bool:
        return self.state in ("succeeded", "nothing_to_do")

    @property
    def is_up(self) -> bool:
        return self.state in UP


def state_of(story: Story, *, alive: bool) -> State:
    """`alive` says whether the process of the last ansible-playbook is known to live still."""
    record = t.cast("dict[str, t.Any] | None", story.record)
    last = story.executions[-1] if story.executions else None
    if record and not is_open(record):
        return _closed(story, record)
    if record is None and (story.latest("plan") or {}).get("outcome") == "nothing_to_do":
        return "nothing_to_do"
    if last is None or last.ended is None:
        return "running" if alive else "interrupted"
    return "failed" if record else "refused"


def _closed(story: Story, record: t.Mapping[str, t.Any]) -> State:
    """A rollback that uninstalled nothing leaves the record as that of the run which it was to take back."""
    if record["step"] == "aborted" or (story.operation, record["operation"]) == ("rollback", "patch"):
        return "aborted"
    return "succeeded" if story.operation == record["operation"] else "taken_back"


def outcome_of(
    story: Story, outage: Outage | None, *, alive: bool, before: t.Mapping[str, t.Any] | None = None
) -> Outcome:
    """`before` is the record of a run that was left open, where this one did not come to go on with it."""
    state = state_of(story, alive=alive)
    cause = cause_of(story) if state not in ("succeeded", "nothing_to_do", "running") else None
    if before and story.record is None:
        left = f"The run {before['id']} before it is still open, at the step {before['step']}."
        return Outcome(
            state=state,
            sentence=f"{_sentence(story, state, outage, cause)} {left}",
            cause=cause.message if cause else "",
            next=str(before["next"]),
            command=_playbook(story, before["operation"]),
        )
    return Outcome(
        state=state,
        sentence=_sentence(story, state, outage, cause),
        cause=cause.message if cause else "",
        next=_next(story, state),
        command=_command(story, state),
    )


def cause_of(story: Story) -> Failure | None:
    """The first failure of the last run that was not expected: those after it tell what was done about it."""
    begin = story.executions[-1].began if story.executions else 0.0
    failures = [failure for failure in story.failures if failure.at >= begin and failure.message]
    # A task that is ignored is judged by the next one, which has the same words.
    return next((failure for failure in failures if not failure.ignored), None)


def _sentence(story: Story, state: State, outage: Outage | None, cause: Failure | None) -> str:
    update, group = updates_of(story) or "The update", group_of(story)
    done, all_of_them = progress_of(story)
    rollback = story.operation == "rollback"
    was_down = f"; the group was down for {duration(outage.seconds)}" if outage and not outage.open else ""
    where = (
        f" on {computer_names(story).get(cause.host, cause.host)}"
        if cause and cause.phase in ("install", "prove", "uninstall", "restart")
        else ""
    )
    is_down = "The group is down and stays down" if outage and outage.open else "The group was not stopped"
    word, verb = ("uninstall", "taken back from") if rollback else ("install", "installed on")
    so_far = f"{done} of {all_of_them} computers {'no longer have it' if rollback else 'have it'}"
    sentences: dict[State, str] = {
        "succeeded": f"{update} was {verb} {_every(all_of_them)} of {group}{was_down}.",
        "nothing_to_do": f"Nothing was to be done: {group} is as it should be already.",
        "refused": (
            f"The {'rollback' if rollback else 'update'} was refused, and nothing was touched: {group} is as it was."
        ),
        "aborted": (
            f"{update} was not {verb.split()[0]}{' back' if rollback else ''}, and everything that ran before runs "
            f"again{was_down}."
        ),
        "taken_back": f"{update} could not be installed, and it was taken back: {group} is as before{was_down}.",
        "failed": f"The {word} of {update} failed{where}: {so_far}. {is_down}.",
        "interrupted": (
            "The run was interrupted before it touched anything."
            if story.record is None
            else f"The {word} of {update} was interrupted: {so_far}. "
            + ("The group is down as far as is known." if outage and outage.open else is_down + ".")
        ),
        "running": f"The {word} of {update} has not ended: {so_far}.",
    }
    return sentences[state]


def _every(count: int) -> str:
    return {0: "every computer", 1: "the only computer", 2: "both computers"}.get(count, f"all {count} computers")


def updates_of(story: Story) -> str:
    """The updates by their KB articles, empty where they are not known."""
    packages = (story.record or {}).get("packages") or [fact.value for fact in story.all("package")]
    return listed(dict.fromkeys(f"KB{package['kb']}" for package in packages if package["kb"]))


def group_of(story: Story) -> str:
    group = story.first("group")
    if group:
        return f"the group {group['name']}"
    last = story.executions[-1] if story.executions else None
    of = (story.record or {}).get("group") or {
        "server": last.server if last else "",
        "database": last.database if last else "",
    }
    return f"the group of {of['database']} on {of['server']}"


def progress_of(story: Story) -> tuple[int, int]:
    """How many computers the run is done with, and how many there are."""
    computers = (story.record or {}).get("computers") or story.plan.get("computers") or ()
    name = "uninstalled" if story.operation == "rollback" else "installs"
    to_install = {one["host"] for one in story.plan.get("computers", ()) if one.get("install")}
    done = [
        one
        for one in computers
        if one.get(name) or (name == "installs" and to_install and one["host"] not in to_install)
    ]
    return len(done), len(computers)


def _next(story: Story, state: State) -> str:
    record = story.record
    if state in ("nothing_to_do", "succeeded", "taken_back"):
        return "" if state != "taken_back" else "Find out why the install failed before the next try."
    if record is None:
        what = "Mend what stands in the way, then run" if state == "refused" else "Run"
        return f"{what} {story.operation}.yml again." if state != "running" else ""
    if state == "aborted":
        return f"Mend the cause, then run {story.operation}.yml again."
    still = "If the run does not go on any more: " if state == "running" else ""
    return still + str(record["next"])


def _command(story: Story, state: State) -> str:
    """The playbook that is to be run next; the settings are those of the run."""
    if state in ("nothing_to_do", "succeeded", "taken_back"):
        return ""
    record = story.record
    goes_on = record is not None and is_open(t.cast("dict[str, t.Any]", record))
    return _playbook(story, record["operation"] if record and goes_on else story.operation)


def _playbook(story: Story, operation: str) -> str:
    inventory = [
        text for source in (story.executions[-1].inventory if story.executions else ()) for text in ("-i", source)
    ]
    return shlex.join(["ansible-playbook", *inventory, f"biztalk.patching.{operation}"])


def in_words(outcome: Outcome, follow_ups: t.Sequence[str]) -> list[str]:
    """The summary for a mail or a chat."""
    lines = [outcome.sentence]
    if outcome.cause:
        lines.append(f"Cause: {outcome.cause}")
    if outcome.next:
        lines.append(f"Next: {outcome.next}")
    if outcome.command:
        lines.append(f"Command: {outcome.command}")
    if follow_ups:
        lines.append(f"{counted(len(follow_ups), 'follow-up')}: {'; '.join(follow_ups)}")
    return lines
