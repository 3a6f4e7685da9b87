# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The full backup of a whole group, by its job or by itself: refused early, verified, and told the same way."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _forced_backup, _native_backup, _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._activity import ONLY_SSO, MayStay
from ansible_collections.biztalk.patching.plugins.module_utils._backup_files import verify
from ansible_collections.biztalk.patching.plugins.module_utils._backup_refusal import (
    job_refusal,
    native_refusal,
)
from ansible_collections.biztalk.patching.plugins.module_utils._group import same_name
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import connection_to
from ansible_collections.biztalk.patching.plugins.module_utils._idle import IdleOptions, IdleOutcome, sample
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._agent_job import JobOutcome
    from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import BackupSet, Expected
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group
    from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer, SqlServers

AGAIN: t.Final = "Nothing may be installed on it: put that right, and make a new one"


@dataclass(frozen=True)
class BackupOptions:
    method: str = "job"
    folder: str = ""
    timeout: float = 7200
    interval: float = 5
    verify: str = "full"
    accept_uncovered_sso: bool = False
    databases: tuple[str, ...] = ()
    assume_stopped: bool = False
    may_stay: MayStay = ONLY_SSO


class BackupError(SqlError):
    """The backup is not good; ``details`` goes with the message."""

    def __init__(self, message: str, details: t.Mapping[str, t.Any]) -> None:
        super().__init__(message)
        self.details = details


def expected(servers: SqlServers, group: Group, options: BackupOptions) -> tuple[Expected, ...]:
    """The databases that a backup will hold. Raises SqlError when none can be made now."""
    if options.method == "native":
        reason = native_refusal(
            group,
            folder=options.folder,
            accept_uncovered_sso=options.accept_uncovered_sso,
            assume_stopped=options.assume_stopped,
        )
        if not options.assume_stopped:
            reason = reason or _in_use(servers, group, options.may_stay)
        databases = () if reason else _native_backup.all_databases(servers, group, options.databases)
    else:
        databases = _forced_backup.expected_databases(servers.management())
        reason = job_refusal(
            group,
            covered={database.database.casefold() for database in databases},
            databases=options.databases,
            accept_uncovered_sso=options.accept_uncovered_sso,
        )
    if reason:
        raise SqlError(f"No backup was made: {reason}")
    return databases


def full_backup(
    servers: SqlServers, group: Group, options: BackupOptions, clock: Clock, progress: Progress
) -> dict[str, t.Any]:
    """Makes the backup and returns the set; raises BackupError when the set is not good."""
    databases = expected(servers, group, options)
    begin, started = clock.now(), clock.utc()
    made, problems, outcome = _made(servers, group, databases, options, clock, progress)
    if made and not problems:
        made, problems = verify(made, options.verify, server_of(servers, group), progress)
    result = {
        "id": made.id if made else None,
        "method": options.method,
        "databases": [file.as_result() for file in made.files] if made else [],
        "started": started.isoformat(timespec="seconds"),
        "ended": clock.utc().isoformat(timespec="seconds"),
        "seconds": round(clock.now() - begin, 1),
        "job_outcome": outcome.status if outcome else None,
        "job_messages": list(outcome.failed_steps) if outcome else [],
        "verification": options.verify,
    }
    if problems:
        said = f" The job said: {'; '.join(outcome.failed_steps)}" if outcome and outcome.failed_steps else ""
        raise BackupError(f"The full backup is not usable: {'; '.join(problems)}.{said} {AGAIN}", result)
    return result


def _made(
    servers: SqlServers,
    group: Group,
    databases: tuple[Expected, ...],
    options: BackupOptions,
    clock: Clock,
    progress: Progress,
) -> tuple[BackupSet | None, list[str], JobOutcome | None]:
    if options.method == "native":
        compress = any(row["use_compression"] for row in servers.management().query(_tsql.COMPRESSION))
        native = _native_backup.NativeOptions(options.folder, options.timeout, options.interval, compress)
        return *_native_backup.back_up(servers, group, databases, native, clock, progress), None
    done = _forced_backup.back_up(
        servers,
        group,
        timeout=options.timeout,
        interval=options.interval,
        clock=clock,
        progress=progress,
    )
    return done.verdict.backup_set, list(done.verdict.problems), done.outcome


def _in_use(servers: SqlServers, group: Group, may_stay: MayStay) -> str | None:
    found = sample(servers, group, IdleOptions(may_stay=may_stay))
    if not found:
        return None
    who = IdleOutcome(idle=False, offenders=tuple(found), samples=1, waited=0).summary()
    return f"the databases are in use, and method native is for databases that nobody uses. {who}"


def server_of(servers: SqlServers, group: Group) -> t.Callable[[str], SqlServer]:
    """Connects to the instance that the group, or the instance itself, calls by a name."""

    def connect(name: str) -> SqlServer:
        for instance in group.instances:
            if any(same_name(name, own) for own in (instance.name, *instance.known_as)):
                return connection_to(servers, group, instance)
        raise SqlError(f"{name} is none of the group's instances")

    return connect
