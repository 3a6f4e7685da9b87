# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the plan of a rollback before anything is touched: from what is seen now, and from what a record tells."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._agents import AgentPlan, plan_agents
from ansible_collections.biztalk.patching.plugins.module_utils._cluster import ClusterPlan, plan_cluster
from ansible_collections.biztalk.patching.plugins.module_utils._computer_plan import plan_computer
from ansible_collections.biztalk.patching.plugins.module_utils._findings import Check, outcomes
from ansible_collections.biztalk.patching.plugins.module_utils._plan import install_rank
from ansible_collections.biztalk.patching.plugins.module_utils._resume import resumed_agents, resumed_computers
from ansible_collections.biztalk.patching.plugins.module_utils._rollback import Rollback, RollbackComputer
from ansible_collections.biztalk.patching.plugins.module_utils._rollback_checks import Seen, checks_of_rollback

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
    from ansible_collections.biztalk.patching.plugins.module_utils._computer_plan import ComputerPlan
    from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
    from ansible_collections.biztalk.patching.plugins.module_utils._rollback import Uninstall
    from ansible_collections.biztalk.patching.plugins.module_utils._rollback_scope import Scope

Group = t.Mapping[str, t.Any]


def make_rollback(
    snapshots: t.Mapping[str, Snapshot],
    *,
    scope: Scope,
    uninstalls: t.Mapping[str, t.Sequence[Uninstall]],
    group: Group | None,
    sql_hosts: t.Mapping[str, str],
    options: Options,
    cluster_resources: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]],
    own_set: bool = False,
    came_back: t.Mapping[str, t.Sequence[str]] | None = None,
) -> Rollback:
    """`snapshots` and `uninstalls` are by inventory host, `group` is the result of `group_info`.

    The group is None where its management database cannot be read, because its restore was interrupted. `sql_hosts`
    and `cluster_resources` are those of `make_plan`. `own_set` says that the set which is restored was made by the very
    run that takes its update back, `came_back` which services it has found running since, by inventory host.
    """
    resources = {snapshots[host].name: rows for host, rows in cluster_resources.items()}
    cluster = plan_cluster(group, resources) if group else ClusterPlan({}, ())
    isolated = _isolated(scope, group)
    plans = [
        plan_computer(host, snapshot, (), isolated, options, cluster.of(snapshot.name))
        for host, snapshot in snapshots.items()
    ]
    agents = _agents(scope, group, sql_hosts)
    ran_since = tuple(_running(plans, agents, came_back or {})) if own_set else ()
    # After a run that came to its end what runs now counts, unless the update has kept everything from starting.
    from_record = scope.record is not None and (scope.resumes or not _any_runs(snapshots))
    if scope.record and from_record:
        plans = resumed_computers(plans, scope.record, dict.fromkeys(snapshots, ()))
        agents = resumed_agents(agents, scope.record)
    sso = _sso(scope, from_record=from_record, snapshots=snapshots)
    servers = {server["name"].upper(): server for server in group["servers"]} if group else {}
    masters = _masters(scope, servers)
    plans.sort(key=lambda plan: (install_rank(servers.get(plan.name)), plan.name))
    computers = tuple(
        RollbackComputer(plan, tuple(uninstalls.get(plan.host, ())), plan.host in sso, plan.name in masters)
        for plan in plans
    )
    draft = Rollback(scope, computers, agents, (), own_set, ran_since)
    if draft.outcome == "nothing_to_do":
        return draft
    seen = Seen(tuple(snapshots.values()), group, resources, from_record)
    checks = checks_of_rollback(draft, seen, options)
    cluster_known = Check("the cluster is known", cluster.findings if draft.stops else (), "R11")
    return dataclasses.replace(draft, findings=outcomes([*checks, cluster_known]))


def _any_runs(snapshots: t.Mapping[str, Snapshot]) -> bool:
    services = [service for snapshot in snapshots.values() for service in snapshot.services]
    return any(service.is_host_instance and service.running for service in services)


def _running(
    plans: t.Iterable[ComputerPlan], agents: t.Iterable[AgentPlan], came_back: t.Mapping[str, t.Sequence[str]]
) -> t.Iterator[str]:
    """What runs now, or was found running, of all that has to be down."""
    for plan in plans:
        programs = [program.image for program in (*plan.applications, *plan.custom_programs)]
        clustered = [instance.resource for instance in plan.clustered if instance.stop]
        names = [*plan.services, *programs, *plan.app_pools, *clustered, *came_back.get(plan.host, ())]
        yield from (f"{name} on {plan.name}" for name in dict.fromkeys(names))
    yield from (f"SQL Server Agent of {agent.instance}" for agent in agents if agent.running)


def _isolated(scope: Scope, group: Group | None) -> set[str]:
    """The computers where IIS is stopped; what an unreadable group does not tell, its record does."""
    if group:
        return {row["server"].upper() for row in group["host_instances"] if row["type"] == "isolated"}
    computers = scope.record["computers"] if scope.record else ()
    return {computer["name"] for computer in computers if "W3SVC" in computer["start_modes"]}


def _agents(scope: Scope, group: Group | None, sql_hosts: t.Mapping[str, str]) -> tuple[AgentPlan, ...]:
    """Without SQL none is stopped, but the install that was interrupted has stopped them."""
    if scope.sql and group:
        return plan_agents(group["sql_instances"], sql_hosts)
    if scope.record and (scope.sql or scope.resumes):
        return tuple(AgentPlan(**agent) for agent in scope.record["agents"])
    return ()


def _sso(scope: Scope, *, from_record: bool, snapshots: t.Mapping[str, Snapshot]) -> set[str]:
    """The hosts where Enterprise SSO is started in the end; patch.yml begins only where it runs everywhere."""
    running = {host for host, snapshot in snapshots.items() if snapshot.sso_running}
    if scope.record and from_record:
        running |= {row["host"] for row in scope.record["computers"] if row["plan"].get("sso", True)}
    return running & snapshots.keys()


def _masters(scope: Scope, servers: t.Mapping[str, t.Mapping[str, t.Any]]) -> set[str]:
    if servers:
        return {name for name, server in servers.items() if server["master_secret_server"]}
    computers = scope.record["computers"] if scope.record else ()
    return {row["name"] for row in computers if row["plan"].get("master_secret_server")}
