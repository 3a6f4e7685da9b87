# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forced full backup of a whole group: sp_ForceFullBackup and the job *Backup BizTalk Server* (KB 2003907)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _agent_job, _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import FULL, Expected, Verdict, judge
from ansible_collections.biztalk.patching.plugins.module_utils._group import same_name
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import connection_to
from ansible_collections.biztalk.patching.plugins.module_utils._running_backups import running_backups
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group
    from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer, SqlServers


# sp_start_job only asks; the Agent starts the run within seconds.
STARTS_WITHIN: t.Final = 60.0


@dataclass(frozen=True)
class JobBackup:
    """What the job made: the verdict on the set, and how the job itself ended."""

    verdict: Verdict
    outcome: _agent_job.JobOutcome


def expected_databases(server: SqlServer) -> tuple[Expected, ...]:
    rows = server.query(_tsql.BACKUP_DATABASES)
    return tuple(Expected(row["server_name"], row["database_name"]) for row in rows)


def back_up(
    servers: SqlServers, group: Group, *, timeout: float, interval: float, clock: Clock, progress: Progress
) -> JobBackup:
    """Forces a full backup and runs the job until it is made, or cannot be."""
    server = servers.management()
    run = _Run(servers, group, timeout, interval, clock, progress)
    run.wait_until_idle()
    last_set = run.last_set()
    history = _agent_job.last_history_id(server, group.backup_job.name)
    server.execute(_tsql.FORCE_FULL_BACKUP)
    verdict = run.until_judged(last_set, expected_databases(server))
    outcome = _agent_job.outcome_after(server, group.backup_job.name, history)
    return JobBackup(verdict, outcome or _agent_job.JobOutcome("unknown"))


class _Run:
    """One attempt at a backup, with a time limit for the whole of it."""

    def __init__(
        self,
        servers: SqlServers,
        group: Group,
        timeout: float,
        interval: float,
        clock: Clock,
        progress: Progress,
    ) -> None:
        self.server = servers.management()
        self._instances = [connection_to(servers, group, instance) for instance in group.instances]
        self.job = group.backup_job.name
        self._steps = {step.number: step.name for step in group.backup_job.steps}
        self._instance = group.management_instance.name
        self._clock = clock
        self._progress = progress
        self._interval = interval
        self._timeout = timeout
        self._deadline = clock.now() + timeout

    def last_set(self) -> int:
        return int(self.server.query(_tsql.LAST_BACKUP_SET)[0]["backup_set_id"] or 0)

    def wait_until_idle(self) -> None:
        """The job runs every quarter of an hour: it may be running when we come."""
        while self._running():
            self._progress.tell(f"waiting for the run that job '{self.job}' is in")
            self._pause("is still busy with the run that it was in before")

    def until_judged(self, last_set: int, expected: tuple[Expected, ...]) -> Verdict:
        """Starts the job until a run has ended that began after the request for a full backup.

        A scheduled run may slip in between request and start. If it came in time it made the backup; if not, the flag
        is still set when it ends, and the job is started again.
        """
        for _attempt in range(2):
            began_by_us = self._run_once(last_set, expected)
            verdict = judge(self._rows_after(last_set), expected, forced=self._forced())
            if verdict.good or began_by_us:
                break
        return verdict

    def _run_once(self, last_set: int, expected: tuple[Expected, ...]) -> bool:
        history = _agent_job.last_history_id(self.server, self.job)
        ours = _agent_job.start_job(self.server, self.job)
        seen = self._clock.now()
        while True:
            running = self._running()
            if not running and _agent_job.outcome_after(self.server, self.job, history):
                return ours
            seen = self._clock.now() if running else seen
            if self._clock.now() - seen >= STARTS_WITHIN:
                raise SqlError(
                    f"Job '{self.job}' on {self._instance} neither runs nor has ended: SQL Server Agent was started"
                    " anew meanwhile, or does not start the job. No backup was made; look at the Agent's log"
                )
            self._progress.tell(self._state(last_set, expected))
            self._pause("has not ended")

    def _state(self, last_set: int, expected: tuple[Expected, ...]) -> str:
        done = {
            (row["server_name"], row["database_name"])
            for row in self._rows_after(last_set)
            if row["backup_type"] == FULL
        }
        number = _agent_job.last_step(self.server, self.job) + 1
        step = f"step {number} '{self._steps[number]}'" if number in self._steps else "its end"
        state = f"job '{self.job}' is at {step}, {len(done)} of {len(expected)} databases backed up"
        names = {database.database.casefold() for database in expected}
        current = [backup for server in self._instances for backup in running_backups(server)]
        return ", ".join([state, *(str(backup) for backup in current if backup.database.casefold() in names)])

    def _rows_after(self, last_set: int) -> list[Row]:
        return self.server.query(_tsql.BACKUP_SETS_AFTER, last_set)

    def _running(self) -> bool:
        instance = self.server.query(_tsql.IDENTITY)[0]["server_name"]
        if not same_name(instance, self._instance):
            raise SqlError(
                f"The availability group failed over from {self._instance} to {instance} while job '{self.job}' was"
                " waited for: no backup was made. Make one there, by running the same command again"
            )
        up = _agent_job.agent_running(self.server)
        if up is False:
            raise SqlError(
                f"SQL Server Agent stopped while job '{self.job}' was waited for: no backup was made. Start it, and"
                " make the backup again"
            )
        return _agent_job.is_running(self.server, self.job, agent_up=up)

    def _forced(self) -> bool:
        return any(row["force_full"] for row in self.server.query(_tsql.FORCE_FLAG))

    def _pause(self, state: str) -> None:
        if self._clock.now() >= self._deadline:
            raise SqlError(
                f"Job '{self.job}' {state} after {self._timeout:g} s: look at its history, or raise job_timeout"
                " (biztalk_backup_timeout of the playbooks)"
            )
        self._clock.sleep(self._interval)
