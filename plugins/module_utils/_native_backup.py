# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A full backup of all databases by BACKUP DATABASE itself, for groups whose backup job is not usable.

Microsoft supports that while SQL Server Agent and all host instances are stopped (KB 952555); then no transaction goes
over several databases, and the files need no common mark.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import (
    BackupFile,
    BackupSet,
    Expected,
    joined,
)
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import connection_to
from ansible_collections.biztalk.patching.plugins.module_utils._progress import meanwhile
from ansible_collections.biztalk.patching.plugins.module_utils._running_backups import running_backups
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group, SqlInstance
    from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer, SqlServers


@dataclass(frozen=True)
class NativeOptions:
    folder: str
    timeout: float
    interval: float
    compress: bool


def all_databases(servers: SqlServers, group: Group, further: t.Iterable[str]) -> tuple[Expected, ...]:
    """The group's databases and the further ones, on the instances that have them. Raises SqlError for one nowhere."""
    found = {Expected(database.instance, database.name).key: database for database in group.databases}
    wanted = [Expected(database.instance, database.name) for database in found.values()]
    held = {instance.name: _names(servers, group, instance) for instance in group.instances}
    for name in further:
        places = [
            Expected(instance, names[name.casefold()]) for instance, names in held.items() if name.casefold() in names
        ]
        if not places:
            raise SqlError(
                f"database {name} is on none of the group's instances ({', '.join(held)}): correct the option databases"
            )
        wanted += [place for place in places if place.key not in found]
    return tuple(wanted)


def back_up(
    servers: SqlServers,
    group: Group,
    wanted: t.Sequence[Expected],
    options: NativeOptions,
    clock: Clock,
    progress: Progress,
) -> tuple[BackupSet, list[str]]:
    """Makes the files, each instance one after the other, all instances at once; what went wrong comes with them."""
    attempt = Attempt(servers, group, wanted, options, clock, progress)
    with attempt.watched():
        outcomes = on_each((database.server for database in wanted), attempt.on_instance)
    files = tuple(file for found, _problem in outcomes.values() for file in found)
    return BackupSet(None, files), [problem for _found, problem in outcomes.values() if problem]


def _names(servers: SqlServers, group: Group, instance: SqlInstance) -> dict[str, str]:
    rows = connection_to(servers, group, instance).query(_tsql.DATABASES)
    return {row["name"].casefold(): row["name"] for row in rows}


class Attempt:
    """What ``back_up`` is at."""

    def __init__(
        self,
        servers: SqlServers,
        group: Group,
        wanted: t.Sequence[Expected],
        options: NativeOptions,
        clock: Clock,
        progress: Progress,
    ) -> None:
        self._connections = {instance.name: connection_to(servers, group, instance) for instance in group.instances}
        self._wanted = wanted
        self._options = options
        self._clock = clock
        self._progress = progress
        self._deadline = clock.now() + options.timeout
        # The same in all names, so that a folder shows what belongs together.
        self._stamp = clock.utc().strftime("%Y_%m_%d_%H_%M_%S")
        # What each instance is at, and who can ask how far that is.
        self._current: dict[str, str] = {}
        self._onlookers: dict[str, tuple[int, SqlServer]] = {}

    @contextlib.contextmanager
    def watched(self) -> t.Iterator[None]:
        """The operator sees how far each backup is; a connection in the midst of one cannot be asked."""
        with contextlib.ExitStack() as stack:
            for name in {database.server for database in self._wanted}:
                server = self._connections[name]
                spid = int(server.query(_tsql.IDENTITY)[0]["spid"])
                self._onlookers[name] = (spid, stack.enter_context(server.another()))
            stack.enter_context(meanwhile(self.tell, self._options.interval))
            yield

    def tell(self) -> None:
        lines = [f"{what}{self._percent(name)}" for name, what in sorted(self._current.items())]
        if lines:
            self._progress.tell(f"backing up {'; '.join(lines)}")

    def _percent(self, instance: str) -> str:
        spid, onlooker = self._onlookers[instance]
        return next((f", {backup.percent} %" for backup in running_backups(onlooker) if backup.spid == spid), "")

    def on_instance(self, instance: str) -> tuple[list[BackupFile], str | None]:
        """The files of one instance up to the first that fails, and why that one did."""
        made: list[BackupFile] = []
        for place, database in enumerate(self._wanted, 1):
            if database.server != instance:
                continue
            self._current[instance] = f"{database} ({place} of {len(self._wanted)})"
            self.tell()
            try:
                made.append(self._one(database))
            except SqlError as error:
                return made, f"the backup of {database} failed: {error}"
            finally:
                del self._current[instance]
        return made, None

    def _one(self, database: Expected) -> BackupFile:
        left = self._deadline - self._clock.now()
        if left < 1:
            raise SqlError(
                f"the {self._options.timeout:g} s of job_timeout are over: raise it (biztalk_backup_timeout of the"
                " playbooks)"
            )
        name = f"{database.server.replace(chr(92), '_')}_{database.database}_Full_{self._stamp}.bak"
        path = joined(self._options.folder, name)
        begin = self._clock.now()
        statement = _tsql.backup_database(database.database, path, compress=self._options.compress)
        self._connections[database.server].execute(statement, timeout=int(left))
        return BackupFile(
            server=database.server,
            database=database.database,
            path=path,
            finished=self._clock.utc().isoformat(timespec="seconds"),
            complete=True,
            seconds=round(self._clock.now() - begin, 1),
        )
