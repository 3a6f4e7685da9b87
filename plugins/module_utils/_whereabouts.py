# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every SQL Server instance whose Agent matters to a group: those that host its databases, and the other replicas.

SQL Server Agent is a service of each replica's own computer (or of each node of a failover cluster), so stopping it
everywhere (KB 2003907) takes all of these instances and the computers behind their names.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql_instance
from ansible_collections.biztalk.patching.plugins.module_utils._group import SqlInstance
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import connection_to
from ansible_collections.biztalk.patching.plugins.module_utils._instance import look_alone
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer, SqlServers


ROLES: t.Final = ("primary", "secondary")


@dataclass(frozen=True)
class _OtherReplica:
    """An instance that the group's own names do not lead to; ``role`` as one of the hosting instances knows it."""

    name: str
    role: str | None
    availability_groups: tuple[str, ...]


def all_instances(servers: SqlServers, group: Group) -> list[SqlInstance]:
    """The hosting instances first. One that only holds replicas and cannot be asked says so in its ``problem``."""
    hosting = {instance.server: instance for instance in group.instances}
    found = on_each(hosting, lambda server: _hosting(servers, group, hosting[server]))
    others = _other_replicas(servers, group)
    return [*found.values(), *on_each(others, lambda key: _other(servers, others[key])).values()]


def _hosting(servers: SqlServers, group: Group, instance: SqlInstance) -> SqlInstance:
    databases = group.databases_of(instance)
    # Only a group that was connected by the name of a replica has its databases on a secondary one.
    secondary = bool(databases) and all(database.replica_role == "secondary" for database in databases)
    return replace(
        _placed(connection_to(servers, group, instance), instance),
        role="secondary" if secondary else "primary",
        availability_groups=_availability_groups(group, instance),
    )


def _availability_groups(group: Group, instance: SqlInstance) -> tuple[str, ...]:
    found = {database.availability_group for database in group.databases_of(instance)}
    return tuple(sorted(name for name in found if name))


def _other_replicas(servers: SqlServers, group: Group) -> dict[str, _OtherReplica]:
    hosting = {instance.name.casefold() for instance in group.instances}
    found: dict[str, _OtherReplica] = {}
    for instance in group.instances:
        names = _availability_groups(group, instance)
        rows = connection_to(servers, group, instance).query(_tsql_instance.REPLICA_INSTANCES) if names else ()
        for row in rows:
            key = row["instance_name"].casefold()
            if row["availability_group"] not in names or key in hosting:
                continue
            known = found.get(key, _OtherReplica(row["instance_name"], None, ()))
            role = str(row["replica_role"]).casefold()
            found[key] = _OtherReplica(
                name=known.name,
                role=role if role in ROLES else known.role,
                availability_groups=tuple(sorted({*known.availability_groups, row["availability_group"]})),
            )
    return found


def _other(servers: SqlServers, replica: _OtherReplica) -> SqlInstance:
    """A secondary replica lets nobody into its databases, but into ``master``, where the Agent's state is."""
    try:
        server = servers.instance(replica.name)
        instance = _placed(server, look_alone(server, replica.name))
    except SqlError as error:
        instance = SqlInstance(
            name=replica.name,
            server=replica.name,
            version=None,
            sysadmin=None,
            agent_running=None,
            known_as=(replica.name,),
            problem=str(error),
        )
    return replace(instance, role=replica.role, availability_groups=replica.availability_groups)


def _placed(server: SqlServer, instance: SqlInstance) -> SqlInstance:
    row = server.query(_tsql_instance.PLACE)[0]
    clustered = row["is_clustered"] == 1
    return replace(
        instance,
        clustered=clustered,
        physical_computer=row["physical_computer"],
        cluster_nodes=_cluster_nodes(server) if clustered else (),
    )


def _cluster_nodes(server: SqlServer) -> tuple[str, ...]:
    """Nothing when the login may not know (VIEW SERVER STATE)."""
    try:
        return tuple(row["node_name"] for row in server.query(_tsql_instance.CLUSTER_NODES))
    except SqlError as error:
        if error.kind is Kind.PERMISSION_MISSING:
            return ()
        raise
