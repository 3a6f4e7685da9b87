# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a backup set, as the SQL Server that has to restore them reads them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._backup_files import header_problem
from ansible_collections.biztalk.patching.plugins.module_utils._group import same_name
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import BackupFile
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_set import RestoreSet
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import Place, Situation
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer, SqlServers

# How far apart the files of one set may be beyond the time that the set took, for the clocks of several instances.
SLACK: t.Final = 300.0
# And where nobody knows how long it took.
LONGEST_BACKUP: t.Final = 24 * 3600.0
EPOCH: t.Final = datetime(2000, 1, 1)


@dataclass(frozen=True)
class FileInBackup:
    """A file of the database as FILELISTONLY tells it: where it was, and its size when it is restored."""

    logical_name: str
    path: str
    size: int


@dataclass(frozen=True)
class Medium:
    """A backup file that was read. ``finished`` is UTC."""

    file: BackupFile
    place: Place
    finished: datetime
    contents: tuple[FileInBackup, ...]


def read_media(servers: SqlServers, situation: Situation, chosen: RestoreSet) -> tuple[list[Medium], list[str]]:
    """Reads headers and file lists, each instance its own, all at once; what is wrong comes with what is right."""

    def of_place(name: str) -> list[tuple[Medium | None, list[str]]]:
        place = situation.place(name)
        server = servers.instance(place.server)
        return [_read(server, place, file) for file in chosen.files if situation.place(file.server) is place]

    found = [one for read in on_each((place.name for place in situation.each()), of_place).values() for one in read]
    media = [medium for medium, _problems in found if medium]
    problems = [problem for _medium, its in found for problem in its]
    return media, [*problems, *strangers(media, chosen)]


def _read(server: SqlServer, place: Place, file: BackupFile) -> tuple[Medium | None, list[str]]:
    try:
        headers = server.query(_tsql.backup_header(file.path))
        problem = header_problem(headers, file)
        if problem:
            return None, [problem]
        contents = tuple(
            FileInBackup(row["LogicalName"], row["PhysicalName"], int(row["Size"]))
            for row in server.query(_tsql_restore.backup_file_list(file.path))
        )
    except SqlError as error:
        return None, [f"{file.path}: {error}"]
    header = headers[0]
    return Medium(file, place, header["BackupFinishDate"] - place.utc_offset, contents), header_doubts(
        header, place, file
    )


def header_doubts(header: Row, place: Place, file: BackupFile) -> list[str]:
    """Whether a full backup of a database with the right name is also of the right instance, version and set."""
    doubts = []
    made_on = str(header["ServerName"])
    if not any(same_name(made_on, name) for name in (place.name, place.configured_name)):
        doubts.append(f"{file.path} was made on {made_on}, not on {place.name}: it is of another database")
    newest = int(place.version.partition(".")[0] or 0)
    if int(header["SoftwareVersionMajor"]) > newest or int(header["DatabaseVersion"]) > place.internal_version:
        doubts.append(
            f"{file.path} was made by a newer SQL Server (version {header['SoftwareVersionMajor']}, database version"
            f" {header['DatabaseVersion']}) than {place.name} is ({place.version}, {place.internal_version})"
        )
    size = int(header["CompressedBackupSize"] or header["BackupSize"])
    seconds = (header["BackupFinishDate"] - header["BackupStartDate"]).total_seconds()
    if file.size not in (None, size) or (file.seconds is not None and abs(file.seconds - seconds) > 0.01):
        doubts.append(
            f"{file.path} is not the file that the set had: it has {size} bytes and took {seconds:g} s, the set's had"
            f" {file.size} and took {file.seconds if file.seconds is None else f'{file.seconds:g}'} s"
        )
    return doubts


def strangers(media: t.Sequence[Medium], chosen: RestoreSet) -> list[str]:
    """Files that were made at another time than the rest of the set."""
    if not media:
        return []
    limit = LONGEST_BACKUP if chosen.seconds is None else chosen.seconds + SLACK
    moments = [(medium.finished - EPOCH).total_seconds() for medium in media]
    middle = median(moments)
    return [
        f"{medium.file.path} was made at {medium.finished:%Y-%m-%d %H:%M} UTC, the rest of {chosen} around"
        f" {EPOCH + timedelta(seconds=middle):%Y-%m-%d %H:%M}: it is of another set"
        for medium, moment in zip(media, moments, strict=True)
        if abs(moment - middle) > limit
    ]
