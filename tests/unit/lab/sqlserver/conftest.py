# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.lab.events import EventLog
from tests.lab.scheduler import Scheduler
from tests.lab.sqlserver.instance import create_instances
from tests.lab.topology import Topology, merge
from tests.lab.world import World
from tests.unit.lab.sqlserver.support import Sql

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lab.sqlserver.instance import SqlServerInstance

TOPOLOGIES = Path(__file__).parents[3] / "lab/topologies"
LOGINS = [
    {"name": "patching", "password": "Sql-Patching-1!", "sysadmin": True},
    {"name": "plain", "password": "Plain-1!"},
]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[..., list[SqlServerInstance]]]:
    """Makes the instances of a topology file, with overrides laid over it."""
    made: list[SqlServerInstance] = []

    def make(file: str, overrides: dict[str, t.Any] | None = None) -> list[SqlServerInstance]:
        quick: dict[str, t.Any] = {"delays": {"scale": 0.02}}
        topology = Topology.load(TOPOLOGIES / file, overrides=merge(quick, overrides or {}))
        world = World(topology, topology.delays.scaled, EventLog(tmp_path / "events.jsonl"), Scheduler())
        instances = list(create_instances(world).values())
        made.extend(instances)
        return instances

    yield make
    for instance in made:
        instance.close()
    for world in {id(instance.world): instance.world for instance in made}.values():
        world.scheduler.close()
        world.events.close()


@pytest.fixture
def make_instance(load: Callable[..., list[SqlServerInstance]]) -> Callable[..., SqlServerInstance]:
    """Makes an instance of the default topology, with what is given about its SQL Server and its delays changed."""

    def make(
        *, delays: dict[str, float] | None = None, accounts: t.Sequence[dict[str, t.Any]] = (), **server: t.Any
    ) -> SqlServerInstance:
        server = {"name": "SQL1", "logins": LOGINS, **server}
        overrides: dict[str, t.Any] = {"delays": delays or {}, "sql_servers": [server]}
        if accounts:
            overrides["accounts"] = list(accounts)
        return load("default.yml", overrides)[0]

    return make


@pytest.fixture
def instance(make_instance: Callable[..., SqlServerInstance]) -> SqlServerInstance:
    return make_instance()


@pytest.fixture
def sql(instance: SqlServerInstance) -> Sql:
    return Sql(instance, "patching", "BizTalkMgmtDb")


@pytest.fixture
def plain(instance: SqlServerInstance) -> Sql:
    return Sql(instance, "plain", "BizTalkMgmtDb")
