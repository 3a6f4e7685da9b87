# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.lab.events import EventLog
from tests.lab.scheduler import Scheduler
from tests.lab.sqlserver.instance import SqlServerInstance
from tests.lab.topology import Topology
from tests.lab.world import World
from tests.unit.lab.sqlserver.support import Sql

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOPOLOGY = Path(__file__).parents[3] / "lab/topologies/default.yml"
LOGINS = [
    {"name": "patching", "password": "Sql-Patching-1!", "sysadmin": True},
    {"name": "plain", "password": "Plain-1!"},
]


@pytest.fixture
def make_instance(tmp_path: Path) -> Iterator[Callable[..., SqlServerInstance]]:
    """Makes an instance of the default topology, with what is given about its SQL Server and its delays changed."""
    made: list[SqlServerInstance] = []

    def make(*, delays: dict[str, float] | None = None, **server: t.Any) -> SqlServerInstance:
        server = {"name": "SQL1", "logins": LOGINS, **server}
        overrides = {"delays": {"scale": 0.02, **(delays or {})}, "sql_servers": [server]}
        topology = Topology.load(TOPOLOGY, overrides=overrides)
        world = World(topology, topology.delays.scaled, EventLog(tmp_path / "events.jsonl"), Scheduler())
        instance = SqlServerInstance(world, topology.sql_servers[0])
        world.instances[instance.name] = instance
        made.append(instance)
        return instance

    yield make
    for instance in made:
        instance.close()
        instance.world.scheduler.close()
        instance.world.events.close()


@pytest.fixture
def instance(make_instance: Callable[..., SqlServerInstance]) -> SqlServerInstance:
    return make_instance()


@pytest.fixture
def sql(instance: SqlServerInstance) -> Sql:
    return Sql(instance, "patching", "BizTalkMgmtDb")


@pytest.fixture
def plain(instance: SqlServerInstance) -> Sql:
    return Sql(instance, "plain", "BizTalkMgmtDb")
