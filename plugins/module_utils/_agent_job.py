# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SQL Server Agent and the job *Backup BizTalk Server*."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_job
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer

# What the steps hold until the job is configured (Microsoft, *How to configure the Backup BizTalk Server job*).
PATH_PLACEHOLDER: t.Final = "<destination path>"
FULL_BACKUP_PROCEDURE: t.Final = "sp_BackupAllFull_Schedule"
# sysjobhistory.run_status
OUTCOMES: t.Final = {0: "failed", 1: "succeeded", 2: "retry", 3: "canceled", 4: "in_progress"}
SERVICE_RUNNING: t.Final = 4


def default_job_name(management_database: str) -> str:
    return f"Backup BizTalk Server ({management_database})"


@dataclass(frozen=True)
class Step:
    number: int
    name: str
    command: str


@dataclass(frozen=True)
class Job:
    name: str
    exists: bool = False
    enabled: bool = False
    steps: tuple[Step, ...] = ()
    running: bool = False
    last_outcome: str | None = None
    next_run: str | None = None

    @property
    def path_configured(self) -> bool:
        """Whether one step makes full backups, and no step still has the placeholder instead of a path."""
        commands = [step.command.casefold() for step in self.steps]
        makes_backups = any(FULL_BACKUP_PROCEDURE.casefold() in command for command in commands)
        return makes_backups and not any(PATH_PLACEHOLDER in command for command in commands)

    def as_result(self) -> dict[str, t.Any]:
        return {
            "name": self.name,
            "exists": self.exists,
            "enabled": self.enabled,
            "path_configured": self.path_configured,
            "running": self.running,
            "last_outcome": self.last_outcome,
            "next_run": self.next_run,
        }


@dataclass(frozen=True)
class JobOutcome:
    """How one run of the job ended, and what its failed steps said."""

    status: str
    failed_steps: tuple[str, ...] = ()


def agent_running(server: SqlServer) -> bool | None:
    """None when the login may not know (VIEW SERVER STATE)."""
    try:
        rows = server.query(_tsql.AGENT_SERVICE)
    except SqlError as error:
        if error.kind is Kind.PERMISSION_MISSING:
            return None
        raise
    return any(row["status"] == SERVICE_RUNNING for row in rows)


def read_job(server: SqlServer, name: str, *, agent_up: bool | None) -> Job:
    found = server.query(_tsql_job.JOB, name)
    if not found:
        return Job(name)
    outcome = server.query(_tsql_job.LAST_JOB_OUTCOME, name)
    return Job(
        name=str(found[0]["name"]),
        exists=True,
        enabled=bool(found[0]["enabled"]),
        steps=tuple(
            Step(int(row["step_id"]), str(row["step_name"]), str(row["command"] or ""))
            for row in server.query(_tsql_job.JOB_STEPS, name)
        ),
        running=is_running(server, name, agent_up=agent_up),
        last_outcome=OUTCOMES.get(outcome[0]["run_status"]) if outcome else None,
        next_run=_next_run(server, name),
    )


def _next_run(server: SqlServer, name: str) -> str | None:
    """In the server's own time; the Agent knows it while it runs."""
    moments = [row["next_run"] for row in server.query(_tsql_job.JOB_ACTIVITY, name)]
    return next((moment.isoformat() for moment in moments if isinstance(moment, datetime)), None)


def is_running(server: SqlServer, name: str, *, agent_up: bool | None) -> bool:
    """Whether it runs now: a run that the Agent's end cut off stays open in the table for ever."""
    if agent_up is False:
        return False
    return any(row["started"] and not row["stopped"] for row in server.query(_tsql_job.JOB_ACTIVITY, name))


def last_step(server: SqlServer, name: str) -> int:
    """The number of the step that the present run has done last, 0 before the first."""
    return next((int(row["last_step_id"] or 0) for row in server.query(_tsql_job.JOB_ACTIVITY, name)), 0)


def last_history_id(server: SqlServer, name: str) -> int:
    rows = server.query(_tsql_job.LAST_JOB_HISTORY, name)
    return int(rows[0]["instance_id"] or 0) if rows else 0


def outcome_after(server: SqlServer, name: str, history_id: int) -> JobOutcome | None:
    """How the last run that ended after this entry of the history went, if one did."""
    return outcome_of(server.query(_tsql_job.JOB_HISTORY_AFTER, name, history_id))


def outcome_of(history: t.Sequence[Row]) -> JobOutcome | None:
    ends = [row for row in history if row["step_id"] == 0]
    if not ends:
        return None
    failed = [row for row in history if row["step_id"] != 0 and OUTCOMES.get(row["run_status"]) == "failed"]
    return JobOutcome(
        OUTCOMES.get(ends[-1]["run_status"], "unknown"),
        tuple(f"{row['step_name']}: {str(row['message']).strip()}" for row in failed),
    )


def start_job(server: SqlServer, name: str) -> bool:
    """Returns False when the Agent refuses, as it does while the job runs."""
    try:
        server.execute(_tsql_job.START_JOB, name)
    except SqlError as error:
        if error.kind is Kind.AGENT_REFUSED:
            return False
        raise
    return True
