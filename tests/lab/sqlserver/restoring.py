# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RESTORE DATABASE and RESTORE LOG: what they demand, and what they make of a database."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver import backup_catalog, errors
from tests.lab.sqlserver.media import FULL, LOG
from tests.lab.tds.interface import Message, Reply, SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.media import Header
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.statements import Media

OPTIONS = {
    "CHECKSUM", "NO_CHECKSUM", "FILE", "NOUNLOAD", "STATS", "STOP_ON_ERROR", "REPLACE", "RECOVERY", "NORECOVERY",
    "MOVE", "STOPATMARK", "STOPBEFOREMARK", "MAXTRANSFERSIZE", "BUFFERCOUNT",
}  # fmt: skip


def run_restore(runner: Runner, statement: Media, file: str | None) -> t.Iterator[Reply]:
    """`file` None is `RESTORE DATABASE x WITH RECOVERY`. Raises `SqlServerError`."""
    wanted = statement.database or ""
    name = str(runner.evaluate(wanted)) if wanted.startswith("@") else wanted
    database = runner.instance.store.database(name)
    if database is None:
        raise errors.unknown_to_the_lab("a RESTORE that creates a database")
    _check_allowed(runner, database)
    if {"RECOVERY", "NORECOVERY"} <= statement.options.keys():
        raise SqlServerError(3031, "Option 'norecovery' conflicts with option(s) 'recovery'. Remove the conflict.")
    recover = "NORECOVERY" not in statement.options
    if file is None:
        yield from _recover(runner, database)
        return
    header = runner.instance.media.read(file)
    if statement.what == "DATABASE":
        _check_full(runner, database, header, replace="REPLACE" in statement.options)
    else:
        _check_log(runner, database, header)
    _load(runner, database, file, header, recover=recover)
    moved = statement.options.get("MOVE")
    runner.instance.state_of(database).folder = (
        str(runner.evaluate(moved)).rpartition("\\")[0] if moved else header.folder
    )
    backup_catalog.add_restore(runner.instance, database, runner.login, header, recover=recover)
    runner.instance.emit("restore.database", database=database, file=file, recovered=recover)
    yield Message(f"Processed 512 pages for database '{database}', file '{header.database}' on file 1.", 4035)
    done = f"RESTORE {statement.what} successfully processed 512 pages in 0.100 seconds (40.000 MB/sec)."
    yield Message(done, 3014)


def _check_allowed(runner: Runner, database: str) -> None:
    if not runner.rights.on_server("CREATE ANY DATABASE"):
        raise SqlServerError(3110, f"User does not have permission to RESTORE database '{database}'.", severity=14)
    if runner.trancount:
        raise SqlServerError(3021, "Cannot perform a backup or restore operation within a transaction.")
    if runner.instance.group_of(database):
        text = (
            f"RESTORE cannot operate on database '{database}' because it is configured for database mirroring or has"
            " joined an availability group. If you intend to restore the database, use ALTER DATABASE to remove"
            " mirroring or to remove the database from its availability group."
        )
        raise SqlServerError(3104, text)
    if runner.database.casefold() == database.casefold():
        text = (
            f"RESTORE cannot process database '{database}' because it is in use by this session. It is recommended"
            " that the master database be used when performing this operation."
        )
        raise SqlServerError(3102, text)
    if runner.instance.sessions.in_database(database):
        raise SqlServerError(3101, "Exclusive access could not be obtained because the database is in use.")


def _check_full(runner: Runner, database: str, header: Header, *, replace: bool) -> None:
    if header.kind != FULL:
        raise errors.unknown_to_the_lab("RESTORE DATABASE from a log backup")
    if replace:
        return
    if header.database.casefold() != database.casefold():
        text = f"The backup set holds a backup of a database other than the existing '{database}' database."
        raise SqlServerError(3154, text)
    if runner.instance.state_of(database).state == "ONLINE":
        text = (
            f'The tail of the log for the database "{database}" has not been backed up. Use BACKUP LOG WITH NORECOVERY'
            " to backup the log if it contains work you do not want to lose. Use the WITH REPLACE or WITH STOPAT clause"
            " of the RESTORE statement to just overwrite the contents of the log."
        )
        raise SqlServerError(3159, text)


def _check_log(runner: Runner, database: str, header: Header) -> None:
    if runner.instance.state_of(database).state != "RESTORING":
        text = "The log or differential backup cannot be restored because no files are ready to rollforward."
        raise SqlServerError(3117, text)
    if header.kind != LOG or header.database.casefold() != database.casefold():
        raise errors.unknown_to_the_lab("RESTORE LOG from a backup of something else")


def _load(runner: Runner, database: str, file: str, header: Header, *, recover: bool) -> None:
    """From its first moment on the database cannot be used; where it fails, it stays so."""
    instance = runner.instance
    state = instance.state_of(database)
    state.state, state.access = "RESTORING", "MULTI_USER"
    instance.emit("restore.started", database=database, file=file)
    seconds = instance.world.delays.backup_database if header.kind == FULL else 0.0
    with runner.working("RESTORE DATABASE" if header.kind == FULL else "RESTORE LOG", seconds):
        runner.pause(seconds)
    if instance.faults.take("restore_fails", database=database):
        raise SqlServerError(3203, f'Read on "{file}" failed: 23(Data error (cyclic redundancy check).)')
    try:
        data = instance.media.verified(file)
    except SqlServerError as error:
        text = f'RESTORE detected an error on page (0:-1) in database "{database}" as read from the backup set.'
        raise SqlServerError(3183, text) from error
    if header.kind == FULL:
        instance.contents.load(database, header.database, data)
    if recover:
        state.state = "ONLINE"


def _recover(runner: Runner, database: str) -> t.Iterator[Reply]:
    state = runner.instance.state_of(database)
    if state.state != "RESTORING":
        raise SqlServerError(3153, "The database is already fully recovered.")
    state.state = "ONLINE"
    runner.instance.emit("restore.database", database=database, file=None, recovered=True)
    yield Message("RESTORE DATABASE successfully processed 0 pages in 0.010 seconds (0.000 MB/sec).", 3014)
