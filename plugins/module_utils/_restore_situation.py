# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a restore finds: each instance, its databases and files, and where the group's databases are today."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import timedelta

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._group import Replica, same_name
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._instance import look_at
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group
    from ansible_collections.biztalk.patching.plugins.module_utils._instance import InstanceView
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_set import RestoreSet
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer, SqlServers

ONLINE: t.Final = "ONLINE"
PAGE: t.Final = 8192

# An instance's own name and a database, in lower case: two instances may have databases of the same name.
Key = tuple[str, str]


@dataclass(frozen=True)
class DatabaseState:
    name: str
    state: str
    access: str

    def __str__(self) -> str:
        return f"{self.state} {self.access}"


@dataclass(frozen=True)
class PresentFile:
    """A file of a database. ``size`` and ``available`` (on its volume) are bytes."""

    database: str
    logical_name: str
    path: str
    size: int
    volume: str | None = None
    available: int | None = None


@dataclass(frozen=True)
class Place:
    """An instance: ``name`` is its own, ``server`` the one to connect by. Databases are in lower case.

    ``configured_name`` differs from ``name`` after its computer was renamed, until somebody puts that right.
    """

    name: str
    server: str
    configured_name: str = ""
    login: str = ""
    sysadmin: bool = True
    agent_running: bool | None = False
    version: str = ""
    internal_version: int = 0
    utc_offset: timedelta = timedelta()
    states: t.Mapping[str, DatabaseState] = field(default_factory=dict)
    files: tuple[PresentFile, ...] = ()
    replicas: t.Mapping[str, Replica] = field(default_factory=dict)

    def state_of(self, database: str) -> DatabaseState | None:
        return self.states.get(database.casefold())


@dataclass(frozen=True)
class Situation:
    """``group`` is None when the management database cannot be opened, as after a restore that failed."""

    management: Key
    group: Group | None
    # By the instance's own name and by every name that the group or the set has for it, all in lower case.
    places: t.Mapping[str, Place]

    def place(self, server: str) -> Place:
        return self.places[server.strip().casefold()]

    def key(self, server: str, database: str) -> Key:
        return (self.place(server).name.casefold(), database.strip().casefold())

    def each(self) -> list[Place]:
        return list({place.name.casefold(): place for place in self.places.values()}.values())


def group_or_none(servers: SqlServers, server: str, database: str, sso_database: str) -> Group | None:
    """The group, or None when its management database exists but is in no state to be read."""
    try:
        return read_group(servers, sso_database=sso_database)
    except SqlError as error:
        if error.kind is not Kind.DATABASE_MISSING:
            raise
        states = servers.instance(server).query(_tsql_restore.DATABASE_STATES)
        if not any(same_name(row["name"], database) and row["state"] != ONLINE for row in states):
            raise
        return None


def read_situation(
    servers: SqlServers, server: str, database: str, group: Group | None, chosen: RestoreSet
) -> Situation:
    """Asks every instance that the group or the set names, all at once; connections go to ``master``."""
    main = servers.instance(server)
    own_name = main.query(_tsql.IDENTITY)[0]["server_name"]
    names = [own_name, *(file.server for file in chosen.files)]
    names += [one.server for one in group.databases] if group else []
    views = look_at(servers, main, own_name, names)

    def look(name: str) -> Place:
        view = views.of(name)
        is_main = same_name(view.instance.name, own_name)
        address = server if is_main else view.instance.server
        return _place(main if is_main else servers.instance(address), address, view)

    looked = on_each((view.instance.server for view in views.each()), look)
    by_own_name = {place.name.casefold(): place for place in looked.values()}
    by_name = {name: by_own_name[views.instance_name(name)] for name in views.by_name}
    return Situation((own_name.casefold(), database.casefold()), group, by_name | by_own_name)


def read_states(server: SqlServer) -> dict[str, DatabaseState]:
    return {
        row["name"].casefold(): DatabaseState(row["name"], row["state"], row["access"])
        for row in server.query(_tsql_restore.DATABASE_STATES)
    }


def _place(server: SqlServer, address: str, view: InstanceView) -> Place:
    facts = server.query(_tsql_restore.INSTANCE)[0]
    return Place(
        name=view.instance.name,
        server=address,
        configured_name=facts["configured_name"] or "",
        login=view.instance.login,
        sysadmin=bool(view.instance.sysadmin),
        agent_running=view.instance.agent_running,
        version=facts["product_version"],
        internal_version=int(facts["database_version"] or 0),
        utc_offset=facts["local_time"] - facts["utc"],
        states=read_states(server),
        files=_files(server),
        replicas=view.replicas,
    )


def _files(server: SqlServer) -> tuple[PresentFile, ...]:
    try:
        rows = server.query(_tsql_restore.FILES_AND_VOLUMES)
    except SqlError as error:
        if error.kind is not Kind.OBJECT_MISSING:
            raise
        rows = server.query(_tsql_restore.FILES)
    return tuple(
        PresentFile(
            database=row["database_name"],
            logical_name=row["logical_name"],
            path=row["path"],
            size=int(row["pages"]) * PAGE,
            volume=row["volume"],
            available=None if row["available"] is None else int(row["available"]),
        )
        for row in rows
    )
