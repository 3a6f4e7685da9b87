# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restores all databases of a set, or leaves none of them usable: nothing half old and half new can be started."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_lanes import Lanes
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_plan import Target
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer


def verify_files(lanes: Lanes, targets: t.Sequence[Target]) -> list[str]:
    """Lets SQL Server read every file to its end; what cannot be read."""

    def verify(target: Target, server: SqlServer) -> None:
        server.execute(_tsql.verify_backup(target.file), timeout=0)

    return [f"the backup of {problem}" for problem in lanes.run("verifying", targets, verify, keep_going=True)]


class Restore:
    """``seconds`` and ``begun`` know the databases by their labels."""

    def __init__(self, lanes: Lanes, ordered: t.Sequence[Target], *, timeout: float, clock: Clock) -> None:
        self.begun: set[str] = set()
        self.seconds: dict[str, float] = {}
        self._lanes = lanes
        self._ordered = ordered
        self._timeout = timeout
        self._clock = clock
        self._deadline = clock.now() + timeout

    def run(self) -> list[str]:
        """What failed; after a failure nothing more was begun.

        The management database comes last in both rounds: as long as it is not back, nothing of the group starts.
        """
        others = [target for target in self._ordered if not target.management]
        management = [target for target in self._ordered if target.management]
        for verb, targets, work in (
            ("restoring", others, self._restore),
            ("restoring", management, self._restore),
            ("recovering", others, self._recover),
            ("recovering", management, self._recover),
        ):
            failures = self._lanes.run(verb, targets, work)
            if failures:
                return failures
        return []

    def _restore(self, target: Target, server: SqlServer) -> None:
        begin = self._clock.now()
        self.begun.add(target.label)
        for statement in target.restoring:
            server.execute(statement, timeout=self._left())
        self.seconds[target.label] = round(self._clock.now() - begin, 1)

    def _recover(self, target: Target, server: SqlServer) -> None:
        server.execute(target.recovering, timeout=self._left())

    def _left(self) -> int:
        """Seconds for the next statement, 0 for no limit."""
        if not self._timeout:
            return 0
        left = int(self._deadline - self._clock.now())
        if left < 1:
            raise SqlError(
                f"the {self._timeout:g} s of restore_timeout are over: raise it, or find out what keeps SQL Server busy"
            )
        return left
