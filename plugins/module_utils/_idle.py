# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits until nobody uses the databases of a group any more."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_sessions
from ansible_collections.biztalk.patching.plugins.module_utils._activity import (
    ONLY_SSO,
    MayStay,
    Rules,
    Session,
    kind_of,
    offenders,
    sessions,
    within,
)
from ansible_collections.biztalk.patching.plugins.module_utils._culprits import culprits, in_short
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import connection_to
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Seldom
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind as SqlErrorKind
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group, SqlInstance
    from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer, SqlServers

# A session that is ended first takes back its open transaction.
ROLLBACK_PATIENCE: t.Final = 60.0
# Sessions come and go at every look; the operator reads who is there so often.
TOLD_EVERY: t.Final = 10.0


@dataclass(frozen=True)
class IdleOptions:
    timeout: float = 600
    interval: float = 5
    quiet_samples: int = 2
    may_stay: MayStay = ONLY_SSO
    databases: tuple[str, ...] = ()


@dataclass(frozen=True)
class IdleOutcome:
    idle: bool
    offenders: tuple[Session, ...]
    samples: int
    waited: float
    killed: tuple[Session, ...] = ()
    # Everybody who had to be waited for, at whatever look.
    seen: tuple[Session, ...] = ()

    def as_result(self) -> dict[str, t.Any]:
        return {
            "idle": self.idle,
            "offenders": [session.as_result(kind_of(session)) for session in self.offenders],
            "culprits": [culprit.as_result() for culprit in culprits(self.offenders)],
            "killed": [session.as_result(kind_of(session)) for session in self.killed],
            "seen": [culprit.as_result() for culprit in culprits(self.seen)],
            "samples": self.samples,
            "waited": round(self.waited, 1),
        }

    def summary(self) -> str:
        """The offenders by computer and program, each with what to do."""
        return "; ".join(str(culprit) for culprit in culprits(self.offenders))


def wait_for_idle(
    servers: SqlServers, group: Group, options: IdleOptions, clock: Clock, progress: Progress
) -> IdleOutcome:
    """Samples all instances at once until several samples in a row were quiet, or the time is over."""
    begin = clock.now()
    operator = Seldom(progress, clock, TOLD_EVERY)
    samples = quiet = 0
    seen: dict[tuple[str, int, str], Session] = {}
    while True:
        found = sample(servers, group, options)
        seen |= {(session.instance, session.spid, session.program): session for session in found}
        samples += 1
        quiet = 0 if found else quiet + 1
        waited = clock.now() - begin
        if quiet >= options.quiet_samples:
            return IdleOutcome(True, (), samples, waited, seen=tuple(seen.values()))
        if waited >= options.timeout and found:
            return IdleOutcome(False, tuple(found), samples, waited, seen=tuple(seen.values()))
        operator.tell(
            f"waiting up to {options.timeout:g} s for {in_short(found)}"
            if found
            else f"nobody uses the databases, {quiet} of {options.quiet_samples} looks"
        )
        clock.sleep(options.interval)


def end_remaining(
    servers: SqlServers, group: Group, options: IdleOptions, clock: Clock, progress: Progress
) -> IdleOutcome:
    """Ends everybody who must not be there, and waits until they are gone.

    It looks once more itself: SQL Server gives a session's number to the next one as soon as it is free. Nobody is
    ended twice, for who comes back at once would come back for ever.
    """
    begin = clock.now()
    remaining = sample(servers, group, options)
    if remaining:
        progress.tell(f"ending {in_short(remaining)}")
    instances = {instance.name: instance for instance in group.instances}

    def end(name: str) -> list[Session]:
        connection = connection_to(servers, group, instances[name])
        return [session for session in remaining if session.instance == name and _end(connection, session)]

    killed = [session for ended in on_each(instances, end).values() for session in ended]
    after = wait_for_idle(servers, group, replace(options, timeout=ROLLBACK_PATIENCE), clock, progress)
    return replace(after, killed=tuple(killed), samples=after.samples + 1, waited=clock.now() - begin)


def _end(server: SqlServer, session: Session) -> bool:
    try:
        server.execute(_tsql_sessions.kill(session.spid))
    except SqlError as error:
        if error.kind is SqlErrorKind.SESSION_GONE:
            return False
        raise
    return True


def sample(servers: SqlServers, group: Group, options: IdleOptions) -> list[Session]:
    """Everybody who must not be there now, on every instance that hosts a database of the group."""
    instances = {instance.server: instance for instance in group.instances}

    def look(server: str) -> list[Session]:
        instance = instances[server]
        connection = connection_to(servers, group, instance)
        return _offenders_on(connection, instance.name, rules_for(group, instance, options))

    return [session for found in on_each(instances, look).values() for session in found]


def rules_for(group: Group, instance: SqlInstance, options: IdleOptions) -> Rules:
    mine = group.databases_of(instance)
    may_stay = options.may_stay
    names = {database.name.casefold() for database in mine} | {name.casefold() for name in options.databases}
    return Rules(
        databases=frozenset(names),
        sso_database=next((database.name for database in mine if database.role == "sso"), None),
        sso_hosts=frozenset({*group.servers, group.sso_server, *may_stay.sso_hosts}),
        sso_programs=may_stay.sso_programs,
        allowed=may_stay.allowed,
    )


def _offenders_on(server: SqlServer, name: str, rules: Rules) -> list[Session]:
    spid = int(server.query(_tsql.IDENTITY)[0]["spid"])
    who = within(server.query(_tsql_sessions.WHO), "DBName", rules.databases)
    locks = within(server.query(_tsql_sessions.DATABASE_LOCKS), "database_name", rules.databases)
    seen = sessions(name, who, locks, server.query(_tsql_sessions.SYSTEM_SESSIONS))
    return offenders(seen, rules, own={spid})
