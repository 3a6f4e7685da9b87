# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The management database's procedures that force, schedule and take backups of all databases of a group.

They do what BizTalk Server's own do: `sp_ForceFullBackup` only sets a flag, and `sp_BackupAllFull_Schedule` writes a
row for each database as it is done and calls the set complete at the end, without a transaction around it.
"""

from __future__ import annotations

import contextlib
import re
import typing as t
from datetime import datetime, timedelta

from tests.lab.sqlserver import queries
from tests.lab.sqlserver.clock import moment, stamp, utc_now
from tests.lab.sqlserver.media import FULL, LOG
from tests.lab.sqlserver.recovery import write_backup
from tests.lab.tds.interface import Message, Reply, SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.sessions import Session

RAISED = 50000
NEWEST_COMPLETE = """
    SELECT MAX(BackupSetId) FROM dbo.adm_BackupHistory WHERE SetComplete = 1 AND BackupType = 'db'
"""
DELETE_OLD = """
    DELETE FROM dbo.adm_BackupHistory
    WHERE BackupSetId NOT IN (SELECT h.BackupSetId FROM dbo.adm_BackupHistory AS h WHERE h.BackupDateTime >= @purge)
    AND BackupSetId < (SELECT MAX(h.BackupSetId) FROM dbo.adm_BackupHistory AS h WHERE h.BackupType = 'db')
"""
INSERT_HISTORY = """
    INSERT INTO dbo.adm_BackupHistory (BackupId, BackupSetId, MarkName, DatabaseName, ServerName, BackupFileName,
        BackupFileLocation, BackupType, BackupDateTime, SetComplete)
    SELECT ISNULL(MAX(BackupId), 0) + 1, @set_id, @mark, @database, @server, @file, @path, @type, @moment, 0
    FROM dbo.adm_BackupHistory
