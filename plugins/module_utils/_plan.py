# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: what an update means for each computer of the group, decided before anything is touched."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._package_checks import (
    check_drift,
    check_fit,
    check_language,
    check_package,
)
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import (
    Finding,
    check_applications,
    check_availability,
    check_cluster,
    check_computer,
    check_installer,
    check_inventory,
    check_running,
)
from ansible_collections.biztalk.patching.plugins.module_utils._services import agent_service, services_to_stop

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Application, Snapshot

Outcome = t.Literal["nothing_to_do", "outage"]


@dataclass(frozen=True)
class Options:
    """The operator's choices; `stop_iis` is `auto`, `always` or `never`, `agent` is `managed` or `external`."""

    close_applications: bool = False
    stop_iis: str = "auto"
    stop_services: tuple[str, ...] = ()
    accept_stopped_group: bool = False
    agent: str = "managed"


@dataclass(frozen=True)
class ComputerPlan:
    """`package` is what `package_select` chose for the computer's architecture."""

    host: str
    name: str
    package: t.Mapping[str, t.Any]
    install: bool
    services: tuple[str, ...]
    applications: tuple[Application, ...]

    def as_result(self) -> dict[str, t.Any]:
        # Not asdict(): it copies each dictionary as its own type, which those of a playbook refuse.
        return {
            "host": self.host,
            "name": self.name,
            "package": self.package,
            "install": self.install,
            "services": list(self.services),
            "applications": [dataclasses.asdict(application) for application in self.applications],
        }


@dataclass(frozen=True)
class AgentPlan:
    """The SQL Server Agent of one instance; `host` is the inventory host it is stopped through."""

    instance: str
    host: str | None
    service: str
    running: bool


@dataclass(frozen=True)
class Plan:
    """`computers` are in install order: the master secret server, runtime servers, then the others."""

    computers: tuple[ComputerPlan, ...]
    agents: tuple[AgentPlan, ...]
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        return "outage" if self.to_install else "nothing_to_do"

    @property
    def to_install(self) -> list[ComputerPlan]:
        return [computer for computer in self.computers if computer.install]

    @property
    def failures(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == "fail"]

    def as_result(self) -> dict[str, t.Any]:
        """Plain data: `computers` by inventory host, `install_order` as inventory hosts, `lines` for a person."""
        return {
            "outcome": self.outcome,
            "computers": {computer.host: computer.as_result() for computer in self.computers},
            "agents": [dataclasses.asdict(agent) for agent in self.agents],
            "install_order": [computer.host for computer in self.to_install],
            "findings": [dataclasses.asdict(finding) for finding in self.findings],
            "failures": [str(finding) for finding in self.failures],
            "lines": list(self.lines()),
        }

    def lines(self) -> t.Iterator[str]:
        """What patching would do, in plain words."""
        for finding in self.findings:
            yield f"{finding.level.upper()} {finding}"
        if self.outcome == "nothing_to_do":
            yield "Nothing to do: every computer of the group has the update. Nothing would be stopped."
            return
        for computer in self.computers:
            yield f"{computer.name}: stop {_listed(computer.services)}"
            for application in computer.applications:
                yield f"{computer.name}: close {application.name} (process {application.pid})"
        for agent in self.agents:
            yield f"{agent.instance}: force a full backup of all BizTalk databases, then stop {agent.service}"
        count = len(self.to_install)
        for number, computer in enumerate(self.to_install, start=1):
            yield f"{computer.name}: install {computer.package['file_name']} (computer {number} of {count})"
        for computer in self.computers:
            if not computer.install:
                yield f"{computer.name}: has the update already, nothing is installed here"
        yield "Then SQL Server Agent and exactly the services listed above are started again."


