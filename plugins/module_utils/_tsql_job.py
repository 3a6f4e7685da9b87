# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The T-SQL about the SQL Server Agent job, all in msdb; see _tsql."""

from __future__ import annotations

JOB = """
SELECT name, enabled
FROM msdb.dbo.sysjobs
WHERE name = ?
"""

JOB_STEPS = """
SELECT s.step_id, s.step_name, s.command
FROM msdb.dbo.sysjobs AS j
JOIN msdb.dbo.sysjobsteps AS s ON s.job_id = j.job_id
WHERE j.name = ?
ORDER BY s.step_id
"""

# Each start of the Agent is a session; only the newest one tells the truth about what runs now.
JOB_ACTIVITY = """
SELECT a.start_execution_date AS started, a.stop_execution_date AS stopped, a.last_executed_step_id AS last_step_id,
       a.next_scheduled_run_date AS next_run
FROM msdb.dbo.sysjobs AS j
JOIN msdb.dbo.sysjobactivity AS a ON a.job_id = j.job_id
WHERE j.name = ? AND a.session_id = (SELECT MAX(session_id) FROM msdb.dbo.syssessions)
"""

LAST_JOB_HISTORY = """
SELECT MAX(h.instance_id) AS instance_id
FROM msdb.dbo.sysjobs AS j
JOIN msdb.dbo.sysjobhistory AS h ON h.job_id = j.job_id
WHERE j.name = ?
"""

# Step 0 is the job's own outcome. run_status: 0 failed, 1 succeeded, 2 retry, 3 canceled, 4 in progress.
JOB_HISTORY_AFTER = """
SELECT h.instance_id, h.step_id, h.step_name, h.run_status, h.message
FROM msdb.dbo.sysjobs AS j
JOIN msdb.dbo.sysjobhistory AS h ON h.job_id = j.job_id
WHERE j.name = ? AND h.instance_id > ?
ORDER BY h.instance_id
"""

LAST_JOB_OUTCOME = """
SELECT TOP (1) h.run_status, h.message
FROM msdb.dbo.sysjobs AS j
JOIN msdb.dbo.sysjobhistory AS h ON h.job_id = j.job_id
WHERE j.name = ? AND h.step_id = 0
ORDER BY h.instance_id DESC
"""

# Returns at once, and fails with error 22022 when the job already runs or the Agent does not.
START_JOB = "EXEC msdb.dbo.sp_start_job @job_name = ?"
