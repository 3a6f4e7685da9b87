# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The default group with a fake SQL Server, in which everything happens at once."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.lab.events import EventLog
from tests.lab.scheduler import Scheduler
from tests.lab.topology import Delays, Topology
from tests.lab.windows.computer import biztalk_computer, sql_computer
from tests.lab.world import World
from tests.unit.lab.windows.fakes import FakeSqlInstance

if t.TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT = Path(__file__).parents[3] / "lab" / "topologies" / "default.yml"
AT_ONCE = Delays(
    service_start=0.001, service_stop=0.001, session_linger=0.0, backup_database=0.0, install=0.0, restart=0.0
)


@pytest.fixture
def sql() -> FakeSqlInstance:
    return FakeSqlInstance("SQL1", sysadmins={r"LAB\patchadmin"})


@pytest.fixture
def world(tmp_path: Path, sql: FakeSqlInstance) -> Iterator[World]:
    topology = Topology.load(DEFAULT)
    events, scheduler = EventLog(tmp_path / "events.jsonl"), Scheduler()
    made = World(topology, AT_ONCE, events, scheduler, instances={sql.name: sql})
    for spec in topology.computers:
        made.computers[spec.name] = biztalk_computer(made, spec)
    made.computers["SQL1"] = sql_computer(made, "SQL1", topology.sql_servers)
    yield made
    scheduler.close()
    events.close()


@pytest.fixture
def outage(world: World) -> World:
    """The group is down: on every computer only Enterprise SSO and Windows' own services run."""
    for found in world.computers.values():
        for service in found.services.all():
            if service.definition.role in ("host_instance", "rule_engine", "iis", "agent"):
                processes, service.processes, service.state = service.processes, [], "stopped"
                for process in processes:
                    found.processes.end(process.pid, "test")
        for process in found.processes.all():
            if process.image == "mmc.exe":
                found.processes.end(process.pid, "test")
    return world
