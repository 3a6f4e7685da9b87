# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether SQL Server can read the files of a backup set, and whether they are what they should be."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import BackupFile, BackupSet
    from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer

# RESTORE HEADERONLY, BackupType of a full database backup
FULL_DATABASE: t.Final = 1


def verify(
    backup_set: BackupSet, how: str, connect: t.Callable[[str], SqlServer], progress: Progress
) -> tuple[BackupSet, list[str]]:
    """The set with the facts from its headers, and what is wrong with the files, nothing when they are good.

    Each instance reads its own, all instances at once.
    """
    if how == "none":
        return backup_set, []
    count = len(backup_set.files)

    def of_server(server: str) -> dict[str, tuple[BackupFile, str | None]]:
        found = {}
        for place, file in enumerate(backup_set.files, 1):
            if file.server == server:
                progress.tell(f"verifying {file.database} on {file.server} ({place} of {count}): {file.path}")
                found[file.path] = _verify_file(connect(server), file, how)
        return found

    by_server = on_each((file.server for file in backup_set.files), of_server)
    checked = [by_server[file.server][file.path] for file in backup_set.files]
    problems = [problem for _file, problem in checked if problem]
    return replace(backup_set, files=tuple(file for file, _problem in checked)), problems


def _verify_file(server: SqlServer, file: BackupFile, how: str) -> tuple[BackupFile, str | None]:
    try:
        headers = server.query(_tsql.backup_header(file.path))
        problem = header_problem(headers, file)
        if problem is None and how == "full":
            # As long as a restore reads: no limit.
            server.execute(_tsql.verify_backup(file.path), timeout=0)
    except SqlError as error:
        return file, f"{file.path}: {error}"
    return (_with_facts(file, headers[0]), None) if problem is None else (file, problem)


def header_problem(headers: t.Sequence[Row], file: BackupFile) -> str | None:
    """A file must hold exactly one backup, a full one, of the right database."""
    if len(headers) != 1:
        return f"{file.path} holds {len(headers)} backups instead of one"
    header = headers[0]
    if str(header["DatabaseName"]).casefold() != file.database.casefold():
        return f"{file.path} is a backup of {header['DatabaseName']}, not of {file.database}"
    if header["BackupType"] != FULL_DATABASE:
        return f"{file.path} is no full database backup (type {header['BackupType']})"
    if header["IsDamaged"]:
        return f"{file.path} was made of a damaged database (it went on after an error)"
    return None


def _with_facts(file: BackupFile, header: Row) -> BackupFile:
    """HEADERONLY knows to the second how long it took."""
    seconds = (header["BackupFinishDate"] - header["BackupStartDate"]).total_seconds()
    size = int(header["CompressedBackupSize"] or header["BackupSize"])
    return replace(file, size=size, seconds=seconds if file.seconds is None else file.seconds)
