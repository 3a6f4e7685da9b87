# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each SQL Server instance of a group tells about itself, by every name that the group has for it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._agent_job import agent_running
from ansible_collections.biztalk.patching.plugins.module_utils._group import Replica, SqlInstance, same_name
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer, SqlServers


@dataclass(frozen=True)
class InstanceView:
    """What one connection to an instance showed. Databases are in lower case."""

    instance: SqlInstance
    databases: frozenset[str]
    replicas: t.Mapping[str, Replica] = field(default_factory=dict)

    def holds(self, database: str) -> bool:
        return database.casefold() in self.databases

    def replica_of(self, database: str) -> Replica | None:
        return self.replicas.get(database.casefold())


@dataclass(frozen=True)
class Views:
    """The views by the names that lead to them: NetBIOS and DNS names, aliases, listeners."""

    by_name: t.Mapping[str, InstanceView]

    def of(self, name: str) -> InstanceView:
        return self.by_name[name.strip().casefold()]

    def instance_name(self, name: str) -> str:
        """The instance's own name, in lower case, so that two names of one instance are one."""
        return self.of(name).instance.name.strip().casefold()

    def each(self) -> list[InstanceView]:
        """Every instance once, with all of its names."""
        names: dict[str, list[str]] = {}
        for view in self.by_name.values():
            names.setdefault(view.instance.name.casefold(), []).append(view.instance.server)
        first = {view.instance.name.casefold(): view for view in reversed(list(self.by_name.values()))}
        return [
            replace(first[own], instance=replace(first[own].instance, known_as=tuple(found)))
            for own, found in names.items()
        ]


def look_at(servers: SqlServers, management: SqlServer, management_name: str, names: t.Iterable[str]) -> Views:
    """Asks all instances at once. The management instance is asked over its open connection."""
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(name.strip().casefold(), name.strip())

    def look(key: str) -> InstanceView:
        server = management if same_name(key, management_name) else servers.instance(spelled[key])
        return _view(server, spelled[key])

    return Views(on_each(spelled, look))


def look_alone(server: SqlServer, name: str) -> SqlInstance:
    """An instance without its databases, by the only name there is for it."""
    return replace(_instance(server, name, server.query(_tsql.IDENTITY)[0]), known_as=(name,))


def _view(server: SqlServer, name: str) -> InstanceView:
    identity = server.query(_tsql.IDENTITY)[0]
    databases = frozenset(row["name"].casefold() for row in server.query(_tsql.DATABASES))
    replicas = _replicas(server) if identity["hadr_enabled"] == 1 else {}
    return InstanceView(_instance(server, name, identity), databases, replicas)


def _instance(server: SqlServer, name: str, identity: Row) -> SqlInstance:
    return SqlInstance(
        name=identity["server_name"],
        server=name,
        version=identity["product_version"],
        login=identity["login_name"],
        sysadmin=identity["is_sysadmin"] == 1,
        agent_running=agent_running(server),
        writable=identity["updateability"] != "READ_ONLY",
    )


def _replicas(server: SqlServer) -> dict[str, Replica]:
    """Nothing when the login may not know (VIEW SERVER STATE)."""
    try:
        rows = server.query(_tsql.REPLICAS)
    except SqlError as error:
        if error.kind is Kind.PERMISSION_MISSING:
            return {}
        raise
    return {
        row["database_name"].casefold(): Replica(row["availability_group"], str(row["replica_role"]).casefold())
        for row in rows
    }
