# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is at, seen from its tasks: which lane is in which phase, from when to when.

A lane is a computer by its inventory host, or `databases` for the tasks that look at them from the controller. What is
delegated to a computer of SQL Server is known when it ends only, so it is noted at once with its begin.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._phases import OF_AGENTS, OF_DATABASES, phase_of

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._journal import Journal

DATABASES: t.Final = "databases"


@dataclass
class _Lane:
    phase: str
    last: float
    done: bool = False


class RunWatch:
    """Told of each task on each host, it notes in the journal when a lane comes to a phase and when it leaves it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lanes: dict[str, _Lane] = {}
        self._began: dict[tuple[str, str], tuple[str, str, float]] = {}
        self.phase = ""

    def comes_to(self, file: str) -> None:
        """A task of this file is the next one."""
        self.phase = phase_of(file, self.phase)

    def begins(self, host: str, task: str, at: float) -> None:
        """`task` tells one task from another; `at` is in seconds since the epoch."""
        if not self.phase:
            return
        lane = DATABASES if self.phase in OF_DATABASES else host
        self._began[host, task] = (lane, self.phase, at)
        if self.phase not in OF_AGENTS:
            self._enter(lane, self.phase, at)

    def ends(
        self, host: str, task: str, at: float, *, skipped: bool, delegated_to: str = "", service: str = ""
    ) -> None:
        """`delegated_to` is the host that the task was delegated to, `service` the one that it started or stopped."""
        lane, phase, began = self._began.pop((host, task), ("", "", at))
        if skipped or not lane:
            return
        if phase in OF_AGENTS:
            place = {"lane": delegated_to or host, "service": service}
            self._journal.note("segment", at, phase=phase, began=round(began, 3), **place)
        elif lane in self._lanes and self._lanes[lane].phase == phase:
            self._lanes[lane].last = at
            self._lanes[lane].done = True

    def all_leave(self) -> None:
        """The run, or a play of it, has ended."""
        for name in list(self._lanes):
            self._leave(name)

    def _enter(self, name: str, phase: str, at: float) -> None:
        lane = self._lanes.get(name)
        if lane and lane.phase == phase:
            return
        self._leave(name)
        self._lanes[name] = _Lane(phase, at)
        self._journal.note("began", at, lane=name, phase=phase)

    def _leave(self, name: str) -> None:
        lane = self._lanes.pop(name, None)
        if lane:
            # Where all tasks were skipped, nothing was done here.
            self._journal.note("ended" if lane.done else "dropped", lane.last, lane=name, phase=lane.phase)
