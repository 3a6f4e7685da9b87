# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a BizTalk group from its management database, and from each SQL Server instance what only that one knows."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._agent_job import default_job_name, read_job
from ansible_collections.biztalk.patching.plugins.module_utils._group import (
    Database,
    DatabaseVersion,
    Group,
    Host,
    HostInstance,
    PlacedDatabase,
    placed_databases,
    same_name,
)
from ansible_collections.biztalk.patching.plugins.module_utils._instance import Views, look_at
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._group import SqlInstance
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer, SqlServers


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
    backed_up = management.query(_tsql.BACKUP_DATABASES)
    names = [*(database.server for database in placed), *(row["server_name"] for row in backed_up)]
    views = look_at(servers, management, own.server, names)
    placed += _uncovered_sso(placed, views, sso_database)
    covered = {(views.instance_name(row["server_name"]), row["database_name"].casefold()) for row in backed_up}
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
        instances=tuple(view.instance for view in views.each()),
        backup_job=read_job(management, job, agent_up=views.of(own.server).instance.agent_running),
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


def _uncovered_sso(placed: t.Sequence[PlacedDatabase], views: Views, name: str) -> list[PlacedDatabase]:
    """The single sign-on database when the backup job does not know it.

    The group only names the master secret *server*, which is no SQL Server; so look for the database by its name on the
    instances that the group does use.
    """
    if any(database.role == "sso" for database in placed):
        return []
    return [PlacedDatabase(view.instance.server, name, "sso") for view in views.each() if view.holds(name)][:1]


def _located(
    placed: t.Iterable[PlacedDatabase], views: Views, covered: t.Container[tuple[str, str]]
) -> tuple[Database, ...]:
    found: dict[tuple[str, str], Database] = {}
    for database in placed:
        view = views.of(database.server)
        key = (view.instance.name.casefold(), database.name.casefold())
        replica = view.replica_of(database.name)
        located = Database(
            name=database.name,
            server=database.server,
            instance=view.instance.name,
            role=database.role,
            backed_up=key in covered,
            availability_group=replica.availability_group if replica else None,
            replica_role=replica.role if replica else None,
        )
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
