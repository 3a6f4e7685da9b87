# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KILL, and ALTER DATABASE ... SET of the states that a restore needs."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver import errors
from tests.lab.sqlserver.states import ACCESSES, Access, DatabaseState
from tests.lab.tds.interface import Message, Reply, SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.statements import AlterDatabase

WAIT = 0.1
# A monitoring tool that takes the place of the one user.
INTRUDER = {"host": "MONITOR", "program": "Monitoring Agent", "login": r"LAB\svc-monitor"}


def kill(runner: Runner, spid: int) -> None:
    """Raises `SqlServerError`."""
    if not runner.rights.on_server("ALTER ANY CONNECTION"):
        raise SqlServerError(6102, "User does not have permission to use the KILL statement.", severity=14)
    if spid == runner.spid:
        raise SqlServerError(6104, "Cannot use KILL to kill your own process.")
    session = runner.instance.sessions.find(spid)
    if session is None:
        raise SqlServerError(6106, f"Process ID {spid} is not an active process ID.")
    if not session.user:
        raise SqlServerError(6107, "Only user processes can be killed.", severity=14)
    runner.instance.sessions.kill(session)


def alter_database(runner: Runner, statement: AlterDatabase) -> t.Iterator[Reply]:
    """Change the state; a failure is told by two errors. Raises `SqlServerError`."""
    try:
        _alter(runner, statement)
    except SqlServerError as error:
        if error.number == errors.UNKNOWN_TO_THE_LAB:
            raise
        yield Message(error.message, error.number, error.severity, error.state)
        raise SqlServerError(5069, "ALTER DATABASE statement failed.") from error


def _alter(runner: Runner, statement: AlterDatabase) -> None:
    instance = runner.instance
    name = runner.database if statement.database.upper() == "CURRENT" else statement.database
    database = instance.store.database(name)
    if database is None or not _may_alter(runner, database):
        text = (
            f"User does not have permission to alter database '{name}', the database does not exist, or the database"
            " is not in a state that allows access checks."
        )
        raise SqlServerError(5011, text, severity=14)
    state = instance.state_of(database)
    _check_changeable(runner, database, state)
    if statement.option == "ONLINE":
        state.state = "ONLINE"
        return
    if statement.option != "MULTI_USER":
        _make_free(runner, database, statement)
    if statement.option == "OFFLINE":
        state.state = "OFFLINE"
    else:
        state.access = _access(statement.option)
    if statement.option in ("SINGLE_USER", "OFFLINE") and instance.faults.take("slot_taken", database=database):
        # Whether it gets in is another question.
        instance.open_session(database=database, **INTRUDER)


def _may_alter(runner: Runner, database: str) -> bool:
    return runner.rights.on_server("ALTER ANY DATABASE") or runner.rights.in_database(database, "ALTER")


def _access(option: str) -> Access:
    return next(access for access in ACCESSES if access == option)


def _check_changeable(runner: Runner, database: str, state: DatabaseState) -> None:
    if runner.instance.group_of(database):
        text = (
            f'The operation cannot be performed on database "{database}" because it is involved in a database mirroring'
            " session or an availability group. Some operations are not allowed on a database that is participating in"
            " a database mirroring session or in an availability group."
        )
        raise SqlServerError(1468, text)
    if state.state == "RESTORING":
        raise SqlServerError(5052, "ALTER DATABASE is not permitted while a database is in the Restoring state.")
    if state.access == "SINGLE_USER" and runner.instance.sessions.in_database(database, but=runner.session):
        text = (
            f"Changes to the state or options of database '{database}' cannot be made at this time. The database is in"
            " single-user mode, and a user is currently connected to it."
        )
        raise SqlServerError(5064, text)


def _make_free(runner: Runner, database: str, statement: AlterDatabase) -> None:
    """Other sessions are ended, waited for, or in the way, as the statement wants it."""
    sessions = runner.instance.sessions
    if statement.option == "RESTRICTED_USER" and not statement.termination:
        return
    if statement.termination == "ROLLBACK":
        for session in sessions.in_database(database, but=runner.session):
            sessions.kill(session)
    while sessions.in_database(database, but=runner.session):
        if statement.termination == "NO_WAIT":
            text = f"Database state cannot be changed while other users are using the database '{database}'"
            raise SqlServerError(5070, text)
        runner.pause(WAIT)
