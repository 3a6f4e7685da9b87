# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows service: what it is, in which state, and which programs it runs."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from tests.lab.windows.spec import Behaviour

if t.TYPE_CHECKING:
    from tests.lab.windows.processes import Process
    from tests.lab.windows.services import Services

State = t.Literal["stopped", "start_pending", "running", "stop_pending"]
StartMode = t.Literal["auto", "delayed", "manual", "disabled"]
# `biztalk` are further services of BizTalk Server, `adapter` those of the operator that host a custom isolated adapter.
Role = t.Literal["host_instance", "rule_engine", "biztalk", "adapter", "sso", "iis", "agent", "sql_server", "other"]

# Win32 error codes ([MS-ERREF] 2.2) that a service may leave as the reason of its end.
PROCESS_ABORTED, NEVER_STARTED = 1067, 1077


class ServiceControlError(Exception):
    """The service control manager refuses; `code` is the Win32 error code ([MS-ERREF] 2.2)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Program:
    """A program that runs as `user` and is connected to `databases` as long as it does."""

    image: str
    user: str = "NT AUTHORITY\\SYSTEM"
    databases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """What a service is: the first of its programs is the service's own process.

    `agent_of` names the SQL Server instance of which this service is the SQL Server Agent. `recovers_after` is the
    delay in seconds (before `delays.scale`) of its recovery action, which starts it again after it has died.
    """

    name: str
    display_name: str
    role: Role
    programs: tuple[Program, ...]
    account: str = "LocalSystem"
    start_mode: StartMode = "auto"
    depends_on: tuple[str, ...] = ()
    path: str = ""
    description: str = ""
    agent_of: str | None = None
    recovers_after: float | None = None


@dataclass
class Service:
    """`exit_code` is what Windows calls its Win32 exit code; `turn` counts its changes of state."""

    definition: Definition
    manager: Services
    behaviour: Behaviour = field(default_factory=Behaviour)
    state: State = "stopped"
    processes: list[Process] = field(default_factory=list)
    exit_code: int = NEVER_STARTED
    turn: int = 0
    starts: int = 0
    deaths: int = 0

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def display_name(self) -> str:
        return self.definition.display_name

    @property
    def description(self) -> str:
        return self.definition.description

    @property
    def start_mode(self) -> StartMode:
        return self.definition.start_mode

    @property
    def account(self) -> str:
        return self.definition.account

    @property
    def depends_on(self) -> tuple[str, ...]:
        return self.definition.depends_on

    @property
    def path(self) -> str:
        return self.definition.path

    @property
    def pid(self) -> int:
        """The id of the service's process, 0 while it has none."""
        return self.processes[0].pid if self.processes else 0

    def dependents(self) -> list[Service]:
        return [other for other in self.manager.all() if self.name in other.depends_on]

    def start(self, origin: str) -> None:
        """Request a start; returns while the service is starting, as the control request does."""
        self.manager.start(self, origin)

    def stop(self, origin: str) -> None:
        """Request a stop; returns while the service is stopping."""
        self.manager.stop(self, origin)

    def set_start_mode(self, mode: StartMode, origin: str) -> None:
        self.manager.set_start_mode(self, mode, origin)

    def wait_for(self, state: State, timeout: float) -> bool:
        """Wait until the service is in a state; False where it is not after `timeout` seconds."""
        return self.manager.wait(lambda: self.state == state, timeout)
