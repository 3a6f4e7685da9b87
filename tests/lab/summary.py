# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run did, in words and figures, from the lab's event log."""

from __future__ import annotations

import collections
import typing as t
from dataclasses import dataclass

from tests.lab.invariants import judge_all
from tests.lab.invariants.history import History

if t.TYPE_CHECKING:
    from tests.lab.events import Event

# The phases of a run in order, each with what begins it.
_BEGINNINGS: tuple[tuple[str, t.Callable[[Event], bool]], ...] = (
    ("plan and stage", lambda event: event.kind == "remote.task"),
    ("stop", lambda event: event.kind in ("service.stop_requested", "process.ended")),
    ("backup", lambda event: event.kind == "backup.forced"),
    ("agent and idle", lambda event: event.kind == "service.stop_requested" and event["role"] == "agent"),
    ("install", lambda event: event.kind == "install.started"),
    ("start", lambda event: event.kind == "service.start_requested"),
)


@dataclass(frozen=True)
class Phase:
    """`began` and `ended` are positions in the history."""

    name: str
    began: int
    ended: int


def phases(history: History) -> list[Phase]:
    """The phases that the run came to, each up to the beginning of the next."""
    found: list[tuple[str, int]] = []
    for name, begins in _BEGINNINGS:
        after = found[-1][1] + 1 if found else 0
        began = next((at for at in range(after, len(history.events)) if begins(history.events[at])), None)
        if began is not None:
            found.append((name, began))
    ends = [began for _name, began in found[1:]] + [_last_start(history)]
    return [Phase(name, began, end) for (name, began), end in zip(found, ends, strict=False)]


def summary(events: t.Sequence[Event]) -> list[str]:
    """Lines for a person: installs, backup set, outage and its phases, remote tasks, and the rules."""
    history = History(events)
    lines = ["", "What was installed", *_installs(history), "", *_backup(history)]
    run = phases(history)
    if len(run) > 1:
        lines += ["", *_outage(history, run)]
    return [*lines, "", "Remote tasks per computer and phase", *_tasks(history, run), "", "Rules", *_rules(events)]


def _last_start(history: History) -> int:
    return max(history.positions("service.started"), default=len(history.events) - 1)


def _installs(history: History) -> t.Iterator[str]:
    for install in history.installs:
        began = history.events[install.started].at
        took = f"{history.events[install.finished].at - began:.1f} s" if install.finished else "never ended"
        yield f"  {install.computer:<8} KB{install.kb} {install.architecture}  exit code {install.exit_code}  {took}"
    if not history.installs:
        yield "  nothing"


def _backup(history: History) -> t.Iterator[str]:
    for _position, event in history.of_kind("backup.set"):
        if event["type"] == "db":
            names = ", ".join(name for _server, name in event["databases"])
            state = "complete" if event["complete"] else "NOT complete"
            which = "without the job" if event["backup_set"] is None else f"set {event['backup_set']}"
            yield f"Full backup: {which}, {state}: {names}"


def _outage(history: History, run: t.Sequence[Phase]) -> t.Iterator[str]:
    def seconds(began: int, ended: int) -> float:
        return history.events[ended].at - history.events[began].at

    outage = [phase for phase in run if phase.name != "plan and stage"]
    yield f"The group was down for {seconds(outage[0].began, outage[-1].ended):.1f} s"
    for phase in outage:
        yield f"  {phase.name:<16}{seconds(phase.began, phase.ended):6.1f} s"


def _tasks(history: History, run: t.Sequence[Phase]) -> t.Iterator[str]:
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    for position, event in history.of_kind("remote.task"):
        phase = next((phase.name for phase in reversed(run) if phase.began <= position), run[0].name)
        counts[event["computer"], phase] += 1
    computers = sorted({computer for computer, _phase in counts})
    names = [phase.name for phase in run]
    yield "  " + " " * 8 + "".join(f"{name:>16}" for name in (*names, "all"))
    for computer in computers:
        row = [counts[computer, name] for name in names]
        yield f"  {computer:<8}" + "".join(f"{count:>16}" for count in (*row, sum(row)))


def _rules(events: t.Sequence[Event]) -> t.Iterator[str]:
    for verdict in judge_all(events):
        mark = "held" if verdict.held else "BROKEN"
        if verdict.not_applicable:
            mark = "-"
        yield f"  {verdict.rule:<4} {mark:<7} {verdict.text}"
        if verdict.not_applicable:
            yield f"               not judged: {verdict.not_applicable}"
        for reason in verdict.broken:
            yield f"               {reason}"
