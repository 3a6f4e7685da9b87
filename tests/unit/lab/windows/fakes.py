# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A SQL Server instance that only remembers what the Windows computers do to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.lab.world import SqlPermissionError


@dataclass
class FakeSession:
    instance: FakeSqlInstance
    spid: int
    host: str
    program: str
    login: str
    database: str

    def end(self) -> None:
        self.instance.sessions.remove(self)


@dataclass
class FakeSqlInstance:
    """`agent` has what it was told of its Agent, `scripts` what was run against it."""

    name: str
    sysadmins: set[str] = field(default_factory=set)
    sessions: list[FakeSession] = field(default_factory=list)
    agent: list[str] = field(default_factory=list)
    scripts: list[tuple[str, str, str, str]] = field(default_factory=list)
    damages: list[tuple[str, str]] = field(default_factory=list)

    def open_session(self, *, host: str, program: str, login: str, database: str) -> FakeSession:
        session = FakeSession(self, 51 + len(self.sessions), host, program, login, database)
        self.sessions.append(session)
        return session

    def sessions_of(self, database: str) -> list[str]:
        return [
            f"{session.program} on {session.host}"
            for session in self.sessions
            if session.database == database and session.program != "ENTSSO"
        ]

    def agent_started(self) -> None:
        self.agent.append("started")

    def agent_stopped(self) -> None:
        self.agent.append("stopped")

    def is_sysadmin(self, login: str) -> bool:
        return login in self.sysadmins

    def run_update_script(self, *, database: str, script: str, login: str, kb: str) -> None:
        if login not in self.sysadmins:
            raise SqlPermissionError(login)
        self.scripts.append((database, script, login, kb))

    def damage(self, database: str, reason: str) -> None:
        self.damages.append((database, reason))

    def damaged(self) -> list[str]:
        return sorted({database for database, _reason in self.damages})
