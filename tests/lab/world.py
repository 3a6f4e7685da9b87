# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world that the simulated computers and SQL Servers share, and what they know of one another."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from tests.lab.windows.network import Network

if t.TYPE_CHECKING:
    from tests.lab.events import EventLog
    from tests.lab.packages.spec import PackageSpec
    from tests.lab.scheduler import Scheduler
    from tests.lab.topology import Delays, Topology
    from tests.lab.windows.computer import Computer


class SqlPermissionError(Exception):
    """A login may not do what it asked the SQL Server to do."""


class SqlSession(t.Protocol):
    """A connection that a program on some computer holds to a SQL Server instance."""

    spid: int

    def end(self) -> None:
        """The program has ended; the session stays visible for `delays.session_linger` and then goes away."""


class SqlInstance(t.Protocol):
    """What a Windows computer sees of a SQL Server instance."""

    name: str

    def open_session(self, *, host: str, program: str, login: str, database: str) -> SqlSession:
        """A service or application connects: the session shows in sp_who2 from now on."""

    def sessions_of(self, database: str) -> list[str]:
        """Who uses a database, as `program on host`, the Enterprise SSO service left out."""

    def agent_started(self) -> None:
        """The SQL Server Agent service of this instance runs: schedules and jobs work."""

    def agent_stopped(self) -> None:
        """The SQL Server Agent service has stopped: running jobs are cancelled, none can be started."""

    def is_sysadmin(self, login: str) -> bool: ...

    def run_update_script(self, *, database: str, script: str, login: str, kb: str) -> None:
        """An update's installer runs a script. Raises `SqlPermissionError` where the login is not sysadmin."""

    def damage(self, database: str, reason: str) -> None:
        """Mark a database as inconsistent, for good: until it is restored, BizTalk services refuse to start on it."""

    def damaged(self) -> list[str]:
        """The names of the inconsistent databases."""


@dataclass
class World:
    """One lab. `packages` maps the SHA-256 of an executable to what it does when it is run."""

    topology: Topology
    delays: Delays
    events: EventLog
    scheduler: Scheduler
    packages: dict[str, PackageSpec] = field(default_factory=dict)
    computers: dict[str, Computer] = field(default_factory=dict)
    instances: dict[str, SqlInstance] = field(default_factory=dict)
    network: Network = field(default_factory=Network)

    def instance_of(self, database: str) -> SqlInstance:
        return self.instances[self.topology.instance_of(database)]
