# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system views, computed when they are asked for."""

from __future__ import annotations

import functools
import typing as t
from datetime import timedelta

from tests.lab.sqlserver import availability_views, disk_views, failover_cluster, logins
from tests.lab.sqlserver.clock import stamp
from tests.lab.sqlserver.schema import SYSTEM_VIEWS
from tests.lab.sqlserver.states import ACCESSES, STATES
from tests.lab.sqlserver.store import Table

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.sessions import Session

SYSADMIN, FIRST_LOGIN, FIRST_WINDOWS_LOGIN = 3, 260, 300
SYSTEM_DATABASES = ("master", "tempdb", "model", "msdb")
Rows = t.Iterator[tuple[t.Any, ...]]


def create_system_views(instance: SqlServerInstance) -> None:
    fills: dict[str, t.Callable[[SqlServerInstance, Runner], Rows]] = {
        "databases": _databases,
        "dm_exec_sessions": _sessions,
        "dm_exec_requests": _requests,
        "dm_tran_locks": _locks,
        "dm_server_services": _services,
        "master_files": disk_views.files,
        "dm_os_volume_stats": disk_views.volumes,
        "dm_os_cluster_nodes": failover_cluster.nodes,
        "configurations": _configurations,
        "server_principals": _principals,
        "server_role_members": _role_members,
        "availability_groups": availability_views.groups,
        "availability_replicas": availability_views.replicas,
        "availability_group_listeners": availability_views.listeners,
        "availability_databases_cluster": availability_views.databases,
        "dm_hadr_availability_replica_states": availability_views.replica_states,
    }
    for name, columns in SYSTEM_VIEWS.items():
        fill = functools.partial(fills[name], instance)
        instance.store.create_table(Table("master", "sys", name, columns, fill))


def database_numbers(instance: SqlServerInstance) -> dict[str, int]:
    return {name: number for number, name in enumerate(instance.store.databases.values(), 1)}


def _databases(instance: SqlServerInstance, runner: Runner) -> Rows:
    for name, number in database_numbers(instance).items():
        model = 3 if name in ("master", "tempdb", "msdb") else 1
        collation, model_name = "SQL_Latin1_General_CP1_CI_AS", {1: "FULL", 3: "SIMPLE"}[model]
        current, group = instance.state_of(name), instance.group_of(name)
        replica = group and group.replica_identifier(instance.name)
        yield (
            *(name, number, stamp(instance.started), 150, collation, ACCESSES[current.access], current.access, 0),
            *(STATES[current.state], current.state, model, model_name),
            *(replica, group and group.replica_identifier(name)),
        )


def _sessions(instance: SqlServerInstance, runner: Runner) -> Rows:
    numbers = database_numbers(instance)
    for session in _visible(runner, instance.sessions.all()):
        opened = session.login_time
        yield (
            *(session.spid, opened, session.host or None, session.program or None, None, session.login),
            *("running" if session.spid == runner.spid else session.status, session.spid * 3, 4, opened, opened),
            *(0, 0, int(session.user), session.login, numbers.get(session.database, 1), 0),
        )


def _requests(instance: SqlServerInstance, runner: Runner) -> Rows:
    """What is being done now: a BACKUP or RESTORE tells how far it is."""
    numbers, now = database_numbers(instance), instance.now()
    for session in _visible(runner, instance.sessions.users()):
        command, work = session.command, session.work
        if session.spid == runner.spid and not work:
            command = "SELECT"
        elif not work and session.status != "RUNNABLE":
            continue
        elapsed = work.elapsed if work else 0.0
        started = stamp(now - timedelta(seconds=elapsed))
        yield (
            *(session.spid, 0, started, "suspended" if work else "running", command),
            *(numbers.get(session.database, 1), 0, "BACKUPIO" if work else None, 0),
            *(work.percent if work else 0.0, int(work.left * 1000) if work else 0, 1, int(elapsed * 1000), 0, 0),
        )


def _visible(runner: Runner, sessions: list[Session]) -> list[Session]:
    """Without VIEW SERVER STATE everybody sees himself only."""
    if runner.rights.on_server("VIEW SERVER STATE"):
        return sessions
    return [session for session in sessions if session.spid == runner.spid]


def _locks(instance: SqlServerInstance, runner: Runner) -> Rows:
    """A session holds a shared lock on each database that it uses, master and tempdb left out."""
    numbers = {name: number for name, number in database_numbers(instance).items() if name not in ("master", "tempdb")}
    for session in instance.sessions.users():
        if session.database not in numbers:
            continue
        yield (
            *("DATABASE", "", numbers[session.database], "", "S", "LOCK", "GRANT"),
            *(session.spid, "SHARED_TRANSACTION_WORKSPACE"),
        )


def _services(instance: SqlServerInstance, runner: Runner) -> Rows:
    service = instance.service_name
    running, stopped = (4, "Running"), (1, "Stopped")
    state = running if instance.agent.running else stopped
    folder = r"C:\Program Files\Microsoft SQL Server\MSSQL15\MSSQL\Binn"
    started = stamp(instance.started)
    cluster = ("Y", failover_cluster.current_node(instance)) if failover_cluster.is_clustered(instance) else ("N", None)
    for name, (status, text), account, image in (
        (f"SQL Server ({service})", running, r"NT Service\MSSQLSERVER", "sqlservr.exe"),
        (f"SQL Server Agent ({service})", state, instance.agent.account, "SQLAGENT.EXE"),
    ):
        yield (name, 2, "Automatic", status, text, 4000, started, account, f"{folder}\\{image}", *cluster)


def _configurations(instance: SqlServerInstance, runner: Runner) -> Rows:
    yield (1579, "backup compression default", 0, 0, 1, 0, "Enable compression of backups by default", 1, 0)
    yield (1539, "max degree of parallelism", 1, 0, 32767, 1, "maximum degree of parallelism", 1, 1)


def _principals(instance: SqlServerInstance, runner: Runner) -> Rows:
    yield ("sa", 1, "S", "SQL_LOGIN", 0)
    yield ("sysadmin", SYSADMIN, "R", "SERVER_ROLE", 0)
    for number, login in enumerate(instance.spec.logins, FIRST_LOGIN):
        yield (login.name, number, "S", "SQL_LOGIN", int(login.disabled))
    groups = logins.groups(instance)
    for number, path in enumerate(logins.windows_logins(instance), FIRST_WINDOWS_LOGIN):
        kind = ("G", "WINDOWS_GROUP") if path.login in groups else ("U", "WINDOWS_LOGIN")
        yield (path.login, number, *kind, 0)


def _role_members(instance: SqlServerInstance, runner: Runner) -> Rows:
    yield (SYSADMIN, 1)
    for number, login in enumerate(instance.spec.logins, FIRST_LOGIN):
        if login.sysadmin:
            yield (SYSADMIN, number)
    for number, path in enumerate(logins.windows_logins(instance), FIRST_WINDOWS_LOGIN):
        if path.admin:
            yield (SYSADMIN, number)