def make_plan(
    snapshots: t.Mapping[str, Snapshot],
    *,
    group: t.Mapping[str, t.Any],
    packages: t.Mapping[str, t.Mapping[str, t.Any]],
    sql_hosts: t.Mapping[str, str],
    installer: t.Mapping[str, t.Any],
    options: Options,
) -> Plan:
    """Decide what happens to each computer.

    `snapshots` are by inventory host, `group` is the result of `group_info`, `packages` maps an architecture as Windows
    reports it to the package that `package_select` chose, `sql_hosts` maps inventory hosts of SQL Server computers to
    the names of these computers; an empty name stands for the one in the inventory.
    """
    servers = {server["name"].upper(): server for server in group["servers"]}
    isolated = {row["server"].upper() for row in group["host_instances"] if row["type"] == "isolated"}
    computers = [
        _plan_computer(host, snapshot, packages[snapshot.architecture], isolated, options)
        for host, snapshot in snapshots.items()
    ]
    hosts = {(name or host.partition(".")[0]).upper(): host for host, name in sql_hosts.items()}
    agents = tuple(_plan_agent(row, hosts) for row in group["sql_instances"])
    computers.sort(key=lambda computer: (_install_rank(servers.get(computer.name)), computer.name))
    findings = _findings(list(snapshots.values()), group, packages)
    if any(computer.install for computer in computers):
        findings = itertools.chain(
            findings,
            *(check_applications(snapshot, close=options.close_applications) for snapshot in snapshots.values()),
            check_cluster(group),
            check_installer(installer),
            check_availability(group, agent=options.agent),
            () if options.accept_stopped_group else check_running(snapshots.values(), group),
        )
    return Plan(tuple(computers), agents, tuple(itertools.chain(findings, _check_agents(agents, options))))


def _findings(
    snapshots: t.Collection[Snapshot], group: t.Mapping[str, t.Any], packages: t.Mapping[str, t.Mapping[str, t.Any]]
) -> t.Iterator[Finding]:
    """What holds whether anything is to be installed or not."""
    yield from check_inventory(
        [snapshot.name for snapshot in snapshots], [server["name"].upper() for server in group["servers"]]
    )
    for package in packages.values():
        yield from check_package(package)
        yield from check_language(package, group)
    for snapshot in snapshots:
        yield from check_computer(snapshot, management_database=group["management"]["database"])
        yield from check_fit(packages[snapshot.architecture], snapshot)
    yield from check_drift(snapshots)


def _plan_computer(
    host: str,
    snapshot: Snapshot,
    package: t.Mapping[str, t.Any],
    isolated: t.Container[str],
    options: Options,
) -> ComputerPlan:
    iis = options.stop_iis == "always" or (options.stop_iis == "auto" and snapshot.name in isolated)
    return ComputerPlan(
        host=host,
        name=snapshot.name,
        package=package,
        install=not snapshot.has_update(package["kb"]),
        services=tuple(services_to_stop(snapshot.services, iis=iis, also=options.stop_services)),
        applications=snapshot.applications,
    )


def _plan_agent(row: t.Mapping[str, t.Any], hosts: t.Mapping[str, str]) -> AgentPlan:
    computer = row["name"].partition("\\")[0].upper()
    return AgentPlan(row["name"], hosts.get(computer), agent_service(row["name"]), bool(row["agent_running"]))


def _check_agents(agents: t.Iterable[AgentPlan], options: Options) -> t.Iterator[Finding]:
    for agent in agents:
        if agent.host is None and options.agent == "managed":
            yield Finding(
                "fail",
                agent.instance,
                "hosts BizTalk databases, but no host of the inventory group biztalk_sql is this computer, so SQL "
                "Server Agent cannot be stopped: add the SQL Server computer to the inventory group, or set "
                "biztalk_agent to external where somebody else stops it",
                "R13",
            )


def _install_rank(server: t.Mapping[str, t.Any] | None) -> int:
    """Master secret server, runtime servers, administration-only computers."""
    if server is None:
        return 3
    return 0 if server["master_secret_server"] else 1 if server["runtime"] else 2


def _listed(names: t.Sequence[str]) -> str:
    return ", ".join(names) if names else "nothing (nothing of BizTalk runs here)"
