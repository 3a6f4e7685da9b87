# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of patch.yml has seen of the rules for an install; a rollback stops and starts in the same way."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._evidence import (
    Evidence,
    clock,
    first_began,
    found_by_plan,
    has_sql,
    held,
    not_applicable,
    not_seen,
    still_open,
)
from ansible_collections.biztalk.patching.plugins.module_utils._report_outage import computer_names
from ansible_collections.biztalk.patching.plugins.module_utils._words import counted, listed

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._story import Segment, Story

_IIS = ("W3SVC", "WAS", "IISADMIN")
_NOTHING_STOPPED = "Nothing was stopped in this run."
_NO_INSTALL = "Nothing was installed in this run."


def evidence(story: Story, *, is_up: bool) -> dict[str, Evidence]:
    found = _before(story) | _stopped(story) | _backed_up(story) | _installed(story) | _started(story, is_up=is_up)
    if story.operation == "rollback":
        return found | {name: not_applicable("This run takes an update back.") for name in _OF_INSTALLS}
    return found


_OF_INSTALLS = ("R1", "R2", "R5", "R9", "R10", "R15", "R16", "R23")


def _before(story: Story) -> dict[str, Evidence]:
    chosen = [fact.value for fact in story.all("package")]
    whys = listed(dict.fromkeys(f"{one['file_name']}: {one.get('why')}" for one in chosen))
    only_x86 = [one for one in chosen if one["architecture"] == "x86" and one.get("for") == "x64"]
    reading = "; ".join(
        dict.fromkeys(
            f"{one['file_name']}: {one.get('files', 0)} files, SQL: {one['has_sql']}"
            f" ({'; '.join(one['has_sql_evidence'])})"
            for one in chosen
        )
    )
    return {
        "R1": held(f"Chosen for x64 computers: {whys}.")
        if only_x86
        else (not_applicable("No x86 download was chosen for a 64-bit computer.") if chosen else not_seen()),
        "R2": held(f"{whys}.") if chosen else not_seen(),
        "R9": held(f"{reading}.") if chosen else not_seen(),
        "R3": found_by_plan(story, "R3"),
        "R4": found_by_plan(story, "R4"),
        "R23": found_by_plan(story, "R23"),
    }


def _stopped(story: Story) -> dict[str, Evidence]:
    computers, stops = story.plan.get("computers", ()), story.of_phase("stop")
    if not stops:
        return {name: not_applicable(_NOTHING_STOPPED) for name in ("R6", "R11", "R12", "R13", "R14")}
    what = [
        f"{one['name']}: {listed([*one['services'], *one['clustered'], *one['programs']]) or 'nothing ran'}"
        for one in computers
    ]
    agents = _last_by_place(story.of_phase("agent_down"))
    downs = listed(f"{one.service or 'SQL Server Agent'} on {one.lane} at {clock(one.ended)}" for one in agents)
    finished = [one for one in stops if not one.open]
    stopped = f"Stopped by {clock(max(one.ended for one in stops))} UTC. {'; '.join(what)}."
    iis = [one["name"] for one in computers if set(_IIS) & set(one["services"]) or one.get("app_pools")]
    return {
        "R6": _with_sql(story, downs, stopped),
        "R11": _everything(story, stops, stopped),
        "R12": held(f"Stopped on {listed(iis)}.")
        if iis and finished
        else not_applicable("No computer has a running IIS that an isolated host uses."),
        "R13": held(f"Stopped: {downs}.")
        if agents
        else not_seen("No Agent was stopped by this run: it was down, or others have stopped it.")
        if story.plan.get("agents")
        else not_applicable("Neither the update nor the plan touches a database."),
        "R14": _sso(story),
    }


def _everything(story: Story, stops: t.Sequence[Segment], stopped: str) -> Evidence:
    """A run that finishes another one stops again what it installs on."""
    if story.plan.get("outcome") == "rolling":
        return not_applicable("Rolling: the update contains no SQL, and each computer was stopped for its own install.")
    work = first_began(story.of_phase("install", "uninstall"))
    before = [one for one in stops if work is None or one.began < work]
    if not before:
        return Evidence("not_held", "An install began before anything was stopped.")
    if any(one.open or (work is not None and one.ended > work) for one in before):
        return not_seen("The stop did not come to its end.")
    return held(stopped)


def _with_sql(story: Story, downs: str, stopped: str) -> Evidence:
    if not has_sql(story):
        return not_applicable("The update contains no SQL.")
    return held(f"{stopped} {downs}.") if downs else not_seen()


