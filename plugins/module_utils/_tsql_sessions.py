# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The T-SQL about who uses the databases, see _tsql. All of it needs VIEW SERVER STATE."""

from __future__ import annotations

WHO = "EXEC sp_who2"

SYSTEM_SESSIONS = """
SELECT session_id AS spid
FROM sys.dm_exec_sessions
WHERE is_user_process = 0
"""

# Every session holds a shared lock on each database that it works in, also when another one is its current database.
DATABASE_LOCKS = """
SELECT DISTINCT l.request_session_id AS spid, d.name AS database_name,
       s.host_name, s.program_name, s.login_name
FROM sys.dm_tran_locks AS l
JOIN sys.databases AS d ON d.database_id = l.resource_database_id
JOIN sys.dm_exec_sessions AS s ON s.session_id = l.request_session_id
WHERE l.resource_type = N'DATABASE'
"""

# A backup of BizTalk's job runs inside the database that it saves, for each has a procedure of its own for that.
RUNNING_BACKUPS = """
SELECT r.session_id AS spid, DB_NAME(r.database_id) AS database_name, r.percent_complete
FROM sys.dm_exec_requests AS r
WHERE r.command = N'BACKUP DATABASE'
"""


def kill(spid: int) -> str:
    """Ends a session. KILL takes a literal only."""
    return f"KILL {int(spid)}"
