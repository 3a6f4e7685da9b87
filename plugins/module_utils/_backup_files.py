# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether SQL Server can read the files of a backup set, and whether they are what they should be."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import BackupFile, BackupSet
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer

# RESTORE HEADERONLY, BackupType of a full database backup
FULL_DATABASE: t.Final = 1


def verify(backup_set: BackupSet, how: str, connect: t.Callable[[str], SqlServer]) -> list[str]:
    """What is wrong with the files, nothing when they are good. Each instance reads its own, all instances at once."""
    if how == "none":
        return []

    def of_server(server: str) -> list[str]:
        mine = [file for file in backup_set.files if file.server == server]
        return [problem for file in mine for problem in _verify_file(connect(server), file, how)]

    found = on_each((file.server for file in backup_set.files), of_server)
    return [problem for problems in found.values() for problem in problems]


def _verify_file(server: SqlServer, file: BackupFile, how: str) -> list[str]:
    try:
        problem = header_problem(server.query(_tsql.backup_header(file.path)), file)
        if problem is None and how == "full":
            # As long as a restore reads: no limit.
            server.execute(_tsql.verify_backup(file.path), timeout=0)
    except SqlError as error:
        return [f"{file.path}: {error}"]
    return [problem] if problem else []


def header_problem(headers: t.Sequence[Row], file: BackupFile) -> str | None:
    """A file must hold exactly one backup, a full one, of the right database."""
    if len(headers) != 1:
        return f"{file.path} holds {len(headers)} backups instead of one"
    header = headers[0]
    if str(header["DatabaseName"]).casefold() != file.database.casefold():
        return f"{file.path} is a backup of {header['DatabaseName']}, not of {file.database}"
    if header["BackupType"] != FULL_DATABASE:
        return f"{file.path} is no full database backup (type {header['BackupType']})"
    return None
