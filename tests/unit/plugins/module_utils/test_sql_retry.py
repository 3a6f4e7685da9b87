# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_retry import WAITS, read

LOST, DEADLOCK, GONE, MISSING = Kind.CONNECTION_LOST, Kind.DEADLOCK, Kind.UNREACHABLE, Kind.DATABASE_MISSING


class Server:
    """Fails with these kinds, one after the other; then all is well."""

    def __init__(self, *failures: Kind, reconnecting: tuple[Kind, ...] = ()) -> None:
        self.failures = list(failures)
        self.reconnecting = list(reconnecting)
        self.connections = 0
        self.waited: list[float] = []

    def ask(self) -> str:
        if self.failures:
            raise SqlError("failed", self.failures.pop(0))
        return "answer"

    def reconnect(self) -> None:
        if self.reconnecting:
            raise SqlError("failed", self.reconnecting.pop(0))
        self.connections += 1

    def read(self) -> str:
        return read(self.ask, self.reconnect, self.waited.append)


@pytest.mark.parametrize(
    ("server", "waits", "connections"),
    [
        (Server(), 0, 0),
        (Server(DEADLOCK, DEADLOCK), 2, 0),
        (Server(LOST), 1, 1),
        (Server(LOST, LOST, DEADLOCK), 3, 2),
        (Server(LOST, reconnecting=(GONE, MISSING, LOST)), 4, 1),
        (Server(*[LOST] * len(WAITS)), len(WAITS), len(WAITS)),
    ],
)
def test_what_passes_is_waited_for(server: Server, waits: int, connections: int) -> None:
    assert server.read() == "answer"
    assert (tuple(server.waited), server.connections) == (WAITS[:waits], connections)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (LOST, DEADLOCK)])
def test_what_does_not_pass_is_raised_at_once(kind: Kind) -> None:
    server = Server(kind)
    with pytest.raises(SqlError):
        server.read()
    assert server.waited == []


@pytest.mark.parametrize("kind", [Kind.LOGIN_FAILED, Kind.TLS_REFUSED])
def test_a_refusal_after_the_connection_broke_is_no_fail_over(kind: Kind) -> None:
    server = Server(LOST, reconnecting=(kind,))
    with pytest.raises(SqlError):
        server.read()
    assert len(server.waited) == 1


@pytest.mark.parametrize("server", [Server(*[DEADLOCK] * 99), Server(LOST, reconnecting=(GONE,) * 99)])
def test_what_stays_too_long_is_raised(server: Server) -> None:
    with pytest.raises(SqlError):
        server.read()
    assert tuple(server.waited) == WAITS
