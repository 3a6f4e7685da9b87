# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work on many databases side by side, each over a connection of its own, and how far each one is."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._progress import meanwhile
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_plan import Target
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer, SqlServers

# Opens connections of its own, and closes them at the end of the ``with`` block.
Connect = t.Callable[[], contextlib.AbstractContextManager["SqlServers"]]
Work = t.Callable[["Target", "SqlServer"], None]
# What percent_complete is rounded down to, lest each look tells something new.
PERCENT: t.Final = 5


class Lanes:
    """``per_instance`` databases of an instance at the same time; all instances at once."""

    def __init__(self, connect: Connect, *, per_instance: int, interval: float, progress: Progress) -> None:
        self.connect = connect
        self._per_instance = per_instance
        self._interval = interval
        self._progress = progress

    def run(self, verb: str, targets: t.Sequence[Target], work: Work, *, keep_going: bool = False) -> list[str]:
        """What failed, by database. They are begun in their order, and none after a failure, unless ``keep_going``."""
        shift = _Shift(verb, targets, self._progress, keep_going=keep_going)

        def on_instance(name: str) -> list[str]:
            mine = [target for target in targets if target.place.name == name]
            with ThreadPoolExecutor(self._per_instance) as pool:
                failures = list(pool.map(lambda target: self._one(shift, target, work), mine))
            return [failure for failure in failures if failure]

        with meanwhile(lambda: self._look(shift), self._interval):
            found = on_each((place.name for place in shift.places), on_instance)
        return [failure for failures in found.values() for failure in failures]

    def _one(self, shift: _Shift, target: Target, work: Work) -> str:
        """What failed, if anything."""
        if shift.over:
            return ""
        try:
            with self.connect() as servers:
                server = servers.instance(target.place.server)
                shift.begin(target, int(server.query(_tsql.IDENTITY)[0]["spid"]))
                work(target, server)
        except SqlError as error:
            shift.failed = True
            return f"{target.label}: {error}"
        finally:
            shift.end(target)
        return ""

    def _look(self, shift: _Shift) -> None:
        # Whoever only looks on must not end what goes well.
        with contextlib.suppress(SqlError), self.connect() as servers:
            for place in shift.places:
                rows = servers.instance(place.server).query(_tsql_restore.WORK_IN_PROGRESS)
                shift.look(place.name, {int(row["spid"]): float(row["percent_complete"]) for row in rows})


class _Shift:
    """Who works at what just now."""

    def __init__(self, verb: str, targets: t.Sequence[Target], progress: Progress, *, keep_going: bool) -> None:
        self.places = list({target.place.name: target.place for target in targets}.values())
        self.failed = False
        self._working: dict[tuple[str, int], Target] = {}
        self._percent: dict[tuple[str, int], int] = {}
        self._done = 0
        self._lock = threading.Lock()
        self._verb, self._count, self._progress, self._keep_going = verb, len(targets), progress, keep_going

    @property
    def over(self) -> bool:
        return self.failed and not self._keep_going

    def begin(self, target: Target, spid: int) -> None:
        with self._lock:
            self._working[target.place.name, spid] = target
            self._percent.pop((target.place.name, spid), None)
            self._tell()

    def end(self, target: Target) -> None:
        with self._lock:
            self._done += 1
            self._working = {key: one for key, one in self._working.items() if one is not target}

    def look(self, place: str, percent: t.Mapping[int, float]) -> None:
        with self._lock:
            for spid, its in percent.items():
                self._percent[place, spid] = int(its / PERCENT) * PERCENT
            if self._working:
                self._tell()

    def _tell(self) -> None:
        now = ", ".join(f"{one.label} {self._percent.get(key, 0)} %" for key, one in self._working.items())
        self._progress.tell(f"{self._verb} the databases, {self._done} of {self._count} done: {now}")
