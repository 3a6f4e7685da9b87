# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Always On availability groups: which replica is the primary, and what a secondary shows and refuses.

The primary's tables are the truth; a secondary copies them whenever somebody reads there.
"""

from __future__ import annotations

import typing as t
import uuid

from tests.lab.tds.interface import SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.spec import AvailabilityGroup
    from tests.lab.tds.login import Login
    from tests.lab.topology import Topology

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "availability.lab.biztalk.patching")


class Group:
    """An availability group at run time."""

    def __init__(self, spec: AvailabilityGroup, topology: Topology) -> None:
        hosted = [database.name for database in topology.sql_server(spec.replicas[0]).databases]
        self.spec = spec
        self.databases = tuple(spec.databases or hosted)
        self.instances: dict[str, SqlServerInstance] = {}
        self.primary_name = spec.replicas[0]

    @property
    def primary(self) -> SqlServerInstance:
        return self.instances[self.primary_name]

    @property
    def identifier(self) -> str:
        return str(uuid.uuid5(NAMESPACE, self.spec.name)).upper()

    def replica_identifier(self, replica: str) -> str:
        return str(uuid.uuid5(NAMESPACE, f"{self.spec.name}/{replica}")).upper()

    def holds(self, database: str) -> bool:
        return database.casefold() in map(str.casefold, self.databases)

    def fail_over(self, to: str | None = None) -> None:
        """Another replica, the next one unless it is named, becomes the primary; connections to the old one break."""
        replicas = self.spec.replicas
        old, new = self.primary_name, to or replicas[(replicas.index(self.primary_name) + 1) % len(replicas)]
        for database in self.databases:
            self.instances[new].contents.take_over(self.primary.contents, database)
        self.copy_to(self.instances[new])
        self.primary_name = new
        self.primary.emit("availability.failed_over", group=self.spec.name, former=old)
        for instance in self.instances.values():
            instance.front.cut_connections()
        self.primary.agent.start_continuous_jobs()

    def copy_to(self, instance: SqlServerInstance) -> None:
        """Bring the tables of a secondary up to date."""
        if instance is self.primary:
            return
        for database in self.databases:
            for table in instance.store.tables_of(database):
                instance.store.replace_rows(table.key, self.primary.store.rows_of(table.key))

    def check_readable(self, instance: SqlServerInstance, database: str, *, read_only: bool) -> None:
        """Raises `SqlServerError` where a secondary does not let a connection into a database."""
        if instance is self.primary or self.spec.readable == "ALL" or (self.spec.readable == "READ_ONLY" and read_only):
            return
        start = f"The target database, '{database}', is participating in an availability group and is currently not"
        if self.spec.readable == "READ_ONLY":
            text = f"{start} accessible for queries when the application intent is not set to read only."
            raise SqlServerError(978, text, severity=14)
        text = (
            f"{start} accessible for queries. Either data movement is suspended or the availability replica is not"
            " enabled for read access. To allow read-only access to this and other databases in the availability"
            " group, enable read access to one or more secondary availability replicas in the group."
        )
        raise SqlServerError(976, text, severity=14)


class Listener:
    """The name that always leads to the primary (implements `tests.lab.tds.interface.Backend`)."""

    def __init__(self, group: Group) -> None:
        self._group = group

    @property
    def name(self) -> str:
        return self._group.primary_name

    @property
    def version(self) -> tuple[int, int, int]:
        return self._group.primary.version

    def log_in(self, login: Login, interrupted: t.Callable[[], bool]) -> Runner:
        return self._group.primary.log_in(login, interrupted)
