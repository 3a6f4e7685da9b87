# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service control manager of a simulated computer: it starts and stops the services, in their own time."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import typing as t

from tests.lab.windows.event_log import EventLogs
from tests.lab.windows.failures import Failure, failure_of, report_death, report_failed_start
from tests.lab.windows.processes import TerminateError
from tests.lab.windows.service import PROCESS_ABORTED, Definition, Service, ServiceControlError, StartMode, State

if t.TYPE_CHECKING:
    from tests.lab.windows.processes import Process, Processes
    from tests.lab.windows.spec import Behaviour
    from tests.lab.world import World

# Who starts a service without having been asked to, as the event log names it.
SOMEBODY, RECOVERY, BOOT = "somebody", "recovery", "boot"


class Services:
    """The service control manager of one computer.

    `on_stopped` is called after a service has come to its end, whether it was stopped or has died.
    """

    def __init__(self, computer: str, world: World, processes: Processes, logs: EventLogs | None = None) -> None:
        self.logs = logs or EventLogs()
        self.on_stopped: list[t.Callable[[Service], None]] = []
        self._computer = computer
        self._world = world
        self._processes = processes
        self._changed = threading.Condition(threading.RLock())
        self._services: dict[str, Service] = {}
        processes.watch(self._process_ended)

    def add(self, definition: Definition, behaviour: Behaviour | None = None) -> Service:
        service = Service(definition, self)
        if behaviour:
            service.behaviour = behaviour.scaled(self._world.topology.delays.scale)
        self._services[definition.name.casefold()] = service
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
        service.state, service.exit_code = "running", 0
        self._tell_agent(service, running=True)

    def start(self, service: Service, origin: str) -> None:
        with self._changed:
            if service.start_mode == "disabled":
                raise ServiceControlError(1058, f"The service {service.name} is disabled and cannot be started.")
            if service.state != "stopped":
                raise ServiceControlError(1056, f"An instance of the service {service.name} is already running.")
            self._start_dependencies(service, origin)
            service.exit_code = 0
            service.starts += 1
            self._enter(service, "start_pending")
            self._emit("service.start_requested", service, origin=origin)
            if service.behaviour.hangs == "start":
                self._attach(service)
                return
        self._later(self._start_delay(service), service, self._finish_start)

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
        if service.behaviour.hangs != "stop":
            seconds = service.behaviour.stop_seconds
            delay = self._world.delays.service_stop if seconds is None else seconds
            self._later(delay, service, self._finish_stop)

    def die(self, service: Service, reason: str, exit_code: int = PROCESS_ABORTED) -> None:
        """A service ends by itself, or its process is ended; nothing happens where it does not run."""
        with self._changed:
            if service.state == "stopped":
                return
            processes, service.processes = service.processes, []
            self._emit("service.died", service, reason=reason)
            service.exit_code = exit_code
            service.deaths += 1
            report_death(self.logs, service)
            self._enter(service, "stopped")
        self._tell_agent(service, running=False)
        self._end(processes, service)
        recovers = service.definition.recovers_after
        if recovers is not None:
            self._start_later(recovers * self._world.topology.delays.scale, service, RECOVERY)
        self._tell_stopped(service)

    def shut_down(self, origin: str) -> None:
        """Everything stops at once, as it does when the computer goes down."""
        for service in self.all():
            with self._changed:
                if service.state == "stopped":
                    continue
                processes, service.processes = service.processes, []
                self._emit("service.stop_requested", service, origin=origin)
                self._emit("service.stopped", service)
                self._enter(service, "stopped")
            self._tell_agent(service, running=False)
            self._end(processes, service)

    def set_start_mode(self, service: Service, mode: StartMode, origin: str) -> None:
        before = service.start_mode
        service.definition = dataclasses.replace(service.definition, start_mode=mode)
        self._emit("service.start_mode", service, origin=origin, before=before, after=mode)

    def boot(self) -> None:
        """Start what starts by itself, each after the services that it depends on."""
        for service in self.all():
            if service.start_mode in ("auto", "delayed") and service.state == "stopped":
                with contextlib.suppress(ServiceControlError):
                    self.start(service, BOOT)

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
        seconds = service.behaviour.start_seconds
        own = self._world.delays.service_start if seconds is None else seconds
        return own + max(waits, default=0.0)

    def _later(self, delay: float, service: Service, action: t.Callable[[Service], None]) -> None:
        """Do something to a service unless its state has changed by then."""
        turn = service.turn

        def act() -> None:
            if service.turn == turn:
                action(service)

        self._world.scheduler.after(delay, act)

    def _start_later(self, delay: float, service: Service, origin: str) -> None:
        def start(service: Service) -> None:
            with contextlib.suppress(ServiceControlError):
                self.start(service, origin)

        self._later(delay, service, start)

    def _finish_start(self, service: Service) -> None:
        failure = failure_of(service, self._world)
        if failure:
            self._give_up(service, failure)
            return
        self._attach(service)
        self._tell_agent(service, running=True)
        # Whoever sees the new state may act on it at once, so the log has it first.
        with self._changed:
            self._emit("service.started", service)
            self._enter(service, "running")
        behaviour = service.behaviour
        if behaviour.dies_after is not None and service.starts <= behaviour.deaths:
            self._later(behaviour.dies_after, service, lambda service: self.die(service, "it ended by itself"))

    def _give_up(self, service: Service, failure: Failure) -> None:
        report_failed_start(self.logs, service, failure)
        with self._changed:
            self._emit("service.start_failed", service, reason=failure.reason)
            service.exit_code = failure.code
            self._enter(service, "stopped")

    def _finish_stop(self, service: Service) -> None:
        self._tell_agent(service, running=False)
        with self._changed:
            processes, service.processes = service.processes, []
            self._end(processes, service)
            self._emit("service.stopped", service)
            service.exit_code = 0
            self._enter(service, "stopped")
        after = service.behaviour.resurrects_after
        if after is not None:
            service.behaviour = dataclasses.replace(service.behaviour, resurrects_after=None)
            self._start_later(after, service, SOMEBODY)
        self._tell_stopped(service)

    def _process_ended(self, process: Process) -> None:
        """A service that loses its process has died, unless it was about to stop."""
        service = next((item for item in self.all() if process.pid and item.pid == process.pid), None)
        if service is None:
            return
        if service.state == "stop_pending":
            self._finish_stop(service)
        else:
            self.die(service, "its process was ended")

    def _end(self, processes: list[Process], service: Service) -> None:
        for process in processes:
            # Somebody may have ended it already.
            with contextlib.suppress(TerminateError):
                self._processes.end(process.pid, f"service {service.name}")

    def _tell_stopped(self, service: Service) -> None:
        for watcher in self.on_stopped:
            watcher(service)

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
        service.turn += 1
        service.state = state
        self._changed.notify_all()

    def _emit(self, kind: str, service: Service, **fields: str) -> None:
        self._world.events.emit(
            kind, computer=self._computer, service=service.name, role=service.definition.role, **fields
        )
