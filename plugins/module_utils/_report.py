# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a run as plain data, which report.json is and report.html shows. Described in docs/report.md."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._phases import PHASES
from ansible_collections.biztalk.patching.plugins.module_utils._report_outage import (
    Lane,
    Outage,
    lanes_of,
    outage_of,
)
from ansible_collections.biztalk.patching.plugins.module_utils._report_outcome import (
    UP,
    Outcome,
    group_of,
    in_words,
    outcome_of,
    state_of,
    updates_of,
)
from ansible_collections.biztalk.patching.plugins.module_utils._report_parts import (
    SetupLog,
    computers_of,
    failures_of,
    follow_ups_of,
    idle_of,
    warnings_of,
)
from ansible_collections.biztalk.patching.plugins.module_utils._report_rules import rules_of
from ansible_collections.biztalk.patching.plugins.module_utils._words import moment

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._story import Story

SCHEMA: t.Final = 1


@dataclass(frozen=True)
class Report:
    """`data` is the whole report; the others are what the timeline is drawn of."""

    data: dict[str, t.Any]
    outcome: Outcome
    lanes: tuple[Lane, ...]
    outage: Outage | None


def make_report(
    story: Story,
    *,
    run: str,
    made: float,
    alive: bool,
    logs: t.Sequence[SetupLog] = (),
    before: t.Mapping[str, t.Any] | None = None,
) -> Report:
    """`run` names the run and its files, `made` is now, `alive` says whether its ansible-playbook still lives.

    `before` is the group's run record where that is of a run which was left open.
    """
    is_up = state_of(story, alive=alive) in UP
    outage = outage_of(story, is_up=is_up)
    outcome = outcome_of(story, outage, alive=alive, before=before)
    lanes = tuple(lanes_of(story, is_up=is_up))
    follow_ups = follow_ups_of(story)
    about = updates_of(story) or group_of(story)
    group = story.first("group") or {}
    data = {
        "schema": SCHEMA,
        "run": run,
        "operation": story.operation,
        "updates": updates_of(story),
        "outcome": dataclasses.asdict(outcome),
        "summary": {
            "state": outcome.state,
            "good": outcome.good,
            "subject": f"BizTalk {story.operation}: {outcome.state.replace('_', ' ')}: {about}",
            "text": "\n".join(in_words(outcome, follow_ups)),
        },
        "group": _group(story),
        "began": _optional_moment(story.executions[0].began if story.executions else None),
        "made": moment(made),
        "executions": [_execution(one) for one in story.executions],
        "outage": _outage(outage),
        "lanes": [_lane(lane) for lane in lanes],
        "packages": [fact.value for fact in story.all("package")],
        "computers": computers_of(story),
        "databases": list(group.get("versions", {}).get("databases", ())),
        "backup_set": (story.record or {}).get("backup_set") or story.latest("backup"),
        "idle": idle_of(story),
        "restore": story.latest("restore"),
        "backup_afterwards": story.latest("backup") if story.latest("restore") else None,
        "warnings": warnings_of(story),
        "follow_ups": follow_ups,
        "rules": [
            {"id": rule.id, "rule": rule.text, "verdict": rule.evidence.verdict, "evidence": rule.evidence.text}
            for rule in rules_of(story, is_up=is_up)
        ],
        "failures": failures_of(story),
        "logs": [log.as_result() for log in logs],
    }
    return Report(data, outcome, lanes, outage)


def _group(story: Story) -> dict[str, t.Any]:
    group = story.first("group") or {}
    last = story.executions[-1] if story.executions else None
    management = group.get("management") or (story.record or {}).get("group") or {}
    return {
        "name": group.get("name", ""),
        "server": management.get("server") or (last.server if last else ""),
        "database": management.get("database") or (last.database if last else ""),
        "computers": list(group.get("servers", ())),
    }


def _execution(one: t.Any) -> dict[str, t.Any]:
    return {
        "began": moment(one.began),
        "ended": _optional_moment(one.ended),
        "succeeded": one.succeeded,
        "user": one.owner.get("user", ""),
        "controller": one.owner.get("host", ""),
    }


def _outage(outage: Outage | None) -> dict[str, t.Any] | None:
    if outage is None:
        return None
    return {
        "began": moment(outage.began),
        "ended": None if outage.open else moment(outage.ended),
        "seconds": round(outage.seconds, 1),
    }


def _lane(lane: Lane) -> dict[str, t.Any]:
    return {
        "name": lane.name,
        "kind": lane.kind,
        "phases": [
            {
                "phase": one.phase,
                "words": PHASES[one.phase],
                "began": moment(one.began),
                "ended": None if one.open else moment(one.ended),
                "seconds": round(one.seconds, 1),
            }
            for one in lane.segments
        ],
    }


def _optional_moment(at: float | None) -> str | None:
    return None if at is None else moment(at)
