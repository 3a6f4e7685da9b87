# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which SQL Server Agents are stopped while the group is down, and through which computers (KB 2003907, step 2)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding
from ansible_collections.biztalk.patching.plugins.module_utils._services import agent_service

_RULE = "R13"


@dataclass(frozen=True)
class AgentPlan:
    """The SQL Server Agent of one instance; `host` is the inventory host it is stopped through.

    Of an instance in a failover cluster it is the cluster's `resource`, which any node of it may stop. `running` is
    None where that could not be found out; `computers` are those that would do.
    """

    instance: str
    host: str | None
    service: str
    running: bool | None
    resource: str | None = None
    computers: tuple[str, ...] = ()
    problem: str | None = None

    def as_result(self) -> dict[str, t.Any]:
        return {
            "instance": self.instance,
            "host": self.host,
            "service": self.service,
            "resource": self.resource,
            "running": bool(self.running),
        }


def plan_agents(instances: t.Iterable[t.Mapping[str, t.Any]], sql_hosts: t.Mapping[str, str]) -> tuple[AgentPlan, ...]:
    """`instances` are the `sql_instances` of `group_info`, all replicas of Availability Groups among them.

    `sql_hosts` maps inventory hosts to the names of their computers, or to an empty name that stands for the one in the
    inventory.
    """
    hosts = {(name or host.partition(".")[0]).upper(): host for host, name in sql_hosts.items()}
    return tuple(_plan(row, hosts) for row in instances)


def check_agents(agents: t.Iterable[AgentPlan], *, managed: bool) -> t.Iterator[Finding]:
    for agent in agents:
        if agent.running is None:
            yield Finding(
                "fail",
                agent.instance,
                f"whether SQL Server Agent runs could not be found out ({agent.problem or 'the login may not know'}): "
                "mend that, since it must be down for the update and run again afterwards if it runs now",
                _RULE,
            )
        if agent.host is None and managed:
            which = " or ".join(agent.computers)
            yield Finding(
                "fail",
                agent.instance,
                f"hosts BizTalk databases, but no host of the inventory group biztalk_sql is its computer ({which}), so"
                " SQL Server Agent cannot be stopped: add the SQL Server computer to the inventory group, or set "
                "biztalk_agent to external where somebody else stops it",
                _RULE,
            )


def computers_of(instance: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """The computers of an entry of `sql_instances`: every node of its cluster, the one that runs it first."""
    clustered = [instance["physical_computer"], *instance["cluster_nodes"]]
    computers = clustered if instance["clustered"] else [instance["name"].partition("\\")[0]]
    return tuple(dict.fromkeys(computer.upper() for computer in computers if computer))


def _plan(row: t.Mapping[str, t.Any], hosts: t.Mapping[str, str]) -> AgentPlan:
    name = row["name"]
    wanted = computers_of(row)
    service = agent_service(name)
    return AgentPlan(
        instance=name,
        host=next((hosts[computer] for computer in wanted if computer in hosts), None),
        service=service,
        running=row["agent_running"],
        resource=_resource(service) if row["clustered"] else None,
        computers=wanted,
        problem=row["problem"],
    )


def _resource(service: str) -> str:
    """The name that SQL Server's setup gives the cluster resource: with the instance's name where it has one."""
    instance = service.partition("$")[2]
    return f"SQL Server Agent ({instance})" if instance else "SQL Server Agent"