"""
WORDS = {FULL: ("db", "Full", "sp_BackupAllFull"), LOG: ("lg", "Log", "sp_MarkAll")}


def sp_force_full_backup(runner: Runner) -> t.Iterator[Reply]:
    queries.change(runner, "UPDATE dbo.adm_BackupSettings SET ForceFull = 1")
    runner.instance.emit("backup.forced", database=runner.home, login=runner.login)
    yield from ()


def sp_set_backup_compression(runner: Runner, **values: t.Any) -> t.Iterator[Reply]:
    wanted = int(values["bCompression"])
    queries.change(runner, "UPDATE dbo.adm_BackupSettings SET UseCompression = @wanted", wanted=wanted)
    yield from ()


def sp_backup_all_full_schedule(runner: Runner, **values: t.Any) -> t.Iterator[Reply]:
    forced = bool(queries.rows(runner, "SELECT ForceFull FROM dbo.adm_BackupSettings")[0][0])
    moment_of_backup = runner.instance.now() if values["UseLocalTime"] else utc_now()
    if not (forced or _is_due(runner, str(values["Frequency"]), moment_of_backup, values)):
        return
    yield from _back_up_all(runner, FULL, values["MarkName"], values["BackupPath"], moment_of_backup)
    if forced:
        queries.change(runner, "UPDATE dbo.adm_BackupSettings SET ForceFull = 0")


def sp_mark_all(runner: Runner, **values: t.Any) -> t.Iterator[Reply]:
    moment_of_backup = runner.instance.now() if values["UseLocalTime"] else utc_now()
    yield from _back_up_all(runner, LOG, values["MarkName"], values["BackupPath"], moment_of_backup)


def sp_delete_backup_history(runner: Runner, **values: t.Any) -> t.Iterator[Reply]:
    """Old sets go, but none that no later full backup follows."""
    days = values["DaysToKeep"]
    if days and days > 0:
        current = runner.instance.now() if values["UseLocalTime"] else utc_now()
        queries.change(runner, DELETE_OLD, purge=stamp(current - timedelta(days=days)))
    yield from ()


def _is_due(runner: Runner, frequency: str, current: datetime, values: dict[str, t.Any]) -> bool:
    """Whether the period that `frequency` names has no full backup yet."""
    formats = {"h": "%Y%m%d%H", "d": "%Y%m%d", "w": "%Y%U", "m": "%Y%m", "y": "%Y"}
    if frequency.casefold() not in formats:
        raise SqlServerError(RAISED, "Unknown value for the parameter @Frequency")
    last = queries.rows(runner, "SELECT MAX(BackupDateTime) FROM dbo.adm_BackupHistory WHERE BackupType = 'db'")[0][0]
    if last is None or (values["ForceFullBackupAfterPartialSetFailure"] and _has_partial_set(runner)):
        return True
    period = formats[frequency.casefold()]
    if moment(last).strftime(period) == current.strftime(period):
        return False
    hour = values["BackupHour"]
    return hour is None or frequency.casefold() == "h" or runner.instance.now().hour == hour


def _has_partial_set(runner: Runner) -> bool:
    """Whether the newest incomplete set has no complete full one after it."""
    partial = queries.rows(runner, "SELECT MAX(BackupSetId) FROM dbo.adm_BackupHistory WHERE SetComplete = 0")[0][0]
    complete = queries.rows(runner, NEWEST_COMPLETE)[0][0]
    return partial is not None and (complete is None or complete < partial)


def _back_up_all(runner: Runner, kind: int, mark: str, path: str, moment_of_backup: datetime) -> t.Iterator[Reply]:
    code, word, procedure = WORDS[kind]
    set_id = _next_set_id(runner)
    full_mark = re.sub(r"[^A-Za-z0-9_]", "_", f"{mark}_{stamp(moment_of_backup)}")
    databases = queries.rows(runner, "SELECT ServerName, DatabaseName FROM dbo.admv_BackupDatabases")
    for server, database in databases:
        name = f"{server.replace(chr(92), '_')}_{database}_{word}_{full_mark}.bak"
        file = path.rstrip("\\") + "\\" + name
        try:
            _back_up(runner, server, database, file, kind)
        except SqlServerError as error:
            yield Message(error.message, error.number, error.severity)
            yield Message(f"BACKUP {'DATABASE' if kind == FULL else 'LOG'} is terminating abnormally.", 3013, 16)
            runner.instance.emit("backup.set", backup_set=set_id, type=code, complete=False, databases=[])
            failed = "backup" if kind == FULL else "log backup"
            text = f"Failed running the {failed} on {server}.{database}"
            raise SqlServerError(RAISED, text, procedure=procedure) from error
        queries.change(
            runner,
            INSERT_HISTORY,
            set_id=set_id,
            mark=full_mark if kind == LOG else None,
            database=database,
            server=server,
            file=name,
            path=path,
            type=code,
            moment=stamp(moment_of_backup),
        )
        owner = runner.instance.peer(server) or runner.instance
        owner.emit("backup.database", database=database, backup_set=set_id, type=code, file=file)
    queries.change(runner, "UPDATE dbo.adm_BackupHistory SET SetComplete = 1 WHERE BackupSetId = @id", id=set_id)
    pairs = [[getattr(runner.instance.peer(server), "name", server), database] for server, database in databases]
    runner.instance.emit("backup.set", backup_set=set_id, type=code, complete=True, databases=pairs)


def _back_up(runner: Runner, server: str, database: str, file: str, kind: int) -> None:
    """A database of another instance is backed up by that instance, which writes the file itself."""
    instance = runner.instance.peer(server)
    if instance is None or instance.store.database(database) is None:
        raise SqlServerError(7202, f"Could not find server '{server}' in sys.servers, or no database {database} there.")
    with instance.acting_for(runner) as remote, _inside(remote.session, database):
        write_backup(remote, database, file, kind=kind)


@contextlib.contextmanager
def _inside(session: Session, database: str) -> t.Iterator[None]:
    """Each database is backed up by a procedure of its own, which Backup_Setup_All_Procs.sql makes in custom ones."""
    former, session.database = session.database, database
    try:
        yield
    finally:
        session.database = former


def _next_set_id(runner: Runner) -> int:
    with runner.instance.store.lock:
        number = int(queries.rows(runner, "SELECT NextBackupSetId FROM dbo.adm_BackupSetId")[0][0])
        queries.change(runner, "UPDATE dbo.adm_BackupSetId SET NextBackupSetId = @next", next=number + 1)
    return number
