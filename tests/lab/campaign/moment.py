# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The moment at which a run is struck, told by what the lab's event log tells."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.lab.events import Event, EventLog


@dataclass(frozen=True)
class Moment:
    """The `turn`-th event of a kind whose fields fit the patterns of `where` (those of a shell)."""

    kind: str
    where: Mapping[str, str] = field(default_factory=dict)
    turn: int = 1

    def fits(self, event: Event) -> bool:
        return event.kind == self.kind and all(
            fnmatchcase(str(event.fields.get(name)), pattern) for name, pattern in self.where.items()
        )


class Trigger:
    """Acts once, when its moment has come, and before the cause of that event goes on."""

    def __init__(self, log: EventLog, moment: Moment, act: Callable[[], None]) -> None:
        self.fired = threading.Event()
        self._moment = moment
        self._act = act
        self._lock = threading.Lock()
        self._seen = 0
        log.watch(self._look)

    def _look(self, event: Event) -> None:
        if not self._moment.fits(event):
            return
        with self._lock:
            self._seen += 1
            if self._seen != self._moment.turn:
                return
        self._act()
        self.fired.set()
