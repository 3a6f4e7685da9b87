# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system views, computed when they are asked for."""

from __future__ import annotations

import functools
import typing as t

from tests.lab.sqlserver.clock import stamp
from tests.lab.sqlserver.schema import SYSTEM_VIEWS
from tests.lab.sqlserver.store import Table

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.runner import Runner

SYSTEM_DATABASES = ("master", "tempdb", "model", "msdb")
Rows = t.Iterator[tuple[t.Any, ...]]


def create_system_views(instance: SqlServerInstance) -> None:
    fills: dict[str, t.Callable[[SqlServerInstance, Runner], Rows]] = {
        "databases": _databases,
        "dm_exec_sessions": _sessions,
        "dm_tran_locks": _locks,
        "dm_server_services": _services,
        "configurations": _configurations,
        "server_principals": _principals,
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
        yield (
            *(name, number, stamp(instance.started), 150, collation, 0, "MULTI_USER", 0),
            *(0, "ONLINE", model, model_name),
        )


def _sessions(instance: SqlServerInstance, runner: Runner) -> Rows:
    numbers = database_numbers(instance)
    for session in instance.sessions.all():
        if not runner.sysadmin and session.spid != runner.spid:
            # Without VIEW SERVER STATE everybody sees himself only.
            continue
        opened = stamp(session.opened)
        yield (
            *(session.spid, opened, session.host or None, session.program or None, None, session.login),
            *("running" if session.spid == runner.spid else session.status, session.spid * 3, 4, opened, opened),
            *(0, 0, int(session.user), session.login, numbers.get(session.database, 1), 0),
        )


def _locks(instance: SqlServerInstance, runner: Runner) -> Rows:
    """A session holds a shared lock on each database that it uses, master and tempdb left out."""
    numbers = database_numbers(instance)
    for session in instance.sessions.users():
        if session.database in ("master", "tempdb") or session.database not in numbers:
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
    for name, (status, text), account, image in (
        (f"SQL Server ({service})", running, r"NT Service\MSSQLSERVER", "sqlservr.exe"),
        (f"SQL Server Agent ({service})", state, instance.agent.account, "SQLAGENT.EXE"),
    ):
        yield (name, 2, "Automatic", status, text, 4000, started, account, f"{folder}\\{image}", "N", None)


def _configurations(instance: SqlServerInstance, runner: Runner) -> Rows:
    yield (1579, "backup compression default", 0, 0, 1, 0, "Enable compression of backups by default", 1, 0)
    yield (1539, "max degree of parallelism", 1, 0, 32767, 1, "maximum degree of parallelism", 1, 1)


def _principals(instance: SqlServerInstance, runner: Runner) -> Rows:
    yield ("sa", 1, "S", "SQL_LOGIN", 0)
    yield ("sysadmin", 3, "R", "SERVER_ROLE", 0)
    for number, login in enumerate(instance.spec.logins, 260):
        yield (login.name, number, "S", "SQL_LOGIN", 0)
    for number, account in enumerate(instance.world.topology.accounts, 300):
        yield (account.name, number, "U", "WINDOWS_LOGIN", 0)
