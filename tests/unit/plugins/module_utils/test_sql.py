# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _sql
from ansible_collections.biztalk.patching.plugins.module_utils._sql import OdbcServer, OdbcServers
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions

pyodbc = pytest.importorskip("pyodbc")


class Cursor:
    """A cursor as pyodbc has it: the error of a later result set shows when that one is asked for."""

    def __init__(self, columns: list[str], rows: list[tuple[t.Any, ...]], late_error: Exception | None = None) -> None:
        self.description = [(name,) for name in columns]
        self._rows = rows
        self._late_error = late_error
        self.closed = False

    def execute(self, _statement: str, *_parameters: object) -> None: ...

    def fetchall(self) -> list[tuple[t.Any, ...]]:
        return self._rows

    def nextset(self) -> bool:
        if self._late_error:
            raise self._late_error
        return False

    def close(self) -> None:
        self.closed = True


class Connection:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.timeout = 120
        self.closed = False

    def cursor(self) -> Cursor:
        return self._cursor

    def close(self) -> None:
        self.closed = True


LATE = pyodbc.ProgrammingError("42000", "[42000] [Microsoft][SQL Server]too late, geheim (229)")


def server(cursor: Cursor) -> OdbcServer:
    return OdbcServer(lambda: Connection(cursor), server="SQL1", secret="geheim")


def test_the_first_of_two_columns_of_a_name_counts() -> None:
    rows = server(Cursor(["SPID", "Status", "SPID"], [("61", "x", "62")])).query("EXEC sp_who2")
    assert rows == [{"SPID": "61", "Status": "x"}]


@pytest.mark.parametrize("method", ["query", "execute"])
def test_an_error_after_the_first_result_is_not_lost(method: str) -> None:
    cursor = Cursor(["a"], [(1,)], LATE)
    with pytest.raises(SqlError, match=r"SQL1: cannot run 'RESTORE x'.*too late, \*+") as caught:
        getattr(server(cursor), method)("RESTORE\n  x")
    assert caught.value.kind is Kind.PERMISSION_MISSING
    assert cursor.closed


def test_a_time_limit_of_one_statement_does_not_stay() -> None:
    connection = Connection(Cursor([], []))
    OdbcServer(lambda: connection, server="SQL1", secret=None).execute("RESTORE x", timeout=0)
    assert connection.timeout == 120


DROPPED = pyodbc.OperationalError(
    "08S01", "[08S01] [Microsoft][ODBC Driver 18 for SQL Server]Communication link failure"
)


class Dropping:
    """An instance whose first connection breaks at the first statement."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []

    def connect(self) -> Connection:
        broken = None if self.connections else DROPPED
        self.connections.append(Connection(Cursor(["a"], [(1,)], broken)))
        return self.connections[-1]


def test_a_question_is_asked_again_over_a_new_connection() -> None:
    instance, waited = Dropping(), list[float]()
    server = OdbcServer(instance.connect, server="SQL1", secret=None, pause=waited.append)
    assert server.query("SELECT a") == [{"a": 1}]
    assert (len(instance.connections), instance.connections[0].closed, waited) == (2, True, [1])


def test_what_changes_something_is_not_repeated() -> None:
    instance = Dropping()
    server = OdbcServer(instance.connect, server="SQL1", secret=None)
    with pytest.raises(SqlError, match="broke while it was used"):
        server.execute("EXEC sp_start_job")
    assert len(instance.connections) == 1


class Pyodbc:
    """pyodbc without a driver: keeps the connection strings it is given."""

    Error = pyodbc.Error

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails
        self.texts: list[str] = []
        self.opened: list[Connection] = []
        self.pooling = True

    def drivers(self) -> list[str]:
        return ["ODBC Driver 18 for SQL Server"]

    def connect(self, text: str, **_options: object) -> Connection:
        self.texts.append(text)
        if self.fails:
            raise self.fails
        self.opened.append(Connection(Cursor([], [])))
        return self.opened[-1]


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Pyodbc:
    fake = Pyodbc()
    monkeypatch.setattr(_sql, "pyodbc", fake)
    return fake


ADDRESSES = {"SQL1": "localhost,1433", "SQL2": "10.0.0.2"}
OPTIONS = SqlOptions("SQL1", login_user="sa", login_password="geheim", server_addresses=ADDRESSES)


def test_a_connection_is_opened_once_and_closed_at_the_end(driver: Pyodbc) -> None:
    with OdbcServers(OPTIONS) as servers:
        assert servers.management() is servers.management()
        assert servers.instance("SQL2") is servers.instance("sql2")
    assert len(driver.texts) == 2
    assert "SERVER={localhost,1433};" in driver.texts[0]
    assert "DATABASE=BizTalkMgmtDb;" in driver.texts[0]
    assert "SERVER=10.0.0.2;" in driver.texts[1]
    assert "DATABASE=master;" in driver.texts[1]
    assert all(connection.closed for connection in driver.opened)


def test_pooled_sessions_of_ours_would_look_like_users(driver: Pyodbc) -> None:
    OdbcServers(OPTIONS)
    assert driver.pooling is False


def test_a_failed_connection_names_instance_address_and_database_but_no_password(driver: Pyodbc) -> None:
    driver.fails = pyodbc.OperationalError("HYT00", "[HYT00] Login timeout expired; PWD=geheim (0)")
    with pytest.raises(SqlError) as caught:
        OdbcServers(OPTIONS).instance("SQL2")
    assert "SQL2 (at 10.0.0.2): cannot connect to database master" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert caught.value.kind is Kind.UNREACHABLE


def test_a_private_authority_is_trusted_by_all_connections_of_this_process(
    driver: Pyodbc, monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    authority = tmp_path / "ca.pem"
    authority.touch()
    with OdbcServers(SqlOptions("sql", ca_certificate=str(authority))):
        # One of several, side by side.
        with OdbcServers(SqlOptions("sql", ca_certificate=str(authority))):
            pass
        assert os.environ["SSL_CERT_FILE"] == str(authority)