def _sso(story: Story) -> Evidence:
    if story.operation == "rollback":
        return not_applicable("This run installs nothing.")
    touched = [one["name"] for one in story.plan.get("computers", ()) if "ENTSSO" in one["services"]]
    if touched:
        return Evidence("not_held", f"Enterprise SSO was among what was stopped on {listed(touched)}.")
    checked = found_by_plan(story, "R14")
    return held(f"{checked.text} It was not among what was stopped.") if checked.verdict == "held" else checked


def _backed_up(story: Story) -> dict[str, Evidence]:
    before, new = (story.record or {}).get("backup_set"), story.latest("backup")
    # A rollback makes a new one in the end.
    made = new or before if story.operation == "rollback" else before or new
    if not made:
        reason = "No backup was made: the group was not taken down for databases." if not has_sql(story) else ""
        return {name: not_applicable(reason) if reason else not_seen() for name in ("R5", "R20")}
    names = {row["name"].casefold() for row in made["databases"]}
    missing = [
        one["name"] for one in (story.first("group") or {}).get("databases", ()) if one["name"].casefold() not in names
    ]
    what = f"Set {made.get('id') or 'without an id'}: {listed(row['name'] for row in made['databases'])}."
    how = f"Method {made.get('method')}, job outcome: {made.get('job_outcome')}, checked: {made.get('verification')}."
    kinds = {"job": held(how), "native": not_applicable(f"{how} KB 952555 allows it.")}
    return {
        "R5": Evidence("not_held", f"{what} It lacks {listed(missing)}.") if missing else held(what),
        "R20": kinds.get(made.get("method", ""), not_seen(f"How it was made is not known. {what}")),
    }


def _installed(story: Story) -> dict[str, Evidence]:
    installs = story.of_phase("install")
    done = [one for one in (story.record or {}).get("computers", ()) if one["installs"]]
    computers = story.plan.get("computers", ())
    lacking = [
        one["name"] for one in computers if one.get("install") and one["name"] not in {row["name"] for row in done}
    ]
    if not installs:
        return {name: not_applicable(_NO_INSTALL) for name in ("R10", "R15", "R16")}
    names = computer_names(story)
    order = listed(f"{names.get(one.lane, one.lane)} {clock(one.began)} to {clock(one.ended)}" for one in installs)
    overlap = any(a.ended > b.began for a, b in itertools.pairwise(installs) if a.lane != b.lane)
    return {
        "R10": still_open(f"Still without it: {listed(lacking)}.")
        if lacking
        else held(f"On {counted(len(computers), 'computer')}: {listed(one['name'] for one in computers)}."),
        "R15": _idle(story, installs),
        "R16": Evidence("not_held", f"Installs overlap: {order}.") if overlap else held(f"{order} UTC."),
    }


def _idle(story: Story, installs: t.Sequence[Segment]) -> Evidence:
    before = [fact for fact in story.all("idle") if fact.at <= installs[0].began and fact.value["idle"]]
    if before:
        last = before[-1]
        return held(
            f"Idle at {clock(last.at)} UTC after {last.value['waited']} s, {last.value['samples']} looks at sp_who2."
        )
    if story.plan.get("outcome") == "rolling":
        return not_applicable("Rolling: the update contains no SQL, and the group stayed up.")
    return not_seen("No look at the databases before the first install was noted.")


def _started(story: Story, *, is_up: bool) -> dict[str, Evidence]:
    starts, agents = story.of_phase("start"), _last_by_place(story.of_phase("agent_up"))
    sql = has_sql(story)
    if not story.of_phase("stop"):
        return {name: not_applicable(_NOTHING_STOPPED) for name in ("R7", "R8", "R17")}
    if not starts or not is_up:
        left = still_open("What was stopped is not running again yet.")
        return {"R17": left, "R7": left if sql else _no_sql, "R8": _sql if sql else left}
    ups = [f"{one.service or 'SQL Server Agent'} on {one.lane} at {clock(one.ended)}" for one in agents]
    services = sum(len(one["services"]) for one in story.plan.get("computers", ()))
    what = (
        f"Started and seen to run by {clock(max(one.ended for one in starts))} UTC: {counted(services, 'service')}"
        f"{', ' + listed(ups) if ups else ''}."
    )
    return {"R17": held(what), "R7": held(what) if sql else _no_sql, "R8": _sql if sql else held(what)}


_no_sql = not_applicable("The update contains no SQL.")
_sql = not_applicable("The update contains SQL, or may contain it.")


def _last_by_place(segments: t.Iterable[Segment]) -> list[Segment]:
    return list({(segment.lane, segment.service): segment for segment in segments}.values())
