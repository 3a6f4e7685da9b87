# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failover cluster: groups of resources, each a service that runs on one of the nodes.

The resource monitor looks after its services: one that stops behind the cluster's back is started again on its node,
and when that happens once more, the group moves to another node (the default of a resource's restart policy).
"""

from __future__ import annotations

import contextlib
import functools
import typing as t
from dataclasses import dataclass, field

from tests.lab.windows.service import Service, ServiceControlError

if t.TYPE_CHECKING:
    from tests.lab.windows import spec
    from tests.lab.windows.computer import Computer
    from tests.lab.world import World

ORIGIN = "cluster"
# One restart on the same node, then the group moves.
_RESTARTS = 1
State = t.Literal["Online", "Offline", "Failed", "OnlinePending", "OfflinePending"]
_STATES: dict[str, State] = {"running": "Online", "start_pending": "OnlinePending", "stop_pending": "OfflinePending"}


@dataclass
class Resource:
    name: str
    type: str
    service_name: str
    group: Group
    wanted: bool = True
    failures: int = 0

    @property
    def service(self) -> Service:
        """The service on the node that owns the group."""
        found = self.group.owner.services.get(self.service_name)
        if found is None:
            raise LookupError(f"{self.group.owner.name} is a node of {self.group.name} without {self.service_name}")
        return found

    @property
    def state(self) -> State:
        return _STATES.get(self.service.state, "Failed" if self.wanted else "Offline")


@dataclass
class Group:
    name: str
    nodes: list[Computer]
    owner: Computer
    resources: list[Resource] = field(default_factory=list)


class Cluster:
    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.groups: list[Group] = []
        self._world = world

    def add(self, group: spec.ClusterGroup, services: t.Iterable[tuple[str, str, str]]) -> Group:
        """A group with resources of these names, types and services; its first node owns it."""
        nodes = [self._world.computers[name] for name in group.nodes]
        added = Group(group.name, nodes, nodes[0])
        added.resources = [Resource(name, kind, service, added) for name, kind, service in services]
        for resource in added.resources:
            resource.wanted = resource.service.state == "running"
        for node in nodes:
            node.cluster = self
            node.services.on_stopped.append(functools.partial(self._stopped, added, node))
            node.power.on_down.append(functools.partial(self._node_down, added, node))
            node.power.on_boot.append(functools.partial(self._bring_back, added))
        self.groups.append(added)
        return added

    @property
    def resources(self) -> list[Resource]:
        return [resource for group in self.groups for resource in group.resources]

    def online(self, resource: Resource, origin: str) -> None:
        """Raises `ServiceControlError` where the service refuses to start."""
        resource.wanted, resource.failures = True, 0
        if resource.service.state == "stopped":
            resource.service.start(origin)

    def offline(self, resource: Resource, origin: str) -> None:
        resource.wanted = False
        if resource.service.state == "running":
            resource.service.stop(origin)

    def _stopped(self, group: Group, node: Computer, service: Service) -> None:
        for resource in group.resources:
            if resource.service is service and resource.wanted and node is group.owner:
                self._failed(resource)

    def _failed(self, resource: Resource) -> None:
        resource.failures += 1
        self._emit("cluster.resource_failed", resource.group, resource=resource.name)
        if resource.failures <= _RESTARTS:
            with contextlib.suppress(ServiceControlError):
                resource.service.start(ORIGIN)
            return
        self._move(resource.group)

    def _node_down(self, group: Group, node: Computer) -> None:
        if node is group.owner:
            self._move(group)

    def _move(self, group: Group) -> None:
        others = [node for node in group.nodes if node is not group.owner and node.power.up]
        if not others:
            return
        for resource in group.resources:
            if resource.service.state == "running":
                with contextlib.suppress(ServiceControlError):
                    resource.service.stop(ORIGIN)
        group.owner = others[0]
        self._emit("cluster.group_moved", group)
        self._bring_back(group)

    def _bring_back(self, group: Group) -> None:
        """Start on the node that owns a group whatever has to run there."""
        for resource in group.resources:
            if resource.wanted and group.owner.power.up and resource.service.state == "stopped":
                resource.failures = 0
                with contextlib.suppress(ServiceControlError):
                    resource.service.start(ORIGIN)

    def _emit(self, kind: str, group: Group, **fields: str) -> None:
        self._world.events.emit(kind, cluster=self.name, group=group.name, node=group.owner.name, **fields)


def create_clusters(world: World) -> list[Cluster]:
    """The clusters of the topology; the computers must be there already."""
    return [_create(world, item) for item in world.topology.clusters]


def _create(world: World, item: spec.Cluster) -> Cluster:
    cluster = Cluster(world, item.name)
    for group in item.groups:
        cluster.add(group, _sql_services(group.instance) if group.instance else _generic_services(world, group))
    return cluster


def _generic_services(world: World, group: spec.ClusterGroup) -> list[tuple[str, str, str]]:
    """They are generic services; the name of the resource is that which services are shown under."""
    hosts = [host.name for host in world.topology.group.hosts if host.cluster_group == group.name]
    names = [*(["ENTSSO"] if group.sso else []), *(f"BTSSvc${name}" for name in hosts)]
    services = [world.computers[group.nodes[0]].services.get(name) for name in names]
    return [(service.display_name, "Generic Service", service.name) for service in services if service]


def _sql_services(instance: str) -> list[tuple[str, str, str]]:
    """The resources of a clustered instance, under the names that SQL Server's setup gives them."""
    name = instance.partition("\\")[2]
    if not name:
        return [
            ("SQL Server", "SQL Server", "MSSQLSERVER"),
            ("SQL Server Agent", "SQL Server Agent", "SQLSERVERAGENT"),
        ]
    return [
        (f"SQL Server ({name})", "SQL Server", f"MSSQL${name}"),
        (f"SQL Server Agent ({name})", "SQL Server Agent", f"SQLAgent${name}"),
    ]
