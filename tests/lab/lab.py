# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab as a whole: it builds the world of a topology, opens its endpoints and writes the inventory."""

from __future__ import annotations

import collections
import typing as t

from tests.lab import inventory
from tests.lab.certificates import create_certificates
from tests.lab.events import EventLog
from tests.lab.packages.catalogue import default_packages
from tests.lab.packages.library import Library
from tests.lab.scheduler import Scheduler
from tests.lab.sqlserver.endpoints import create_endpoints
from tests.lab.sqlserver.instance import create_instances
from tests.lab.windows.cluster import create_clusters
from tests.lab.windows.computer import biztalk_computer, sql_computer
from tests.lab.windows.processes import DESKTOP_SESSION
from tests.lab.winrm.server import WinRmServer
from tests.lab.world import World

if t.TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from tests.lab.events import Event
    from tests.lab.tds.server import TdsServer
    from tests.lab.topology import Computer, Topology
    from tests.lab.windows import computer as windows_computer
    from tests.lab.windows.processes import Process
    from tests.lab.windows.service import Service


class Lab:
    """A lab; as a context manager it is up inside of the block.

    `folder` takes the event log, the inventory, the certificates and the backup files. `library` holds the packages,
    which several labs may share.
    """

    def __init__(self, topology: Topology, folder: Path, library: Library | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.topology = topology
        self.folder = folder
        self.inventory_path = folder / "inventory.yml"
        self.library = library or Library.build(folder / "packages", default_packages())
        self.events = EventLog(folder / "events.jsonl")
        self.certificates = create_certificates(folder / "certificates", _names(topology))
        self.world = World(topology, topology.delays.scaled, self.events, Scheduler(), self.library.by_digest)
        self.instances = create_instances(self.world)
        self._build_computers()
        self.winrm = {
            name: WinRmServer(computer, certificate=self.certificates.certificate, key=self.certificates.key)
            for name, computer in self.world.computers.items()
        }
        self.tds = create_endpoints(self.instances, self.certificates)

    def __enter__(self) -> Lab:
        self.events.emit("lab.started", **self._description())
        for endpoint in self._endpoints():
            endpoint.start()
        inventory.write(self)
        inventory.write_configuration(self.inventory_path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for endpoint in self._endpoints():
            endpoint.stop()
        for instance in self.instances.values():
            instance.close()
        self.world.scheduler.close()
        self.events.emit("lab.stopped")
        self.events.close()

    def run_events(self) -> list[Event]:
        """What has happened since the lab was up."""
        events = self.events.events
        started = next(at for at, event in enumerate(events) if event.kind == "lab.started")
        return events[started + 1 :]

    def _endpoints(self) -> list[WinRmServer | TdsServer]:
        return [*self.winrm.values(), *self.tds.values()]

    def _build_computers(self) -> None:
        servers_of = collections.defaultdict(list)
        for server in self.topology.sql_servers:
            for node in self.topology.nodes_of(server.name):
                servers_of[node].append(server)
        for spec in self.topology.computers:
            self.world.computers[spec.name] = biztalk_computer(self.world, spec)
        for name, servers in servers_of.items():
            self.world.computers[name] = sql_computer(self.world, name, servers)
        self.clusters = create_clusters(self.world)

    def _cluster_group(self, computer: windows_computer.Computer, service: Service) -> str | None:
        """The group of resources that a service belongs to, whichever node owns it."""
        for group in computer.cluster.groups if computer.cluster else ():
            if computer in group.nodes and service.name in [item.service_name for item in group.resources]:
                return group.name
        return None

    def _description(self) -> dict[str, t.Any]:
        """The lab before anybody has touched it, as the invariants need it."""
        topology = self.topology
        return {
            "group": topology.group.name,
            "master_secret_server": topology.group.master_secret_server,
            "computers": [
                {
                    "name": spec.name,
                    "architecture": spec.architecture,
                    "in_group": spec.in_group,
                    "updates": spec.kb_numbers,
                }
                for spec in topology.computers
            ],
            "instances": [server.name for server in topology.sql_servers],
            "databases": [
                {"instance": server.name, "name": database.name}
                for server in topology.sql_servers
                for database in server.databases
            ],
            "services": [
                {
                    "computer": computer.name,
                    "service": service.name,
                    "role": service.definition.role,
                    "state": service.state,
                    "cluster_group": self._cluster_group(computer, service),
                }
                for computer in self.world.computers.values()
                for service in computer.services.all()
            ],
            "applications": [
                {"computer": spec.name, "image": process.image, "pid": process.pid}
                for spec in topology.computers
                for process in self.world.computers[spec.name].processes.all()
                if _works_on_the_group(spec, process)
            ],
            "packages": [
                {
                    "sha256": package.sha256,
                    "kb": package.spec.kb,
                    "architecture": package.spec.architecture,
                    "sql_scripts": [script.name for script in package.spec.sql_scripts],
                }
                for package in self.library.packages
            ],
        }


def _works_on_the_group(spec: Computer, process: Process) -> bool:
    """Whether a process is an application that somebody has open, or one of the operator's own programs."""
    titles = [application.title for application in spec.applications if application.databases]
    images = [own.image for own in spec.processes if own.databases]
    if process.session == DESKTOP_SESSION:
        return process.title in titles
    return process.image in images


def _names(topology: Topology) -> list[str]:
    servers = [name for server in topology.sql_servers for name in (server.computer, *server.aliases)]
    listeners = [group.listener for group in topology.availability_groups]
    # The first one is the subject. An alias may have an instance or a port in it.
    names = [spec.name for spec in topology.computers] + servers + listeners
    return [name.partition(",")[0].partition("\\")[0] for name in names]
