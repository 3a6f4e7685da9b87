# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cmdlets of the module FailoverClusters for resources and groups, on any node of a cluster."""

from __future__ import annotations

import typing as t

from tests.lab.windows.service import ServiceControlError
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.service_control import CmdletError
from tests.lab.winrm.streams import Enum, Object

if t.TYPE_CHECKING:
    from tests.lab.windows.cluster import Cluster, Group, Resource
    from tests.lab.windows.computer import Computer
    from tests.lab.winrm.streams import Streams

_NAMESPACE = "Microsoft.FailoverClusters.PowerShell"
_RESOURCE_STATES = {"Online": 2, "Offline": 3, "Failed": 4, "OnlinePending": 129, "OfflinePending": 130}
_GROUP_STATES = {"Online": 0, "Offline": 1, "Failed": 2, "PartialOnline": 3, "Pending": 4}
_FOR_EVER = 3600.0

Parameters = dict[str, t.Any]


def get_cluster_resource(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    cluster = _cluster(computer, streams)
    resources = cluster.resources if cluster else []
    for resource in _named(resources, parameters, streams, "resource"):
        streams.output.append(_resource(t.cast("Cluster", cluster), resource))


def get_cluster_group(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    cluster = _cluster(computer, streams)
    for group in _named(cluster.groups if cluster else [], parameters, streams, "group"):
        streams.output.append(_group(t.cast("Cluster", cluster), group))


def stop_cluster_resource(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    _change(computer, parameters, streams, "Stop-ClusterResource")


def start_cluster_resource(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    _change(computer, parameters, streams, "Start-ClusterResource")


def _change(computer: Computer, parameters: Parameters, streams: Streams, cmdlet: str) -> None:
    """One resource by its name; without `-Wait` it waits for the end, with `-Wait 0` not at all."""
    if not isinstance(parameters.get("name"), str):
        raise RefusedError(f"{cmdlet} takes the name of one resource")
    cluster = _cluster(computer, streams)
    found = _named(cluster.resources, parameters, streams, "resource") if cluster else []
    if cluster is None or not found:
        return
    resource: Resource = found[0]
    stopping = cmdlet.startswith("Stop")
    try:
        (cluster.offline if stopping else cluster.online)(resource, cmdlet)
    except ServiceControlError as error:
        streams.fail(CmdletError(cmdlet, f"The cluster resource '{resource.name}' cannot be changed: {error}"))
        return
    wait = parameters.get("wait")
    ends = ("Offline",) if stopping else ("Online", "Failed")
    services = resource.group.owner.services
    services.wait(lambda: resource.state in ends, _FOR_EVER if wait is None else float(wait))
    streams.output.append(_resource(cluster, resource))


def _cluster(computer: Computer, streams: Streams) -> Cluster | None:
    if computer.cluster is None:
        message = (
            "The cluster service is not running. Make sure that the service is running on all nodes in the cluster."
        )
        streams.fail(CmdletError("ClusterEndpointNotRegistered", message))
    return computer.cluster


def _named(items: t.Sequence[t.Any], parameters: Parameters, streams: Streams, kind: str) -> list[t.Any]:
    asked = parameters.get("name")
    if asked is None or not items:
        return list(items)
    found = []
    for name in asked if isinstance(asked, list) else [asked]:
        match = [item for item in items if item.name.casefold() == str(name).casefold()]
        if not match:
            streams.fail(CmdletError("ClusterObjectNotFound", f"Unable to find cluster {kind} '{name}'."))
        found += match
    return found


def _resource(cluster: Cluster, resource: Resource) -> Object:
    return Object(
        resource.name,
        {
            "Cluster": Object(cluster.name, {"Name": cluster.name}),
            "Name": resource.name,
            "OwnerGroup": _group(cluster, resource.group),
            "OwnerNode": _node(resource.group),
            "ResourceType": Object(resource.type, {"Name": resource.type}),
            "State": _state("ClusterResourceState", resource.state, _RESOURCE_STATES),
        },
    )


def _group(cluster: Cluster, group: Group) -> Object:
    states = {resource.state for resource in group.resources}
    text: str = "Pending" if states & {"OnlinePending", "OfflinePending"} else "PartialOnline"
    if len(states) == 1 and text != "Pending":
        text = next(iter(states))
    return Object(
        group.name,
        {
            "Cluster": Object(cluster.name, {"Name": cluster.name}),
            "Name": group.name,
            "OwnerNode": _node(group),
            "State": _state("ClusterGroupState", text, _GROUP_STATES),
        },
    )


def _node(group: Group) -> Object:
    return Object(group.owner.name, {"Name": group.owner.name})


def _state(name: str, text: str, values: dict[str, int]) -> Enum:
    return Enum(f"{_NAMESPACE}.{name}", text, values[text])
