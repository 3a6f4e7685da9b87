# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated Windows computer."""

from __future__ import annotations

import typing as t

from tests.lab.topology import TopologyError
from tests.lab.windows import furniture
from tests.lab.windows.app_pools import AppPools
from tests.lab.windows.event_log import EventLogs
from tests.lab.windows.faults import Faults
from tests.lab.windows.files import Files
from tests.lab.windows.installer import Installer
from tests.lab.windows.power import Power
from tests.lab.windows.processes import DESKTOP_SESSION, Processes
from tests.lab.windows.registry import Registry
from tests.lab.windows.services import Services

if t.TYPE_CHECKING:
    from tests.lab import topology
    from tests.lab.windows.cluster import Cluster
    from tests.lab.world import World

_FOLDERS = (r"C:\Windows\Temp", r"C:\ProgramData", r"C:\Program Files", r"C:\Users\Public")


class LogonError(Exception):
    """The user name is unknown or the password is wrong, and as on Windows nobody says which."""


class Computer:
    def __init__(self, name: str, architecture: topology.Architecture, world: World) -> None:
        self.name = name
        self.architecture = architecture
        self.world = world
        self.pending_restart = False
        self.free_space = 40.0
        # Modules that fail the next time, each once.
        self.failing: list[str] = []
        self.event_logs = EventLogs()
        self.environment = {
            "ProgramData": r"C:\ProgramData",
            "ProgramFiles": r"C:\Program Files",
            "SystemRoot": r"C:\Windows",
            "TEMP": r"C:\Windows\Temp",
            "COMPUTERNAME": name,
        }
        self.registry = Registry()
        self.processes = Processes(name, world)
        self.services = Services(name, world, self.processes, self.event_logs)
        self.app_pools = AppPools(self.services, self.processes)
        self.files = Files(name, world.events, _FOLDERS)
        self.installer = Installer(self)
        self.power = Power(self)
        self.cluster: Cluster | None = None

    def restart(self, origin: str) -> None:
        self.power.restart(origin)

    def lose_connections(self) -> None:
        """The network breaks the connections to this computer; whatever runs on it goes on."""
        for endpoint in self.power.endpoints:
            endpoint.drop_connections()

    def logon(self, user: str, password: str) -> topology.Account:
        r"""The account of `DOMAIN\user` or `user@DOMAIN`; raises `LogonError`."""
        name, at, domain = user.partition("@")
        account = self.world.topology.account(f"{domain}\\{name}" if at else user)
        if account is None or account.password != password:
            raise LogonError(f"The user name or password is incorrect (user {user} on {self.name}).")
        return account


def biztalk_computer(world: World, spec: topology.Computer) -> Computer:
    """A computer with BizTalk Server, its services in the states that the topology gives them."""
    computer = Computer(spec.name, spec.architecture, world)
    group = world.topology.group
    furniture.write_registry(computer.registry, group, spec)
    computer.files.make_dir(furniture.INSTALL_PATH)
    computer.pending_restart, computer.free_space = spec.pending_restart, spec.free_space
    states = {f"BTSSvc${host}": state for host, state in spec.host_instances.items()}
    states |= {service.name: service.state for service in spec.services}
    states |= {f"BTSSvc${host}": "stopped" for host in world.topology.hosts_owned_elsewhere(spec.name)}
    definitions = furniture.biztalk_services(world.topology, spec)
    if world.topology.sso_owned_elsewhere(spec.name):
        states |= {item.name: "stopped" for item in definitions if "ENTSSO" in (item.name, *item.depends_on)}
    if unknown := spec.behaviours.keys() - {definition.name for definition in definitions}:
        raise TopologyError(f"{spec.name} has no services {sorted(unknown)}, but behaviours of them")
    for definition in definitions:
        service = computer.services.add(definition, spec.behaviours.get(definition.name))
        if states.get(definition.name, "running") == "running":
            computer.services.run_at_boot(service)
    for process in spec.processes:
        computer.processes.start(process.image, user=process.user, databases=process.databases, heeds=process.heeds)
    computer.installer.faults = Faults(spec.install)
    for kb in spec.kb_numbers:
        computer.installer.updates.installed_before(kb)
    for application in spec.applications:
        computer.processes.start(
            application.image,
            user=application.user,
            databases=application.databases,
            title=application.title,
            session=DESKTOP_SESSION,
            heeds=application.heeds,
            command_line=f'"C:\\Windows\\system32\\{application.image}" {application.arguments}'.strip(),
        )
    return computer


def sql_computer(world: World, name: str, servers: t.Iterable[topology.SqlServer]) -> Computer:
    """A computer with one or more SQL Server instances and no BizTalk Server."""
    computer = Computer(name, "x64", world)
    behaviours = world.topology.sql_behaviours.get(name, {})
    for server in servers:
        for definition in furniture.sql_services(server, clustered=world.topology.is_clustered(server.name)):
            if computer.services.get(definition.name):
                continue
            service = computer.services.add(definition, behaviours.get(definition.name))
            runs = definition.role != "agent" or server.agent_running
            if runs and world.topology.owns(name, server.name):
                computer.services.run_at_boot(service)
    return computer
