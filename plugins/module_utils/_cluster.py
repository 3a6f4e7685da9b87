# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clustered host instances: a failover cluster runs them, so it alone may stop them; else it starts or moves them.

A clustered host names its cluster's resource group (`ClusterResourceGroupName`), in which each of its host instances is
a resource of the type Generic Service. Enterprise SSO may be one too, and stays online.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

SERVICE_TYPE = "Generic Service"
ONLINE, _OFFLINE = "Online", "Offline"
_RULE = "R11"
# The resource has the name of the service, or the one that Windows shows it under, unless somebody gave it another.
_SSO = re.compile(r"ENTSSO|\bSSO\b|Single Sign-?On", re.IGNORECASE)


@dataclass(frozen=True)
class Resource:
    """A resource of a failover cluster; `node` is the computer that owns it now."""

    name: str
    type: str
    group: str
    node: str
    state: str

    @classmethod
    def parse(cls, row: t.Mapping[str, t.Any]) -> Resource:
        """Read an object of `Get-ClusterResource` as `win_powershell` gives it with a depth of 1."""
        return cls(
            name=row["Name"],
            type=_text(row["ResourceType"]),
            group=_text(row["OwnerGroup"]),
            node=_text(row["OwnerNode"]).upper(),
            state=_text(row["State"]),
        )

    @property
    def looks_like_sso(self) -> bool:
        return bool(_SSO.search(self.name))

    def runs(self, host: str, group: str) -> bool:
        """Whether this is the host instance of a clustered host."""
        return (
            self.type == SERVICE_TYPE
            and not self.looks_like_sso
            and self.group.casefold() == group.casefold()
            and host.casefold() in self.name.casefold()
        )


@dataclass(frozen=True)
class ClusteredInstance:
    """A clustered host instance as a computer of its cluster sees it.

    `stop` says whether it is taken offline, and online again, through this computer, which is one for each resource.
    """

    resource: str
    service: str
    stop: bool


@dataclass(frozen=True)
class ClusterPlan:
    """By computer the clustered host instances that it takes part in."""

    instances: t.Mapping[str, tuple[ClusteredInstance, ...]]
    findings: tuple[Finding, ...]

    def of(self, computer: str) -> tuple[ClusteredInstance, ...]:
        return self.instances.get(computer, ())


def plan_cluster(
    group: t.Mapping[str, t.Any], resources: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]]
) -> ClusterPlan:
    """`resources` has the rows of `Get-ClusterResource` by the name of the computer that was asked."""
    instances: dict[str, tuple[ClusteredInstance, ...]] = {}
    findings: list[Finding] = []
    known = {name: [Resource.parse(row) for row in rows] for name, rows in resources.items()}
    for host in group["hosts"]:
        if not host["clustered"]:
            continue
        computers = [row["server"].upper() for row in group["host_instances"] if row["host"] == host["name"]]
        teller = next((name for name in computers if known.get(name)), None)
        found = [item for item in known.get(teller or "", []) if item.runs(host["name"], host["cluster_group"])]
        findings += _check(host, teller, found)
        for name in computers:
            instances[name] = (*instances.get(name, ()), *_seen_from(name, host["name"], found, computers))
    return ClusterPlan(instances, tuple(findings))


def _seen_from(
    computer: str, host: str, found: t.Iterable[Resource], computers: t.Sequence[str]
) -> t.Iterator[ClusteredInstance]:
    """Through its owner a resource is taken offline, or through the first computer where no host runs on the owner."""
    for resource in found:
        through = resource.node if resource.node in computers else computers[0]
        stop = resource.state == ONLINE and through == computer
        yield ClusteredInstance(resource.name, f"BTSSvc${host}", stop)


def _check(host: t.Mapping[str, t.Any], teller: str | None, found: t.Sequence[Resource]) -> t.Iterator[Finding]:
    if teller is None:
        yield Finding(
            "fail",
            host["name"],
            "is a clustered host, but none of its computers tells of the resources of its failover cluster: see that "
            "Get-ClusterResource works there for the connecting account, and that the cluster service runs",
            _RULE,
        )
    elif not found:
        yield Finding(
            "fail",
            host["name"],
            f"is a clustered host, but its cluster group {host['cluster_group']} has no resource of the type "
            f"{SERVICE_TYPE} with the name of the host in its own, so its host instance cannot be taken offline: give "
            "the resource such a name in the Failover Cluster Manager, or correct the host's cluster group",
            _RULE,
        )
    for resource in found:
        if resource.state not in (ONLINE, _OFFLINE):
            yield Finding(
                "fail",
                host["name"],
                f"the cluster resource {resource.name} is {resource.state} on {resource.node}: bring it online, or "
                "take it offline where it is not to run",
                _RULE,
            )


def _text(value: t.Any) -> str:
    """An object with a name, an enumeration's value or plain text."""
    if isinstance(value, t.Mapping):
        return str(value.get("Name") or value.get("String") or "")
    return str(value)
