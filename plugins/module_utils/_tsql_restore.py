# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The T-SQL that restores databases, and that tells whether they can be restored, see _tsql."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._tsql import backup_device, identifier, string_literal

DATABASE_STATES = """
SELECT name, state_desc AS state, user_access_desc AS access
FROM sys.databases
ORDER BY name
"""

# What a backup is compared with. The version of master is the internal one of the instance (HEADERONLY's
# DatabaseVersion); the two clocks tell the time zone of its headers. After its computer was renamed an instance may go
# by two names.
INSTANCE = """
SELECT CAST(DATABASEPROPERTYEX('master', 'Version') AS int) AS database_version,
       CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
       @@SERVERNAME AS configured_name, GETDATE() AS local_time, GETUTCDATE() AS utc
"""

# SQL Server 2008 R2 SP1. Needs VIEW SERVER STATE. A page has 8 KiB; a file of a database that is offline may have no
# volume here.
FILES_AND_VOLUMES = """
SELECT d.name AS database_name, f.name AS logical_name, f.physical_name AS path, f.size AS pages,
       v.volume_mount_point AS volume, v.available_bytes AS available
FROM sys.master_files AS f
JOIN sys.databases AS d ON d.database_id = f.database_id
OUTER APPLY sys.dm_os_volume_stats(f.database_id, f.file_id) AS v
"""

# The same for older ones.
FILES = """
SELECT d.name AS database_name, f.name AS logical_name, f.physical_name AS path, f.size AS pages,
       NULL AS volume, NULL AS available
FROM sys.master_files AS f
JOIN sys.databases AS d ON d.database_id = f.database_id
"""

# How far a BACKUP or RESTORE is, which is one of the few commands that tell. Needs VIEW SERVER STATE.
WORK_IN_PROGRESS = """
SELECT session_id AS spid, percent_complete
FROM sys.dm_exec_requests
WHERE command LIKE N'RESTORE%'
"""

# In the management database. A set's rows follow each other in the order of BackupId.
FULL_BACKUPS = """
SELECT BackupId AS backup_id, BackupSetId AS backup_set_id, ServerName AS server_name, DatabaseName AS database_name,
       BackupFileLocation AS location, BackupFileName AS file_name, BackupType AS backup_type,
       BackupDateTime AS backup_time, SetComplete AS set_complete
FROM dbo.adm_BackupHistory
WHERE BackupType = 'db'
ORDER BY BackupId
"""


def backup_file_list(file: str) -> str:
    """One row for each file of the database in the backup."""
    return f"RESTORE FILELISTONLY FROM {backup_device(file)}"


def take_offline(database: str) -> str:
    """Ends every session in the database, and lets nobody in again, not even one (as SINGLE_USER does).

    An offline database can be restored at once.
    """
    return f"ALTER DATABASE {identifier(database)} SET OFFLINE WITH ROLLBACK IMMEDIATE"


def restore(database: str, file: str, moves: t.Iterable[tuple[str, str]] = ()) -> str:
    """``moves`` are logical names of files with the path where each has to lie."""
    places = "".join(f", MOVE {string_literal(name)} TO {string_literal(path)}" for name, path in moves)
    return f"RESTORE DATABASE {identifier(database)} FROM {backup_device(file)} WITH REPLACE, NORECOVERY{places}"


def recover(database: str) -> str:
    return f"RESTORE DATABASE {identifier(database)} WITH RECOVERY"
