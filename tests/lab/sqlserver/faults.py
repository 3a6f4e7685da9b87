# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on demand: the faults of the topology, and those that a test adds while the lab runs."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass

from tests.lab.sqlserver.spec import FaultKind, SqlFault

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance


@dataclass
class Armed:
    """A fault and how often it has passed and happened."""

    fault: SqlFault
    passed: int = 0
    happened: int = 0

    def matches(self, kind: FaultKind, occasion: dict[str, str]) -> bool:
        fault = self.fault
        if fault.kind != kind or (fault.times and self.happened >= fault.times):
            return False
        wanted = {"database": fault.database, "job": fault.job, "step": fault.step, "statement": fault.statement}
        return all(
            text is None or text.casefold() in occasion.get(name, "").casefold() for name, text in wanted.items()
        )


class Faults:
    """`add` arms a fault, `clear` disarms all; the instance asks with `take` whether an occasion goes wrong."""

    def __init__(self, instance: SqlServerInstance, known: t.Iterable[SqlFault]) -> None:
        self._instance = instance
        self._lock = threading.Lock()
        self._armed = [Armed(fault) for fault in known]

    def add(self, kind: FaultKind, **details: t.Any) -> None:
        """`details` are those of `SqlFault`."""
        with self._lock:
            self._armed.append(Armed(SqlFault(kind, **details)))

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def take(self, kind: FaultKind, **occasion: str) -> SqlFault | None:
        """The fault that hits this occasion, put on record; `occasion` says what happens where."""
        with self._lock:
            hit = self._hit(kind, occasion)
        if hit:
            target = next(iter(occasion.values()), "")
            self._instance.emit("sql.fault", fault=kind, target=" ".join(target.split())[:120])
        return hit

    def _hit(self, kind: FaultKind, occasion: dict[str, str]) -> SqlFault | None:
        for armed in self._armed:
            if armed.matches(kind, occasion):
                if armed.passed < armed.fault.skip:
                    armed.passed += 1
                    continue
                armed.happened += 1
                return armed.fault
        return None
