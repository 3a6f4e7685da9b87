# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sp_help_job, as far as it tells about jobs (its aspect JOB)."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver import errors
from tests.lab.sqlserver.clock import moment
from tests.lab.sqlserver.job_procedures import job_of
from tests.lab.sqlserver.schema import columns
from tests.lab.tds.interface import Column, Reply, ResultSet

if t.TYPE_CHECKING:
    from datetime import datetime

    from tests.lab.sqlserver.jobs import Job
    from tests.lab.sqlserver.runner import Runner

JOB_COLUMNS = columns(
    """job_id uniqueidentifier, originating_server nvarchar(30), name sysname, enabled tinyint,
    description nvarchar(512), start_step_id int, category sysname, owner sysname, notify_level_eventlog int,
    notify_level_email int, notify_level_netsend int, notify_level_page int, notify_email_operator sysname,
    notify_netsend_operator sysname, notify_page_operator sysname, delete_level int, date_created datetime,
    date_modified datetime, version_number int, last_run_date int, last_run_time int, last_run_outcome int,
    next_run_date int, next_run_time int, next_run_schedule_id int, current_execution_status int,
    current_execution_step nvarchar(200), current_retry_attempt int, has_step int, has_schedule int, has_target int,
    type int"""
)
STORED = """SELECT j.description, j.date_created, j.date_modified, s.last_run_date, s.last_run_time, s.last_run_outcome,
    p.next_run_date, p.next_run_time, p.schedule_id FROM "msdb.dbo.sysjobs" AS j
    JOIN "msdb.dbo.sysjobservers" AS s ON s.job_id = j.job_id
    JOIN "msdb.dbo.sysjobschedules" AS p ON p.job_id = j.job_id WHERE j.job_id = ?"""


def sp_help_job(runner: Runner, **values: t.Any) -> t.Iterator[Reply]:
    one = values["job_name"] is not None or values["job_id"] is not None
    if one and str(values["job_aspect"]).upper() != "JOB":
        raise errors.unknown_to_the_lab("sp_help_job of one job without @job_aspect = N'JOB'")
    jobs = (job_of(runner, values),) if one else runner.instance.agent.jobs
    typed = tuple(Column(name, kind) for name, kind in JOB_COLUMNS.items())
    yield ResultSet(typed, [tuple(_row(runner, job).get(name) for name in JOB_COLUMNS) for job in jobs])


def _row(runner: Runner, job: Job) -> dict[str, str | int | datetime | None]:
    identifier = str(job.identifier).upper()
    (stored,) = runner.instance.store.all(STORED, (identifier,))
    status, step = runner.instance.agent.state_of(job)
    return {
        "job_id": identifier,
        "originating_server": runner.instance.name,
        "name": job.name,
        "enabled": int(job.enabled),
        "description": stored[0],
        "start_step_id": 1,
        "category": "Database Maintenance",
        "owner": "sa",
        "notify_level_eventlog": 2,
        "notify_level_email": 0,
        "notify_level_netsend": 0,
        "notify_level_page": 0,
        "notify_email_operator": "(unknown)",
        "notify_netsend_operator": "(unknown)",
        "notify_page_operator": "(unknown)",
        "delete_level": 0,
        "date_created": moment(stored[1]),
        "date_modified": moment(stored[2]),
        "version_number": 5,
        "last_run_date": stored[3] or 0,
        "last_run_time": stored[4] or 0,
        "last_run_outcome": stored[5],
        "next_run_date": stored[6],
        "next_run_time": stored[7],
        "next_run_schedule_id": stored[8] if stored[6] else 0,
        "current_execution_status": status,
        "current_execution_step": f"{step} ({job.steps[step - 1].name})" if step else "0 (unknown)",
        "current_retry_attempt": 0,
        "has_step": len(job.steps),
        "has_schedule": 1,
        "has_target": 1,
        "type": 1,
    }
