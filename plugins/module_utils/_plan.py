# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: what an update means for each computer of the group, decided before anything is touched."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._agents import check_agents, plan_agents
from ansible_collections.biztalk.patching.plugins.module_utils._cluster import plan_cluster
from ansible_collections.biztalk.patching.plugins.module_utils._computer_plan import plan_computer
from ansible_collections.biztalk.patching.plugins.module_utils._findings import (
    Check,
    Seen,
    checks_before_install,
    checks_of_group,
    outcomes,
)
from ansible_collections.biztalk.patching.plugins.module_utils._record import has_begun_to_install
from ansible_collections.biztalk.patching.plugins.module_utils._resume import (
    check_record,
    resumed_agents,
    resumed_computers,
)
from ansible_collections.biztalk.patching.plugins.module_utils._stop_checks import (
    check_app_pools,
    check_programs,
    check_services,
)

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._agents import AgentPlan
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
    from ansible_collections.biztalk.patching.plugins.module_utils._computer_plan import ComputerPlan, Package
    from ansible_collections.biztalk.patching.plugins.module_utils._options import Mode, Options
    from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding
    from ansible_collections.biztalk.patching.plugins.module_utils._record import Record

# `finish` is the rest of a run that was interrupted when everything was installed.
Outcome = t.Literal["nothing_to_do", "outage", "rolling", "finish"]


# What an install that failed leaves behind.
_WAYS_OUT = (
    "Start nothing by hand: mend the cause and run patch.yml again with the same settings, which goes on where it "
    "stopped, or take the update back with rollback.yml."
)
_STAYS_DOWN = {
    "outage": f"The group stays down, with the databases backed up. {_WAYS_OUT}",
    "rolling": f"This computer stays down; the others were left as they were. {_WAYS_OUT}",
}


@dataclass(frozen=True)
class Plan:
    """`computers` are in install order: the master secret server, runtime servers, then the others."""

    computers: tuple[ComputerPlan, ...]
    agents: tuple[AgentPlan, ...]
    findings: tuple[Finding, ...]
    mode: Mode = "outage"
    resumes: Record | None = None

    @property
    def outcome(self) -> Outcome:
        if self.to_install:
            return self.mode
        return "finish" if self.resumes else "nothing_to_do"

    @property
    def half_installed(self) -> bool:
        """Whether an earlier run may have changed the databases: its backup set is the one to go back to."""
        return bool(self.resumes and has_begun_to_install(self.resumes))

    @property
    def to_install(self) -> list[ComputerPlan]:
        return [computer for computer in self.computers if computer.install]

    @property
    def doubts(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level != "pass"]

    @property
    def failures(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == "fail"]

    def as_result(self) -> dict[str, t.Any]:
        """Plain data: `computers` by inventory host, `install_order` as inventory hosts."""
        return {
            "outcome": self.outcome,
            "computers": {computer.host: computer.as_result() for computer in self.computers},
            "agents": [agent.as_result() for agent in self.agents],
            "stays_down": _STAYS_DOWN[self.mode],
            "resumes": self.resumes["id"] if self.resumes else "",
            "half_installed": self.half_installed,
            "install_order": [computer.host for computer in self.to_install],
            "findings": [dataclasses.asdict(finding) for finding in self.findings],
            "failures": [str(finding) for finding in self.failures],
        }


def make_plan(
    snapshots: t.Mapping[str, Snapshot],
    *,
    group: t.Mapping[str, t.Any],
    packages: t.Mapping[str, t.Sequence[Package]],
    sql_hosts: t.Mapping[str, str],
    installer: t.Mapping[str, t.Any],
    options: Options,
    cluster_resources: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]] | None = None,
    record: Record | None = None,
) -> Plan:
    """Decide what happens to each computer.

    `snapshots` are by inventory host, `group` is the result of `group_info`, `packages` maps an architecture as Windows
    reports it to the packages that `package_select` chose, in the order in which they are installed, `sql_hosts` maps
    inventory hosts of SQL Server computers to the names of these computers; an empty name stands for the one in the
    inventory. `cluster_resources` has the rows of `Get-ClusterResource` by inventory host. `record` is that of a run
    which was interrupted.
    """
    servers = {server["name"].upper(): server for server in group["servers"]}
    isolated = {row["server"].upper() for row in group["host_instances"] if row["type"] == "isolated"}
    resources = {snapshots[host].name: rows for host, rows in (cluster_resources or {}).items()}
    cluster = plan_cluster(group, resources)
    computers = [
        plan_computer(host, snapshot, packages[snapshot.architecture], isolated, options, cluster.of(snapshot.name))
        for host, snapshot in snapshots.items()
    ]
    # The Agents are stopped for the sake of the databases, which a rolling update does not touch.
    agents = () if options.mode == "rolling" else plan_agents(group["sql_instances"], sql_hosts)
    seen = Seen(tuple(snapshots.values()), group, packages, installer, resources)
    checks = list(checks_of_group(seen, options))
    if record:
        chains = {host: packages[snapshot.architecture] for host, snapshot in snapshots.items()}
        computers = resumed_computers(computers, record, chains)
        agents = resumed_agents(agents, record)
        names = [snapshot.name for snapshot in seen.snapshots]
        checks.append(Check("the interrupted run can be finished", check_record(record, seen.distinct, names)))
    computers.sort(key=lambda computer: (install_rank(servers.get(computer.name)), computer.name))
    if any(computer.install for computer in computers):
        checks += [
            *checks_before_install(seen, options, resumes=record is not None),
            Check("the cluster is known", cluster.findings, "R11"),
            Check("what is to be stopped is there", check_choices(options, seen.snapshots), "R11"),
        ]
    stoppable = check_agents(agents, managed=options.agent == "managed")
    checks.append(Check("SQL Server Agent can be stopped", stoppable, "R13"))
    return Plan(tuple(computers), agents, outcomes(checks), options.mode, record)


def check_choices(options: Options, snapshots: t.Collection[Snapshot]) -> t.Iterator[Finding]:
    yield from check_services(options.stop_services, snapshots)
    yield from check_programs(options.stop_processes, snapshots)
    if options.stop_iis == "app_pools":
        yield from check_app_pools(options.app_pools, snapshots)


def install_rank(server: t.Mapping[str, t.Any] | None) -> int:
    """Master secret server, runtime servers, administration-only computers."""
    if server is None:
        return 3
    return 0 if server["master_secret_server"] else 1 if server["runtime"] else 2
