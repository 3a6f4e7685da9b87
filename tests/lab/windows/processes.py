# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of a simulated computer and the connections that they hold to SQL Server."""

from __future__ import annotations

import itertools
import threading
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tests.lab.world import SqlSession, World

SERVICES_SESSION = 0
DESKTOP_SESSION = 2


class TerminateError(Exception):
    """A process that does not exist, or that cannot be ended in the way that was asked for."""


@dataclass(frozen=True)
class Process:
    """`session` is the Windows logon session: 0 for services, another one for somebody's desktop.

    One that `heeds` ends when it is asked to; on a desktop it is its user who has to be asked.
    """

    pid: int
    image: str
    user: str
    title: str = "N/A"
    session: int = SERVICES_SESSION
    command_line: str = ""
    heeds: bool = False

    @property
    def session_name(self) -> str:
        return "Services" if self.session == SERVICES_SESSION else "RDP-Tcp#1"


class Processes:
    def __init__(self, computer: str, world: World) -> None:
        self._computer = computer
        self._world = world
        self._lock = threading.Lock()
        self._pids = itertools.count(1204, 4)
        self._running: dict[int, tuple[Process, list[SqlSession]]] = {}
        self._watchers: list[t.Callable[[Process], None]] = []

    def watch(self, watcher: t.Callable[[Process], None]) -> None:
        """Tell somebody of each process that has ended."""
        self._watchers.append(watcher)

    def all(self) -> list[Process]:
        with self._lock:
            return [process for process, _sessions in self._running.values()]

    def start(
        self,
        image: str,
        *,
        user: str,
        databases: t.Iterable[str] = (),
        title: str = "N/A",
        session: int = SERVICES_SESSION,
        command_line: str = "",
        heeds: bool = False,
    ) -> Process:
        """Start a process that connects to `databases`, under its image's name, as its user."""
        with self._lock:
            process = Process(next(self._pids), image, user, title, session, command_line, heeds)
        program = image.rsplit(".", 1)[0]
        sessions = [
            self._world.instance_of(database).open_session(
                host=self._computer, program=program, login=user, database=database
            )
            for database in databases
        ]
        with self._lock:
            self._running[process.pid] = (process, sessions)
        self._world.events.emit(
            "process.started", computer=self._computer, image=image, pid=process.pid, user=process.user
        )
        return process

    def end(self, pid: int, origin: str) -> None:
        """End a process at once; its connections to SQL Server follow in their own time."""
        with self._lock:
            if pid not in self._running:
                raise TerminateError(f'The process "{pid}" not found.')
            process, sessions = self._running.pop(pid)
        for sql_session in sessions:
            sql_session.end()
        self._world.events.emit(
            "process.ended", computer=self._computer, image=process.image, pid=pid, user=process.user, origin=origin
        )
        for watcher in self._watchers:
            watcher(process)

    def close(self, pid: int, origin: str) -> None:
        """Ask a process to close its windows, which reaches no session but the caller's own, that of services.

        Raises `TerminateError` as taskkill without /F does.
        """
        process = next((item for item in self.all() if item.pid == pid), None)
        if process and process.session == SERVICES_SESSION and process.heeds:
            self.end(pid, origin)
            return
        raise TerminateError(
            f"The process with PID {pid} could not be terminated.\n"
            "Reason: This process can only be terminated forcefully (with /F option)."
        )

    def tell(self, session: int) -> bool:
        """Tell somebody to close what he has open; False where nobody is logged on with this session."""
        found = [process for process in self.all() if process.session == session != SERVICES_SESSION]
        for process in found:
            if process.heeds:
                self.end(process.pid, process.user)
        return bool(found)
