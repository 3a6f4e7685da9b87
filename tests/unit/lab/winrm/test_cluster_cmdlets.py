# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cmdlets of a failover cluster, through win_powershell."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.events import EventLog
from tests.lab.paths import TOPOLOGIES
from tests.lab.scheduler import Scheduler
from tests.lab.topology import Topology
from tests.lab.windows.cluster import create_clusters
from tests.lab.windows.computer import biztalk_computer, sql_computer
from tests.lab.winrm.session import Session
from tests.lab.world import World
from tests.unit.lab.winrm.conftest import DELAYS, PASSWORD, FakeInstance, Runner

if t.TYPE_CHECKING:
    from pathlib import Path

RECEIVE = "BizTalk Service BizTalk Group : ReceiveHost"
NAMESPACE = "Microsoft.FailoverClusters.PowerShell"


@pytest.fixture
def world(tmp_path: Path) -> t.Iterator[World]:
    topology = Topology.load(TOPOLOGIES / "cluster.yml", overrides={"delays": DELAYS})
    events, scheduler = EventLog(tmp_path / "events.jsonl"), Scheduler()
    world = World(topology, topology.delays.scaled, events, scheduler, instances={"SQLCLU": FakeInstance("SQLCLU")})
    for spec in topology.computers:
        world.computers[spec.name] = biztalk_computer(world, spec)
    for node in ("SQL1", "SQL2"):
        world.computers[node] = sql_computer(world, node, topology.sql_servers)
    create_clusters(world)
    yield world
    scheduler.close()
    events.close()


def on(world: World, name: str) -> Runner:
    computer = world.computers[name]
    return Runner(Session(computer, computer.logon(r"LAB\patchadmin", PASSWORD)))


def test_any_node_knows_the_resources(world: World) -> None:
    (found,) = on(world, "BTS2")("win_powershell", script="Get-ClusterResource", depth=1)["output"]
    assert found == {
        "Cluster": {"Name": "BTSCLUSTER"},
        "Name": RECEIVE,
        "OwnerGroup": {
            "Cluster": "BTSCLUSTER",
            "Name": "BizTalk Receive",
            "OwnerNode": "BTS1",
            "State": 0,
        },
        "OwnerNode": {"Name": "BTS1"},
        "ResourceType": {"Name": "Generic Service"},
        "State": {"Type": f"{NAMESPACE}.ClusterResourceState", "String": "Online", "Value": 2},
    }


def test_a_group_tells_its_state(world: World) -> None:
    script = "param([string[]] $Name)\nGet-ClusterGroup -Name $Name"
    names = {"Name": ["SQL Server (MSSQLSERVER)"]}
    (found,) = on(world, "SQL2")("win_powershell", script=script, parameters=names)["output"]
    assert (found["OwnerNode"], found["State"]["String"]) == ({"Name": "SQL1"}, "Online")


def test_a_resource_is_taken_offline_and_brought_online(world: World) -> None:
    run = on(world, "BTS2")
    script = "param([string] $Name)\nStop-ClusterResource -Name $Name"
    (stopped,) = run("win_powershell", script=script, parameters={"Name": RECEIVE})["output"]
    assert stopped["State"]["String"] == "Offline"
    service = world.computers["BTS1"].services.get("BTSSvc$ReceiveHost")
    assert service is not None
    assert service.state == "stopped"
    (started,) = run("win_powershell", script=f"Start-ClusterResource -Name '{RECEIVE}' -Wait 10")["output"]
    assert started["State"]["String"] == "Online"
    (pending,) = run("win_powershell", script=f"Stop-ClusterResource -Name '{RECEIVE}' -Wait 0")["output"]
    assert pending["State"]["String"] == "OfflinePending"


@pytest.mark.parametrize(
    ("node", "script", "kind"),
    [
        ("BTS3", "Get-ClusterResource", "ClusterEndpointNotRegistered"),
        ("BTS1", "Get-ClusterResource -Name Nothing", "ClusterObjectNotFound"),
        ("BTS1", "Stop-ClusterResource -Name Nothing", "ClusterObjectNotFound"),
    ],
)
def test_errors(world: World, node: str, script: str, kind: str) -> None:
    result = on(world, node)("win_powershell", script=script, error_action="stop")
    assert (result["failed"], result["error"][0]["fully_qualified_error_id"]) == (True, kind)


@pytest.mark.parametrize("script", ["Stop-ClusterResource", "Move-ClusterGroup -Name x", "Get-ClusterGroup -Cluster x"])
def test_what_the_lab_does_not_know(world: World, script: str) -> None:
    assert "The lab refuses" in on(world, "BTS1")("win_powershell", script=script)["msg"]
