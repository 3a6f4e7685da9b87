# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""msdb's record of the jobs: what there is, what runs now, and how it went."""

from __future__ import annotations

import enum
import typing as t
from datetime import datetime, timedelta

from tests.lab.sqlserver import clock
from tests.lab.sqlserver.clock import stamp

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.jobs import Job

SUBSYSTEM = "TSQL"
STEP_OF_OUTCOME = 0


class Outcome(enum.IntEnum):
    """`run_status` of sysjobhistory."""

    FAILED = 0
    SUCCEEDED = 1
    CANCELED = 3


class History:
    def __init__(self, instance: SqlServerInstance, known: tuple[Job, ...]) -> None:
        self._instance = instance
        self._store = instance.store
        self._jobs = known
        self._agent_session = 0
        category = "msdb.dbo.syscategories"
        self._store.insert(category, category_id=3, category_class=1, category_type=1, name="Database Maintenance")
        for number, job in enumerate(known, 1):
            self._create(number, job)

    def agent_started(self) -> None:
        """A new session of the Agent, in which every job begins as idle."""
        self._agent_session += 1
        now = stamp(self._instance.now())
        with self._store.lock:
            self._store.insert("msdb.dbo.syssessions", session_id=self._agent_session, agent_start_date=now)
            for (job_id,) in self._store.all('SELECT job_id FROM "msdb.dbo.sysjobs"'):
                self._store.insert(
                    "msdb.dbo.sysjobactivity",
                    session_id=self._agent_session,
                    job_id=job_id,
                )
            for job in self._jobs:
                self._plan(job)

    def enabled(self, job: Job) -> None:
        self._store.run('UPDATE "msdb.dbo.sysjobs" SET enabled = ? WHERE job_id = ?', (int(job.enabled), _id(job)))
        self._jobs = tuple(job if item.name == job.name else item for item in self._jobs)
        self._plan(job)

    def next_run(self, job: Job) -> datetime | None:
        """When the schedule is due next; a disabled job has no such time."""
        if not job.enabled:
            return None
        midnight = self._instance.now().replace(hour=0, minute=0, second=0, microsecond=0)
        minutes = (self._instance.now() - midnight) // timedelta(minutes=job.minutes) + 1
        return midnight + minutes * timedelta(minutes=job.minutes)

    def _plan(self, job: Job) -> None:
        due = self.next_run(job)
        if self._agent_session:
            self._activity(job, next_scheduled_run_date=stamp(due) if due else None)
        self._store.run(
            'UPDATE "msdb.dbo.sysjobschedules" SET next_run_date = ?, next_run_time = ? WHERE job_id = ?',
            (*(_numbers(due) if due else (0, 0)), _id(job)),
        )

    def requested(self, job: Job, source: int) -> None:
        self._activity(job, run_requested_date=stamp(self._instance.now()), run_requested_source=str(source))

    def started(self, job: Job) -> None:
        cleared = {"last_executed_step_id": None, "last_executed_step_date": None, "stop_execution_date": None}
        self._activity(job, start_execution_date=stamp(self._instance.now()), job_history_id=None, **cleared)

    def step(self, job: Job, number: int, outcome: Outcome, message: str, began: datetime) -> None:
        self._activity(job, last_executed_step_id=number, last_executed_step_date=stamp(self._instance.now()))
        self._add(job, number, job.steps[number - 1].name, outcome, message, began)

    def finished(self, job: Job, outcome: Outcome, requested_by: str, last_step: int) -> None:
        said = {
            Outcome.SUCCEEDED: "The job succeeded.",
            Outcome.FAILED: "The job failed.",
            Outcome.CANCELED: "The job was stopped prior to completion by a stop request.",
        }[outcome]
        name = job.steps[last_step - 1].name if last_step else "none"
        text = f"{said}  The Job was invoked by {requested_by}.  The last step to run was step {last_step} ({name})."
        began = self._store.all(
            'SELECT start_execution_date FROM "msdb.dbo.sysjobactivity" WHERE job_id = ? AND session_id = ?',
            (_id(job), self._agent_session),
        )[0][0]
        with self._store.lock:
            number = self._add(job, STEP_OF_OUTCOME, "(Job outcome)", outcome, text, clock.moment(began))
            self._activity(job, stop_execution_date=stamp(self._instance.now()), job_history_id=number)
            self._plan(job)
            self._store.run(
                'UPDATE "msdb.dbo.sysjobservers" SET last_run_outcome = ?, last_outcome_message = ?, last_run_date = ?,'
                " last_run_time = ? WHERE job_id = ?",
                (int(outcome), text, *_numbers(clock.moment(began)), _id(job)),
            )

    def _activity(self, job: Job, **values: t.Any) -> None:
        parts = ", ".join(f"{name} = ?" for name in values)
        self._store.run(
            " ".join(('UPDATE "msdb.dbo.sysjobactivity" SET', parts, "WHERE job_id = ? AND session_id = ?")),
            (*values.values(), _id(job), self._agent_session),
        )

    def _add(self, job: Job, step: int, name: str, outcome: Outcome, message: str, began: datetime) -> int:
        run_date, run_time = _numbers(began)
        with self._store.lock:
            table = "msdb.dbo.sysjobhistory"
            number = int(
                self._store.all('SELECT COALESCE(MAX(instance_id), 0) + 1 FROM "msdb.dbo.sysjobhistory"')[0][0]
            )
            self._store.insert(
                table,
                instance_id=number,
                job_id=_id(job),
                step_id=step,
                step_name=name,
                sql_message_id=0,
                sql_severity=0 if outcome is Outcome.SUCCEEDED else 16,
                message=message[:4000],
                run_status=int(outcome),
                run_date=run_date,
                run_time=run_time,
                run_duration=_duration(self._instance.now() - began),
                retries_attempted=0,
                server=self._instance.name,
            )
        return number

    def _create(self, number: int, job: Job) -> None:
        made = stamp(self._instance.now() - timedelta(days=400))
        self._store.insert(
            "msdb.dbo.sysjobs",
            job_id=_id(job),
            originating_server_id=0,
            name=job.name,
            enabled=int(job.enabled),
            description=job.description,
            start_step_id=1,
            category_id=3,
            owner_sid=b"\x01",
            notify_level_eventlog=2,
            notify_level_email=0,
            delete_level=0,
            date_created=made,
            date_modified=made,
            version_number=5,
        )
        for place, step in enumerate(job.steps, 1):
            self._store.insert(
                "msdb.dbo.sysjobsteps",
                job_id=_id(job),
                step_id=place,
                step_name=step.name,
                subsystem=SUBSYSTEM,
                command=step.command,
                flags=0,
                cmdexec_success_code=0,
                on_success_action=step.on_success,
                on_success_step_id=0,
                on_fail_action=step.on_fail,
                on_fail_step_id=0,
                database_name=step.database,
                retry_attempts=0,
                retry_interval=1,
                last_run_outcome=0,
                last_run_duration=0,
                last_run_retries=0,
                last_run_date=0,
                last_run_time=0,
            )
        self._create_schedule(number, job)
        self._store.insert("msdb.dbo.sysjobservers", job_id=_id(job), server_id=0, last_run_outcome=5)

    def _create_schedule(self, number: int, job: Job) -> None:
        self._store.insert(
            "msdb.dbo.sysschedules",
            schedule_id=number,
            schedule_uid=str(job.identifier).upper(),
            name="MarkAndBackupLogSched" if job.minutes > 1 else "Schedule",
            enabled=1,
            freq_type=4,
            freq_interval=1,
            freq_subday_type=4,
            freq_subday_interval=job.minutes,
            freq_relative_interval=0,
            freq_recurrence_factor=0,
            active_start_date=20031110,
            active_end_date=99991231,
            active_start_time=0,
            active_end_time=235959,
        )
        self._store.insert("msdb.dbo.sysjobschedules", schedule_id=number, job_id=_id(job))
        self._plan(job)


def _id(job: Job) -> str:
    return str(job.identifier).upper()


def _numbers(moment: datetime) -> tuple[int, int]:
    """msdb's way with dates and times: 20261122 and 103005."""
    return int(moment.strftime("%Y%m%d")), int(moment.strftime("%H%M%S"))


def _duration(span: timedelta) -> int:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return (minutes // 60) * 10000 + minutes % 60 * 100 + seconds
