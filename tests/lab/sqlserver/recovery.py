# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BACKUP and RESTORE statements."""

from __future__ import annotations

import typing as t
import uuid

from tests.lab.sqlserver import backup_catalog, clock, errors, restoring
from tests.lab.sqlserver.media import FULL, LOG, Header
from tests.lab.sqlserver.restore import file_list, header_only
from tests.lab.tds.interface import Message, Reply, SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.statements import Media

BACKUP_OPTIONS = {
    "INIT", "FORMAT", "NOINIT", "SKIP", "NOFORMAT", "CHECKSUM", "NO_CHECKSUM", "COMPRESSION", "NO_COMPRESSION",
    "COPY_ONLY", "NAME", "DESCRIPTION", "STATS", "STOP_ON_ERROR",
}  # fmt: skip
RESTORE_OPTIONS = {"CHECKSUM", "NO_CHECKSUM", "FILE", "NOUNLOAD", "NOREWIND", "STATS", "STOP_ON_ERROR"}


def run_media(runner: Runner, statement: Media) -> t.Iterator[Reply]:
    """Run it; a failure is told by two errors, the second of which says what has ended."""
    label = "VERIFY DATABASE" if statement.what == "VERIFYONLY" else f"{statement.verb} {statement.what}"
    try:
        yield from _run(runner, statement)
    except SqlServerError as error:
        if error.number >= errors.UNKNOWN_TO_THE_LAB or error.severity == 15:
            raise
        yield Message(error.message, error.number, error.severity, error.state)
        raise SqlServerError(3013, f"{label} is terminating abnormally.") from error


def _run(runner: Runner, statement: Media) -> t.Iterator[Reply]:
    restores = statement.verb == "RESTORE" and statement.what in ("DATABASE", "LOG")
    known = restoring.OPTIONS if restores else BACKUP_OPTIONS if statement.verb == "BACKUP" else RESTORE_OPTIONS
    strange = next((option for option in statement.options if option not in known), None)
    if strange:
        raise errors.unknown_to_the_lab(f"the option {strange} of {statement.verb}")
    if restores:
        file_or_none = _file(runner, statement) if statement.devices else None
        yield from restoring.run_restore(runner, statement, file_or_none)
        return
    file = _file(runner, statement)
    if statement.verb == "BACKUP" and statement.what in ("DATABASE", "LOG"):
        yield from _backup(runner, statement, file)
        return
    if not runner.rights.on_server("CREATE ANY DATABASE"):
        raise SqlServerError(262, "CREATE DATABASE permission denied in database 'master'.", severity=14)
    media = runner.instance.media
    if statement.what == "HEADERONLY":
        yield header_only(media.read(file))
    elif statement.what == "FILELISTONLY":
        yield file_list(media.read(file))
    elif statement.what == "VERIFYONLY":
        media.verify(file)
        runner.instance.emit("backup.verified", file=file)
        yield Message("The backup set on file 1 is valid.", 3262)
    else:
        raise errors.unknown_to_the_lab(f"{statement.verb} {statement.what}")


def _file(runner: Runner, statement: Media) -> str:
    if len(statement.devices) != 1:
        raise errors.unknown_to_the_lab("backups on several devices, or on none")
    kind, expression = statement.devices[0]
    if kind != "DISK":
        raise errors.unknown_to_the_lab(f"backups on {kind}")
    return str(runner.evaluate(expression))


def _backup(runner: Runner, statement: Media, file: str) -> t.Iterator[Reply]:
    wanted = statement.database or ""
    name = str(runner.evaluate(wanted)) if wanted.startswith("@") else wanted
    database = runner.instance.store.database(name)
    if database is None:
        raise errors.unknown_database(name)
    runner.instance.state_of(database).check_open(database, others=False, sysadmin=True)
    if not runner.instance.is_writable(database) and "COPY_ONLY" not in statement.options:
        text = "This BACKUP or RESTORE command is not supported on a database mirror or secondary replica."
        raise SqlServerError(3059, text)
    if runner.trancount:
        raise SqlServerError(3021, "Cannot perform a backup or restore operation within a transaction.")
    if not runner.rights.in_database(database, f"BACKUP {statement.what}"):
        text = f"BACKUP {statement.what} permission denied in database '{database}'."
        raise SqlServerError(262, text, severity=14)
    if "INIT" not in statement.options and "FORMAT" not in statement.options and runner.instance.media.exists(file):
        raise errors.unknown_to_the_lab("several backups in one file: say WITH INIT")
    options = {option.casefold() for option in statement.options}
    kind = FULL if statement.what == "DATABASE" else LOG
    title = statement.options.get("NAME")
    write_backup(
        runner,
        database,
        file,
        kind=kind,
        name=str(runner.evaluate(title)) if title else None,
        compressed="compression" in options,
        checksums="checksum" in options,
        copy_only="copy_only" in options,
    )
    runner.instance.emit(
        "backup.database", database=database, backup_set=None, type="db" if kind == FULL else "lg", file=file
    )
    runner.instance.native_sets.look()
    yield Message(f"Processed 512 pages for database '{database}', file '{database}' on file 1.", 4035)
    done = f"BACKUP {statement.what} successfully processed 512 pages in 0.100 seconds (40.000 MB/sec)."
    yield Message(done, 3014)


def write_backup(
    runner: Runner,
    database: str,
    file: str,
    *,
    kind: int,
    name: str | None = None,
    compressed: bool = False,
    checksums: bool = False,
    copy_only: bool = False,
) -> None:
    """Take the time that it takes, and leave the file. Raises `SqlServerError`."""
    instance = runner.instance
    instance.media.check_writable(file)
    started = clock.stamp(instance.now())
    _take_time(runner, database, kind)
    if instance.faults.take("backup_fails", database=database):
        text = f'Write on "{file}" failed: 112(There is not enough space on the disk.)'
        raise SqlServerError(3202, text)
    header = Header(
        database=database,
        server=instance.name,
        user=runner.login,
        kind=kind,
        name=name,
        started=started,
        finished=clock.stamp(instance.now()),
        first_lsn=instance.next_lsn(),
        set_guid=str(uuid.uuid4()),
        size=instance.size_of(database),
        folder=instance.state_of(database).folder,
        version=instance.version[0],
        compressed=compressed,
        checksums=checksums,
        copy_only=copy_only,
        damaged=False,
    )
    instance.media.write(file, header, instance.contents.of(database))
    backup_catalog.add(instance, file, header)
    if instance.faults.take("backup_file_damaged", database=database):
        instance.media.damage(file)
    if instance.faults.take("backup_file_lost", database=database):
        instance.media.remove(file)


def _take_time(runner: Runner, database: str, kind: int) -> None:
    instance = runner.instance
    slow = instance.faults.take("backup_slow", database=database)
    usual = instance.world.delays.backup_database if kind == FULL else 0.0
    seconds = usual + (slow.seconds if slow else 0.0)
    command = "BACKUP DATABASE" if kind == FULL else "BACKUP LOG"
    with runner.working(command, seconds):
        runner.pause(seconds)
