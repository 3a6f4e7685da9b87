# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run of a playbook on one of several groups ended, in words for whoever has to go on from there."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

Ending = t.Literal["done", "nothing_to_do", "to_do", "failed", "interrupted", "not_run"]

WELL: t.Final = ("done", "nothing_to_do", "to_do")

# By playbook, what has happened to the computers of its plan, and what would happen in check mode.
_DEEDS: t.Final = {
    "patch": ("the update was installed on", "the update would be installed on"),
    "rollback": ("the update was taken back from", "the update would be taken back from"),
}
_WORDS: t.Final = {
    "done": "done",
    "nothing_to_do": "nothing to do",
    "to_do": "to do",
    "failed": "FAILED",
    "interrupted": "INTERRUPTED",
    "not_run": "NOT RUN",
}


@dataclass(frozen=True)
class GroupOutcome:
    """`next` is what is safe to do, empty where nothing is to be done; `exit_code` is None where nothing ran."""

    group: str
    outcome: Ending
    summary: str
    next: str = ""
    exit_code: int | None = None
    seconds: int = 0
    log: str = ""

    @property
    def well(self) -> bool:
        return self.outcome in WELL

    def as_result(self) -> dict[str, t.Any]:
        return asdict(self)


@dataclass(frozen=True)
class Told:
    """What the callback `biztalk.patching.told` wrote down of a run; empty where the run did not come to its end.

    `plan` is the outcome of its plan, `computers` are the inventory hosts that it works on, `failures` are the last
    messages of failure by inventory host.
    """

    plan: str = ""
    computers: tuple[str, ...] = ()
    failures: t.Mapping[str, str] | None = None

    @classmethod
    def parse(cls, raw: t.Mapping[str, t.Any]) -> Told:
        return cls(str(raw["plan"]), tuple(raw["computers"]), dict(raw["failures"]))

    @property
    def cause(self) -> str:
        """The messages of failure; hosts that failed for the same reason are told together."""
        messages: dict[str, list[str]] = {}
        for host, message in (self.failures or {}).items():
            messages.setdefault(message, []).append(host)
        return "\n".join(f"{', '.join(hosts)}: {message}" for message, hosts in messages.items())


def ended_well(playbook: str, told: Told, *, check_mode: bool) -> tuple[Ending, str]:
    """The ending of a run with exit code 0, and its summary."""
    if told.plan == "nothing_to_do":
        return "nothing_to_do", "nothing was to be done"
    where = ", ".join(told.computers)
    if playbook == "plan":
        return "to_do", f"the update is to be installed on {where}" if where else "an interrupted run is to be finished"
    if playbook not in _DEEDS:
        return "done", "all was read"
    if not where:
        return "done", "a run that was interrupted is finished"
    return "done", f"{_DEEDS[playbook][check_mode]} {where}"


def ended_badly(exit_code: int, told: Told) -> str:
    """The summary of a run that failed."""
    how = f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with exit code {exit_code}"
    return told.cause or f"ansible-playbook {how}; the cause is in its log"


def summary_lines(outcomes: t.Sequence[GroupOutcome]) -> list[str]:
    """A line for each group, and below it what is to be done where it did not end well."""
    width = max((len(outcome.group) for outcome in outcomes), default=0)
    lines = []
    for outcome in outcomes:
        time = "{:d}:{:02d}".format(*divmod(outcome.seconds, 60))
        first, *more = outcome.summary.splitlines() or [""]
        lines.append(f"{outcome.group:{width}}  {_WORDS[outcome.outcome]:13}  {time:>6}  {first}")
        lines += [f"  {line}" for line in more]
        if outcome.next:
            lines.append(f"  Next: {outcome.next}")
        if outcome.log and not outcome.well:
            lines.append(f"  Log: {outcome.log}")
    return lines
