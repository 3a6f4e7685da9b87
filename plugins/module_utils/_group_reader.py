# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a BizTalk group from its management database, and from each SQL Server instance what only that one knows."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._agent_job import (
    agent_running,
    default_job_name,
    read_job,
)
from ansible_collections.biztalk.patching.plugins.module_utils._group import (
    Database,
    DatabaseVersion,
    Group,
    Host,
    HostInstance,
    PlacedDatabase,
    SqlInstance,
    placed_databases,
    same_name,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer, SqlServers


@dataclass(frozen=True)
class InstanceView:
    """What one connection to an instance showed."""

    instance: SqlInstance
    databases: frozenset[str]

    def holds(self, database: str) -> bool:
        return database.casefold() in self.databases


def read_group(servers: SqlServers, *, job_name: str | None = None, sso_database: str = "SSODB") -> Group:
    management = servers.management()
    identity = management.query(_tsql.IDENTITY)[0]
    objects = management.query(_tsql.MANAGEMENT_OBJECTS)[0]
    if objects["adm_group"] is None:
        raise SqlError(
            f"{identity['server_name']}: database {identity['database_name']} is no BizTalk management database:"
            " it has no table adm_Group. Check the option database",
            Kind.OBJECT_MISSING,
        )
    row = _only_row(management, _tsql.GROUP, identity["database_name"])
    own = PlacedDatabase(identity["server_name"], identity["database_name"], "management")
    placed = [
        own,
        *placed_databases(row, management.query(_tsql.MESSAGE_BOXES), management.query(_tsql.OTHER_BACKUP_DATABASES)),
    ]
    views = _views(servers, management, own.server, [database.server for database in placed])
    placed += _uncovered_sso(placed, views, sso_database)
    covered = {
        (_instance_name(views, covered["server_name"]), covered["database_name"].casefold())
        for covered in management.query(_tsql.BACKUP_DATABASES)
    }
    instances = {view.instance.name.casefold(): view.instance for view in views.values()}
    job = job_name or default_job_name(own.name)
    return Group(
        name=row["name"],
        management_server=own.server,
        management_database=own.name,
        sso_server=row["sso_server"] or "",
        servers=tuple(server["name"] for server in management.query(_tsql.SERVERS)),
        hosts=tuple(Host.parse(host) for host in management.query(_tsql.HOSTS)),
        host_instances=tuple(HostInstance.parse(instance) for instance in management.query(_tsql.HOST_INSTANCES)),
        databases=_located(placed, views, covered),
        instances=tuple(instances.values()),
        backup_job=read_job(management, job, agent_up=views[own.server.casefold()].instance.agent_running),
        versions=_versions(management, objects),
        cumulative_updates=_cumulative_updates(management, objects),
    )


def connection_to(servers: SqlServers, group: Group, instance: SqlInstance) -> SqlServer:
    """The one connection that this collection has open to an instance of the group."""
    if same_name(instance.name, group.management_server):
        return servers.management()
    return servers.instance(instance.server)


def _only_row(server: SqlServer, statement: str, database: str) -> Row:
    rows = server.query(statement)
    if not rows:
        raise SqlError(
            f"Database {database} holds no BizTalk group (adm_Group is empty): configure BizTalk Server first"
        )
    return rows[0]


def _views(
    servers: SqlServers, management: SqlServer, management_name: str, names: t.Iterable[str]
) -> dict[str, InstanceView]:
    """What each name (in lower case) leads to. The management instance is asked over its open connection."""
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(name.strip().casefold(), name.strip())

    def look(key: str) -> InstanceView:
        server = management if same_name(key, management_name) else servers.instance(spelled[key])
        return _view(server, spelled[key])

    return on_each(spelled, look)


def _view(server: SqlServer, name: str) -> InstanceView:
    identity = server.query(_tsql.IDENTITY)[0]
    return InstanceView(
        SqlInstance(
            name=identity["server_name"],
            server=name,
            version=identity["product_version"],
            sysadmin=identity["is_sysadmin"] == 1,
            agent_running=agent_running(server),
            writable=identity["updateability"] != "READ_ONLY",
        ),
        frozenset(row["name"].casefold() for row in server.query(_tsql.DATABASES)),
    )


def _instance_name(views: t.Mapping[str, InstanceView], server: str) -> str:
    view = views.get(server.strip().casefold())
    return (view.instance.name if view else server).strip().casefold()


def _uncovered_sso(
    placed: t.Sequence[PlacedDatabase], views: t.Mapping[str, InstanceView], name: str
) -> list[PlacedDatabase]:
    """The single sign-on database when the backup job does not know it.

    The group only names the master secret *server*, which is no SQL Server; so look for the database by its name on the
    instances that the group does use.
    """
    if any(database.role == "sso" for database in placed):
        return []
    return [PlacedDatabase(view.instance.server, name, "sso") for view in views.values() if view.holds(name)][:1]


def _located(
    placed: t.Iterable[PlacedDatabase], views: t.Mapping[str, InstanceView], covered: t.Container[tuple[str, str]]
) -> tuple[Database, ...]:
    found: dict[tuple[str, str], Database] = {}
    for database in placed:
        view = views[database.server.strip().casefold()]
        key = (view.instance.name.casefold(), database.name.casefold())
        located = Database(database.name, database.server, view.instance.name, database.role, key in covered)
        # A database may be listed as what it is and once more in adm_OtherBackupDatabases.
        found.setdefault(key, located)
        if database.role == "sso":
            found[key] = replace(found[key], role="sso")
    return tuple(found.values())


def _versions(server: SqlServer, objects: Row) -> tuple[DatabaseVersion, ...]:
    if objects["biztalk_db_version"] is None:
        return ()
    return tuple(DatabaseVersion.parse(row) for row in server.query(_tsql.DATABASE_VERSIONS))


def _cumulative_updates(server: SqlServer, objects: Row) -> tuple[Row, ...]:
    if objects["biztalk_cu_version"] is None:
        return ()
    return tuple(
        {
            "cumulative_update": row["cumulative_update"],
            "version": ".".join(str(row[part]) for part in ("major", "minor", "build", "revision")),
        }
        for row in server.query(_tsql.CUMULATIVE_UPDATES)
    )
