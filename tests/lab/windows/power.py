# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarts of a computer: down, dark for a while, and up again with what starts by itself."""

from __future__ import annotations

import threading
import typing as t
from datetime import datetime, timezone

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer

SHUTDOWN = "shutdown"


class Endpoint(t.Protocol):
    """What other computers reach a computer through."""

    def drop_connections(self) -> None:
        """Break the connections of this moment; new ones are welcome."""

    def go_dark(self) -> None:
        """Refuse every connection, and forget what was known of the former ones."""

    def come_back(self) -> None: ...


class AlreadyScheduledError(Exception):
    """A restart is scheduled already."""


class Power:
    """`on_boot` is called when the computer is up again, before its services start, and `on_down` when it is down."""

    def __init__(self, computer: Computer) -> None:
        self.boot_time = datetime.now(timezone.utc)
        self.up = True
        self.endpoints: list[Endpoint] = []
        self.on_boot: list[t.Callable[[], None]] = []
        self.on_down: list[t.Callable[[], None]] = []
        self._computer = computer
        self._lock = threading.Lock()
        self._scheduled: object | None = None

    def schedule(self, seconds: float, origin: str) -> None:
        """Restart later, as shutdown.exe /t does; raises `AlreadyScheduledError`."""
        with self._lock:
            if self._scheduled is not None:
                raise AlreadyScheduledError
            mine = self._scheduled = object()

        def act() -> None:
            if self._scheduled is mine:
                self.restart(origin)

        self._computer.world.scheduler.after(seconds, act)

    def abort(self) -> bool:
        """Forget the scheduled restart; False where there is none."""
        with self._lock:
            was, self._scheduled = self._scheduled, None
        return was is not None

    def restart(self, origin: str) -> None:
        """Go down at once and come back after `delays.restart`; a computer that is down already stays as it is."""
        with self._lock:
            if not self.up:
                return
            self.up, self._scheduled = False, None
        computer, world = self._computer, self._computer.world
        world.events.emit("computer.restarting", computer=computer.name, origin=origin)
        computer.installer.restarted()
        for endpoint in self.endpoints:
            endpoint.go_dark()
        message = f"The process {origin} has initiated the restart of computer {computer.name}"
        computer.event_logs.write("System", "User32", 1074, "Information", message)
        computer.services.shut_down(SHUTDOWN)
        for process in computer.processes.all():
            computer.processes.end(process.pid, SHUTDOWN)
        for watcher in self.on_down:
            watcher()
        world.scheduler.after(world.delays.restart, self._boot)

    def _boot(self) -> None:
        computer = self._computer
        self.boot_time = datetime.now(timezone.utc)
        self.up, computer.pending_restart = True, False
        computer.world.events.emit("computer.restarted", computer=computer.name)
        for endpoint in self.endpoints:
            endpoint.come_back()
        for watcher in self.on_boot:
            watcher()
        computer.services.boot()
