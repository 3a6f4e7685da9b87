# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service control manager of a simulated computer: it starts and stops the services, in their own time."""

from __future__ import annotations

import contextlib
import threading
import typing as t

from tests.lab.windows.processes import TerminateError
from tests.lab.windows.service import Definition, Role, Service, ServiceControlError, State

if t.TYPE_CHECKING:
    from tests.lab.windows.processes import Processes
    from tests.lab.world import World

# They need a consistent set of BizTalk databases to run at all.
_BIZTALK_ROLES: tuple[Role, ...] = ("host_instance", "rule_engine")


class Services:
    """The service control manager of one computer."""

    def __init__(self, computer: str, world: World, processes: Processes) -> None:
        self._computer = computer
        self._world = world
        self._processes = processes
        self._changed = threading.Condition(threading.RLock())
        self._services: dict[str, Service] = {}

    def add(self, definition: Definition) -> Service:
        service = self._services[definition.name.casefold()] = Service(definition, self)
        return service

    def all(self) -> list[Service]:
        return list(self._services.values())

    def get(self, name: str) -> Service | None:
        """A service by its name or its display name, in any case."""
        wanted = name.casefold()
        if wanted in self._services:
            return self._services[wanted]
        return next((service for service in self.all() if service.display_name.casefold() == wanted), None)

    def wait(self, condition: t.Callable[[], bool], timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    def run_at_boot(self, service: Service) -> None:
        """Bring a service up at once, as it is when the lab opens."""
        self._attach(service)
        service.state = "running"
        self._tell_agent(service, running=True)

    def start(self, service: Service, origin: str) -> None:
        with self._changed:
            if service.start_mode == "disabled":
                raise ServiceControlError(1058, f"The service {service.name} is disabled and cannot be started.")
            if service.state != "stopped":
                raise ServiceControlError(1056, f"An instance of the service {service.name} is already running.")
            self._start_dependencies(service, origin)
            self._enter(service, "start_pending")
            self._emit("service.start_requested", service, origin=origin)
        self._world.scheduler.after(self._start_delay(service), lambda: self._finish_start(service))

    def stop(self, service: Service, origin: str) -> None:
        with self._changed:
            if service.state == "stopped":
                raise ServiceControlError(1062, f"The service {service.name} has not been started.")
            if service.state != "running":
                raise ServiceControlError(
                    1061, f"The service {service.name} cannot accept control messages at this time."
                )
            if active := [other.name for other in service.dependents() if other.state != "stopped"]:
                raise ServiceControlError(
                    1051, f"A stop control has been sent to {service.name}, on which {', '.join(active)} depend."
                )
            self._enter(service, "stop_pending")
            self._emit("service.stop_requested", service, origin=origin)
        self._world.scheduler.after(self._world.delays.service_stop, lambda: self._finish_stop(service))

    def _start_dependencies(self, service: Service, origin: str) -> None:
        for name in service.depends_on:
            dependency = self.get(name)
            if dependency is None:
                raise ServiceControlError(1075, f"{name}, on which {service.name} depends, does not exist.")
            if dependency.state == "stopped":
                self.start(dependency, origin)
            elif dependency.state == "stop_pending":
                raise ServiceControlError(1068, f"{name}, on which {service.name} depends, is stopping.")

    def _start_delay(self, service: Service) -> float:
        """A service starts after the ones that it depends on."""
        pending = [self.get(name) for name in service.depends_on]
        waits = [self._start_delay(other) for other in pending if other and other.state == "start_pending"]
        return self._world.delays.service_start + max(waits, default=0.0)

    def _finish_start(self, service: Service) -> None:
        if reason := self._refusal(service):
            with self._changed:
                self._emit("service.start_failed", service, reason=reason)
                self._enter(service, "stopped")
            return
        self._attach(service)
        self._tell_agent(service, running=True)
        # Whoever sees the new state may act on it at once, so the log has it first.
        with self._changed:
            self._emit("service.started", service)
            self._enter(service, "running")

    def _finish_stop(self, service: Service) -> None:
        self._tell_agent(service, running=False)
        with self._changed:
            processes, service.processes = service.processes, []
            for process in processes:
                # Somebody may have ended it already.
                with contextlib.suppress(TerminateError):
                    self._processes.end(process.pid, f"service {service.name}")
            self._emit("service.stopped", service)
            self._enter(service, "stopped")

    def _refusal(self, service: Service) -> str | None:
        """Why a service gives up while it starts, or None."""
        stopped = [name for name in service.depends_on if (other := self.get(name)) and other.state != "running"]
        if stopped:
            return f"{', '.join(stopped)} is not running"
        if service.definition.role not in _BIZTALK_ROLES:
            return None
        damaged = [
            f"{name} on {instance.name}" for instance in self._world.instances.values() for name in instance.damaged()
        ]
        return f"inconsistent databases: {', '.join(damaged)}" if damaged else None

    def _tell_agent(self, service: Service, *, running: bool) -> None:
        """SQL Server Agent is a service here and the engine of the jobs there."""
        if service.definition.agent_of:
            instance = self._world.instances[service.definition.agent_of]
            (instance.agent_started if running else instance.agent_stopped)()

    def _attach(self, service: Service) -> None:
        service.processes = [
            self._processes.start(program.image, user=program.user, databases=program.databases)
            for program in service.definition.programs
        ]

    def _enter(self, service: Service, state: State) -> None:
        service.state = state
        self._changed.notify_all()

    def _emit(self, kind: str, service: Service, **fields: str) -> None:
        self._world.events.emit(
            kind, computer=self._computer, service=service.name, role=service.definition.role, **fields
        )
