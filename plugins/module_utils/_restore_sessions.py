# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""BizTalk's own programs that still use the databases: they are to be stopped, not cut off.

Everybody else, such as a monitoring tool, is cut off when the databases go offline.
"""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql_sessions
from ansible_collections.biztalk.patching.plugins.module_utils._activity import (
    SSO_PROGRAMS,
    Session,
    kind_of,
    matches,
    sessions,
)
from ansible_collections.biztalk.patching.plugins.module_utils._culprits import culprits
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_plan import Target
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import Place
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServers

# Kinds of _activity. Microsoft stops all of these before it restores, Enterprise Single Sign-On too.
OF_BIZTALK: t.Final = frozenset({"host_instance", "iis", "sql_agent", "rule_engine"})
STOP_SSO: t.Final = "stop Enterprise Single Sign-On (ENTSSO) on every computer, on the master secret server last"


def wait_until_gone(
    servers: SqlServers,
    targets: t.Sequence[Target],
    *,
    timeout: float,
    interval: float,
    clock: Clock,
    progress: Progress,
) -> list[str]:
    """Who is still there when the time is over, with what to do about it."""
    deadline = clock.now() + timeout
    while True:
        found = _present(servers, targets)
        if not found or clock.now() >= deadline:
            return _told(found)
        progress.tell(f"waiting for {len(found)} sessions of BizTalk Server to end")
        clock.sleep(interval)


def _present(servers: SqlServers, targets: t.Sequence[Target]) -> list[Session]:
    places = {target.place.name: target.place for target in targets}

    def look(name: str) -> list[Session]:
        return _of_biztalk(servers, places[name], {one.database for one in targets if one.place.name == name})

    return [session for found in on_each(places, look).values() for session in found]


def _of_biztalk(servers: SqlServers, place: Place, databases: t.Collection[str]) -> list[Session]:
    server = servers.instance(place.server)
    wanted = {database.casefold() for database in databases}
    seen = sessions(
        place.name,
        server.query(_tsql_sessions.WHO),
        server.query(_tsql_sessions.DATABASE_LOCKS),
        server.query(_tsql_sessions.SYSTEM_SESSIONS),
    )
    return [
        session
        for session in seen
        if not session.system
        and wanted & {name.casefold() for name in session.databases}
        and (kind_of(session).name in OF_BIZTALK or _is_sso(session))
    ]


def _is_sso(session: Session) -> bool:
    return any(matches(pattern, session.program) for pattern in SSO_PROGRAMS)


def _told(found: t.Sequence[Session]) -> list[str]:
    told = []
    for culprit in culprits(found):
        if _is_sso(culprit.sessions[0]):
            databases = ", ".join(sorted({name for one in culprit.sessions for name in one.databases}))
            told.append(f"{culprit.program} on {culprit.host} uses {databases}: {STOP_SSO}")
        else:
            told.append(str(culprit))
    return told
