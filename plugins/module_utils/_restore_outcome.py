# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a restore has left: whether all is as it must be, or in which state every database is and what to do now."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._group import DatabaseVersion
from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import (
    ONLINE,
    DatabaseState,
    read_states,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_plan import Target
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServers

UNKNOWN: t.Final = DatabaseState("", "unknown", "")
AGAIN: t.Final = (
    "Start nothing of BizTalk Server. Put right what failed, then run the same command again: it restores all databases"
    " of the set anew, whatever state they are in"
)


@dataclass(frozen=True)
class Version:
    """A row of BizTalkDBVersion, as group_info returns it."""

    name: str
    database_version: str
    product_version: str

    @classmethod
    def parse(cls, value: t.Mapping[str, t.Any]) -> Version:
        return cls(str(value["name"]), str(value["database_version"]), str(value["product_version"]))

    def __str__(self) -> str:
        return f"{self.name} {self.database_version} (product {self.product_version})"


def states_after(servers: SqlServers, targets: t.Sequence[Target]) -> dict[str, DatabaseState]:
    """By label. An instance that does not answer leaves its databases unknown."""
    places = {target.place.name: target.place for target in targets}

    def look(name: str) -> dict[str, DatabaseState]:
        try:
            return read_states(servers.instance(places[name].server))
        except SqlError:
            return {}

    found = on_each(places, look)
    return {one.label: found[one.place.name].get(one.database.casefold(), UNKNOWN) for one in targets}


def versions_after(servers: SqlServers) -> tuple[Version, ...]:
    management = servers.management()
    if management.query(_tsql.MANAGEMENT_OBJECTS)[0]["biztalk_db_version"] is None:
        return ()
    rows = (DatabaseVersion.parse(row) for row in management.query(_tsql.DATABASE_VERSIONS))
    return tuple(Version(row.name, row.database, row.product) for row in rows)


def shortcomings(
    after: t.Mapping[str, DatabaseState], versions: t.Collection[Version], expected: t.Iterable[Version]
) -> list[str]:
    """What a restore without an error has not brought about all the same."""
    problems = [
        f"{label} is {state} instead of ONLINE MULTI_USER"
        for label, state in after.items()
        if (state.state, state.access) != (ONLINE, "MULTI_USER")
    ]
    there = ", ".join(map(str, versions)) or "nothing"
    problems += [f"BizTalkDBVersion holds {there}, not {one}" for one in expected if one not in versions]
    return problems


def failure_message(failures: t.Sequence[str], after: t.Mapping[str, DatabaseState], begun: t.Container[str]) -> str:
    groups: dict[str, list[str]] = {}
    for label, state in after.items():
        if state.state == ONLINE:
            word = "online with the set's contents" if label in begun else "untouched"
        else:
            word = state.state
        groups.setdefault(word, []).append(label)
    states = "; ".join(f"{word}: {', '.join(labels)}" for word, labels in groups.items())
    return f"The databases were not restored: {'; '.join(failures)}. Now {states}. {AGAIN}"
