# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A group as the dictionary that a module returns."""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from ansible_collections.biztalk.patching.plugins.module_utils._group import same_computer, same_name

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Database, Group, SqlInstance


def group_result(group: Group, instances: t.Iterable[SqlInstance]) -> dict[str, t.Any]:
    """``instances`` are all whose Agent matters, as _whereabouts.py finds them."""
    return {
        "name": group.name,
        "management": {"server": group.management_server, "database": group.management_database},
        "sso_server": group.sso_server,
        "servers": [_server(group, name) for name in group.servers],
        "hosts": [asdict(host) for host in group.hosts],
        "host_instances": [
            asdict(instance) | {"service_name": instance.service_name} for instance in group.host_instances
        ],
        "databases": [asdict(database) for database in group.databases],
        "sql_instances": [_instance(group, instance) for instance in instances],
        "backup_job": group.backup_job.as_result(),
        "sso_backed_up": group.sso_backed_up,
        "versions": {
            "databases": [
                {
                    "name": version.name,
                    "database_version": version.database,
                    "product_version": version.product,
                    "language": version.language,
                }
                for version in group.versions
            ],
            "cumulative_updates": [dict(row) for row in group.cumulative_updates],
        },
    }


def _server(group: Group, name: str) -> dict[str, t.Any]:
    hosts = sorted({instance.host for instance in group.host_instances if same_name(instance.server, name)})
    return {
        "name": name,
        "master_secret_server": same_computer(name, group.sso_server),
        "runtime": bool(hosts),
        "hosts": hosts,
    }


def _instance(group: Group, instance: SqlInstance) -> dict[str, t.Any]:
    return {
        "name": instance.name,
        "version": instance.version,
        "role": instance.role,
        "databases": [database.name for database in _databases(group, instance)],
        "availability_groups": list(instance.availability_groups),
        "known_as": list(instance.known_as),
        "clustered": instance.clustered,
        "physical_computer": instance.physical_computer,
        "cluster_nodes": list(instance.cluster_nodes),
        "agent_running": instance.agent_running,
        "login": instance.login,
        "sysadmin": instance.sysadmin,
        "problem": instance.problem,
    }


def _databases(group: Group, instance: SqlInstance) -> list[Database]:
    """What it hosts, or else what it holds replicas of."""
    return group.databases_of(instance) or [
        database for database in group.databases if database.availability_group in instance.availability_groups
    ]
