# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forced full backup of a whole group: sp_ForceFullBackup and the job *Backup BizTalk Server* (KB 2003907)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _agent_job, _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._backup_files import verify
from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import Expected, Verdict, judge
from ansible_collections.biztalk.patching.plugins.module_utils._group import same_name
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import connection_to
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer, SqlServers


@dataclass(frozen=True)
class BackupOptions:
    timeout: float = 7200
    interval: float = 5
    verify: str = "full"
    accept_uncovered_sso: bool = False


class BackupError(SqlError):
    """The backup is not good; ``details`` goes with the message."""

    def __init__(self, message: str, details: t.Mapping[str, t.Any]) -> None:
        super().__init__(message)
        self.details = details


def refusal(group: Group, options: BackupOptions) -> str | None:
    """Why no backup can be made, found before anything is asked of the server."""
    job = group.backup_job
    instance = group.management_instance
    if not instance.writable:
        return (
            f"database {group.management_database} on {instance.name} is read-only, as on a secondary replica: there"
            " the job skips every step. Connect to the availability group's listener"
        )
    if not job.exists:
        return f"{instance.name} has no job '{job.name}': configure BizTalk's backup, or name the job in job_name"
    if not job.enabled:
        return f"job '{job.name}' on {instance.name} is disabled: enable it once its backup path is configured"
    if not job.path_configured:
        return f"job '{job.name}' on {instance.name} has no backup path yet: replace '<destination path>' in its steps"
    if instance.agent_running is False:
        return f"SQL Server Agent of {instance.name} is stopped: start it, for it runs the backup job"
    if not group.sso_backed_up and not options.accept_uncovered_sso:
        return _uncovered_sso(group)
    return None


def _uncovered_sso(group: Group) -> str:
    database = group.sso_database
    where = (
        f"{database.name} on {database.server}" if database else "the SSO database, which is on none of the instances,"
    )
    return (
        f"job '{group.backup_job.name}' does not back up {where}, so the group could not be restored as a whole: add it"
        " to adm_OtherBackupDatabases, or set accept_uncovered_sso"
    )


def expected_databases(server: SqlServer) -> tuple[Expected, ...]:
    rows = server.query(_tsql.BACKUP_DATABASES)
    return tuple(Expected(row["server_name"], row["database_name"]) for row in rows)


def full_backup(servers: SqlServers, group: Group, options: BackupOptions, clock: Clock) -> dict[str, t.Any]:
    """Makes the backup and returns the set; raises BackupError when the set is not good."""
    run = _Run(servers.management(), group.backup_job.name, clock, options)
    begin, started = clock.now(), clock.utc()
    run.wait_until_idle()
    last_set = run.last_set()
    history = _agent_job.last_history_id(run.server, run.job)
    run.server.execute(_tsql.FORCE_FULL_BACKUP)
    verdict = run.until_judged(last_set, expected_databases(run.server))
    outcome = _agent_job.outcome_after(run.server, run.job, history)
    problems = list(verdict.problems)
    if verdict.backup_set and verdict.good:
        problems += verify(verdict.backup_set, options.verify, lambda name: _server_of(servers, group, name))
    result = {
        "id": verdict.backup_set.id if verdict.backup_set else None,
        "databases": [file.as_result() for file in verdict.backup_set.files] if verdict.backup_set else [],
        "started": started.isoformat(timespec="seconds"),
        "ended": clock.utc().isoformat(timespec="seconds"),
        "seconds": round(clock.now() - begin, 1),
        "job_outcome": outcome.status if outcome else None,
        "job_messages": list(outcome.failed_steps) if outcome else [],
        "verification": options.verify,
    }
    if problems:
        said = f" The job said: {'; '.join(outcome.failed_steps)}" if outcome and outcome.failed_steps else ""
        raise BackupError(f"The full backup is not usable: {'; '.join(problems)}.{said}", result)
    return result


def _server_of(servers: SqlServers, group: Group, name: str) -> SqlServer:
    database = next((found for found in group.databases if same_name(found.server, name)), None)
    instance = next(
        (found for found in group.instances if same_name(found.name, database.instance if database else name)), None
    )
    return connection_to(servers, group, instance) if instance else servers.instance(name)


class _Run:
    """One attempt at a backup, with a time limit for the whole of it."""

    def __init__(self, server: SqlServer, job: str, clock: Clock, options: BackupOptions) -> None:
        self.server = server
        self.job = job
        self._clock = clock
        self._interval = options.interval
        self._timeout = options.timeout
        self._deadline = clock.now() + options.timeout

    def last_set(self) -> int:
        return int(self.server.query(_tsql.LAST_BACKUP_SET)[0]["backup_set_id"] or 0)

    def wait_until_idle(self) -> None:
        """The job runs every quarter of an hour: it may be running when we come."""
        while self._running():
            self._pause("is still busy with the run that it was in before")

    def until_judged(self, last_set: int, expected: tuple[Expected, ...]) -> Verdict:
        """Starts the job until a run has ended that began after the request for a full backup.

        A scheduled run may slip in between request and start. If it came in time it made the backup; if not, the flag
        is still set when it ends, and the job is started again.
        """
        for _attempt in range(2):
            began_by_us = self._run_once()
            verdict = judge(
                self.server.query(_tsql.BACKUP_SETS_AFTER, last_set),
                expected,
                forced=self._forced(),
            )
            if verdict.good or began_by_us:
                break
        return verdict

    def _run_once(self) -> bool:
        history = _agent_job.last_history_id(self.server, self.job)
        ours = _agent_job.start_job(self.server, self.job)
        while _agent_job.outcome_after(self.server, self.job, history) is None or self._running():
            self._pause("has not ended")
        return ours

    def _running(self) -> bool:
        up = _agent_job.agent_running(self.server)
        if up is False:
            raise SqlError(f"SQL Server Agent stopped while job '{self.job}' was waited for: no backup was made")
        return _agent_job.is_running(self.server, self.job, agent_up=up)

    def _forced(self) -> bool:
        return any(row["force_full"] for row in self.server.query(_tsql.FORCE_FLAG))

    def _pause(self, state: str) -> None:
        if self._clock.now() >= self._deadline:
            raise SqlError(
                f"Job '{self.job}' {state} after {self._timeout:g} s: look at its history, or raise job_timeout"
            )
        self._clock.sleep(self._interval)
