# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system views on Always On availability groups (Microsoft documents each one by its name)."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.availability import Group
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.runner import Runner

Rows = t.Iterator[tuple[t.Any, ...]]
PREFERENCES = ("primary", "secondary_only", "secondary", "none")
CONNECTIONS = ("NO", "READ_ONLY", "ALL")
PORT = 1433


def groups(instance: SqlServerInstance, runner: Runner) -> Rows:
    for group in instance.groups:
        preference = group.spec.backup_preference
        yield (group.identifier, group.spec.name, PREFERENCES.index(preference), preference.upper(), 1)


def replicas(instance: SqlServerInstance, runner: Runner) -> Rows:
    for group in instance.groups:
        for name, replica in group.instances.items():
            url = f"TCP://{replica.spec.computer}:5022"
            allowed = (CONNECTIONS.index(group.spec.readable), group.spec.readable)
            yield (
                *(group.replica_identifier(name), group.identifier, name, url, 1, "SYNCHRONOUS_COMMIT"),
                *(0, "AUTOMATIC", 50, *allowed),
            )


def listeners(instance: SqlServerInstance, runner: Runner) -> Rows:
    for group in instance.groups:
        yield (group.identifier, group.identifier, group.spec.listener, PORT, 1)


def databases(instance: SqlServerInstance, runner: Runner) -> Rows:
    for group in instance.groups:
        for database in group.databases:
            yield (group.identifier, group.replica_identifier(database), database)


def replica_states(instance: SqlServerInstance, runner: Runner) -> Rows:
    """A primary sees all replicas, a secondary only itself."""
    for group in instance.groups:
        for name in group.instances:
            if name == instance.name or group.primary is instance:
                yield _state(group, name, local=name == instance.name)


def _state(group: Group, name: str, *, local: bool) -> tuple[t.Any, ...]:
    role = (1, "PRIMARY") if name == group.primary_name else (2, "SECONDARY")
    operational = (2, "ONLINE") if local else (None, None)
    return (
        *(group.replica_identifier(name), group.identifier, int(local), *role, *operational, 1, "CONNECTED"),
        *((1, "ONLINE") if local else (None, None)),
        *(2, "HEALTHY"),
    )
