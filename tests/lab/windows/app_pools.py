# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application pools of IIS, one of which has the isolated host instances in its worker process."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.windows.processes import Processes
    from tests.lab.windows.services import Services

BIZTALK_POOL = "BizTalkAppPool"
NAMES = ("DefaultAppPool", BIZTALK_POOL)
_WORKER = "w3wp.exe"
_IIS = "W3SVC"

State = t.Literal["Started", "Stopped", "Unknown"]


class AppPools:
    """A pool that was stopped stays so until it is started, or until IIS starts the next time."""

    def __init__(self, services: Services, processes: Processes) -> None:
        self._services = services
        self._processes = processes
        # For each that was stopped, how often IIS had been started by then.
        self._stopped: dict[str, int] = {}

    @property
    def installed(self) -> bool:
        return self._services.get(_IIS) is not None

    def states(self) -> dict[str, State]:
        """Nobody knows while IIS does not run."""
        iis = self._services.get(_IIS)
        if iis is None or iis.state != "running":
            return dict.fromkeys(NAMES, "Unknown")
        return {name: "Stopped" if self._stopped.get(name) == iis.starts else "Started" for name in NAMES}

    def stop(self, name: str, origin: str) -> None:
        iis = self._services.get(_IIS)
        if iis is None:
            return
        self._stopped[name] = iis.starts
        if name != BIZTALK_POOL:
            return
        workers = [process for process in iis.processes if process.image == _WORKER]
        iis.processes = [process for process in iis.processes if process not in workers]
        for process in workers:
            self._processes.end(process.pid, origin)

    def start(self, name: str) -> None:
        self._stopped.pop(name, None)
        iis = self._services.get(_IIS)
        if name != BIZTALK_POOL or iis is None:
            return
        iis.processes += [
            self._processes.start(program.image, user=program.user, databases=program.databases)
            for program in iis.definition.programs
            if program.image == _WORKER
        ]
