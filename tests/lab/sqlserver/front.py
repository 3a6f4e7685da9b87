# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places where clients connect to an instance, and its going down and coming up again."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance


class Endpoint(t.Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...

    def drop_connections(self) -> None: ...


class Front:
    def __init__(self, instance: SqlServerInstance) -> None:
        self._instance = instance
        self._refusals = 0
        self.endpoints: list[Endpoint] = []

    def cut_connections(self) -> None:
        """Every client loses its connection, without a word."""
        for endpoint in self.endpoints:
            endpoint.drop_connections()

    def fail_over(self, seconds: float = 0.0, refusals: int = 0) -> None:
        """The instance goes down and comes up elsewhere: jobs are cancelled, connections break, new ones are refused
        for `seconds`; after that `refusals` logins get error 40613."""
        agent_ran = self._instance.agent.running
        self._instance.emit("sql.down")
        self._refusals = refusals
        self._instance.agent.stop()
        for endpoint in self.endpoints:
            endpoint.stop()
        self._instance.world.scheduler.after(seconds, lambda: self._come_up(agent=agent_ran))

    def refuses_login(self) -> bool:
        """After a fail-over some logins come too early."""
        refused = self._refusals > 0
        self._refusals -= int(refused)
        return refused

    def _come_up(self, *, agent: bool) -> None:
        self._instance.emit("sql.up")
        if agent:
            self._instance.agent.start()
        for endpoint in self.endpoints:
            endpoint.start()
