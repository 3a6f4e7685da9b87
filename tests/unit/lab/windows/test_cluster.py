# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failover cluster: what it does when a service stops behind its back, and when a node goes down."""

from __future__ import annotations

import dataclasses
import typing as t
from contextlib import contextmanager

import pytest

from tests.lab.events import EventLog
from tests.lab.paths import TOPOLOGIES
from tests.lab.scheduler import Scheduler
from tests.lab.topology import Topology, TopologyError
from tests.lab.windows.cluster import Cluster, Resource, create_clusters
from tests.lab.windows.computer import biztalk_computer, sql_computer
from tests.lab.world import World
from tests.unit.lab.windows.conftest import AT_ONCE
from tests.unit.lab.windows.fakes import FakeSqlInstance

if t.TYPE_CHECKING:
    from pathlib import Path

TIMEOUT = 5.0
CLUSTERED = TOPOLOGIES / "cluster.yml"
HOST, AGENT = "BTSSvc$ReceiveHost", "SQLSERVERAGENT"
RECEIVE = "BizTalk Service BizTalk Group : ReceiveHost"


@contextmanager
def clusters_of(topology: Topology, folder: Path) -> t.Iterator[list[Cluster]]:
    events, scheduler = EventLog(folder / "events.jsonl"), Scheduler()
    world = World(topology, AT_ONCE, events, scheduler, instances={"SQLCLU": FakeSqlInstance("SQLCLU")})
    for spec in topology.computers:
        world.computers[spec.name] = biztalk_computer(world, spec)
    for node in ("SQL1", "SQL2"):
        world.computers[node] = sql_computer(world, node, topology.sql_servers)
    yield create_clusters(world)
    scheduler.close()
    events.close()


@pytest.fixture
def clusters(tmp_path: Path) -> t.Iterator[list[Cluster]]:
    with clusters_of(Topology.load(CLUSTERED), tmp_path) as opened:
        yield opened


@pytest.fixture
def resource(clusters: list[Cluster]) -> Resource:
    return clusters[0].resources[0]


def states(resource: Resource) -> dict[str, str]:
    found = {node.name: node.services.get(resource.service_name) for node in resource.group.nodes}
    return {name: service.state for name, service in found.items() if service}


def wait_for(resource: Resource, node: str, state: str) -> None:
    owner = next(item for item in resource.group.nodes if item.name == node)
    service = owner.services.get(resource.service_name)
    assert service is not None
    assert owner.services.wait(lambda: resource.group.owner is owner and resource.state == state, TIMEOUT)


def kinds(resource: Resource) -> list[tuple[str, str]]:
    events = resource.group.owner.world.events.events
    return [(event.kind, event["node"]) for event in events if event.kind.startswith("cluster.")]


def test_a_clustered_service_runs_on_the_owner_only(clusters: list[Cluster]) -> None:
    found = {resource.name: (resource.type, states(resource)) for one in clusters for resource in one.resources}
    on_first = {"SQL1": "running", "SQL2": "stopped"}
    assert found == {
        RECEIVE: ("Generic Service", {"BTS1": "running", "BTS2": "stopped"}),
        "SQL Server": ("SQL Server", on_first),
        "SQL Server Agent": ("SQL Server Agent", on_first),
    }
    services = [node.services.get(HOST) for node in clusters[0].groups[0].nodes]
    assert {service.start_mode for service in services if service} == {"manual"}


def test_enterprise_sso_in_a_cluster_runs_on_the_owner_and_what_needs_it_too(tmp_path: Path) -> None:
    with_sso = [{"name": "BTSCLUSTER", "groups": [{"name": "BizTalk Receive", "nodes": ["BTS1", "BTS2"], "sso": True}]}]
    topology = Topology.load(CLUSTERED, overrides={"clusters": [*with_sso, {"name": "SQLCLUSTER"}]})
    with clusters_of(topology, tmp_path) as clusters:
        sso = clusters[0].resources[0]
        assert (sso.name, sso.type) == ("Enterprise Single Sign-On Service", "Generic Service")
        assert states(sso) == {"BTS1": "running", "BTS2": "stopped"}
        passive = sso.group.nodes[1].services
        assert {service.state for service in passive.all() if "ENTSSO" in service.definition.depends_on} == {"stopped"}
        service = sso.service
        assert (service.start_mode, service.name) == ("manual", "ENTSSO")


def test_offline_and_online_through_the_cluster(clusters: list[Cluster], resource: Resource) -> None:
    clusters[0].offline(resource, "Stop-ClusterResource")
    wait_for(resource, "BTS1", "Offline")
    assert states(resource) == {"BTS1": "stopped", "BTS2": "stopped"}
    clusters[0].online(resource, "Start-ClusterResource")
    wait_for(resource, "BTS1", "Online")
    assert kinds(resource) == []


def test_a_stop_behind_the_clusters_back(resource: Resource) -> None:
    resource.service.stop("Stop-Service")
    wait_for(resource, "BTS1", "Online")
    assert kinds(resource) == [("cluster.resource_failed", "BTS1")]
    resource.service.stop("Stop-Service")
    wait_for(resource, "BTS2", "Online")
    assert states(resource) == {"BTS1": "stopped", "BTS2": "running"}
    assert kinds(resource)[1:] == [("cluster.resource_failed", "BTS1"), ("cluster.group_moved", "BTS2")]
    origins = [
        event["origin"]
        for event in resource.group.owner.world.events.events
        if event.kind == "service.start_requested" and event["service"] == HOST
    ]
    assert origins == ["cluster", "cluster"]


def test_a_node_that_goes_down_gives_its_group_away(resource: Resource) -> None:
    world = resource.group.owner.world
    world.delays = dataclasses.replace(world.delays, restart=3600.0)
    resource.group.owner.restart("test")
    wait_for(resource, "BTS2", "Online")
    assert kinds(resource) == [("cluster.group_moved", "BTS2")]


def test_what_is_offline_stays_so_on_the_other_node(clusters: list[Cluster], resource: Resource) -> None:
    clusters[0].offline(resource, "test")
    wait_for(resource, "BTS1", "Offline")
    resource.group.owner.restart("test")
    assert resource.group.owner.name == "BTS2"
    assert states(resource) == {"BTS1": "stopped", "BTS2": "stopped"}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"group": {"hosts": [{"name": "ReceiveHost", "cluster_group": "Nowhere"}]}}, "which is not defined"),
        (
            {"group": {"hosts": [{"name": "ProcessingHost", "cluster_group": "SQL Server (MSSQLSERVER)"}]}},
            "no instance",
        ),
        ({"clusters": [{"name": "BTSCLUSTER", "quorum": 3}]}, "clusters.0.quorum: Unexpected keyword argument"),
    ],
)
def test_a_cluster_that_does_not_fit(overrides: dict[str, t.Any], message: str) -> None:
    with pytest.raises(TopologyError, match=message):
        Topology.load(CLUSTERED, overrides=overrides)
