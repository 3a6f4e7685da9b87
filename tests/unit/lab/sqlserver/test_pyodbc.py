# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft's own ODBC driver and FreeTDS against the endpoint, with TLS; Microsoft's checks the certificate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from datetime import datetime

import pyodbc
import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._sql_driver import installed_wheel_library
from ansible_collections.biztalk.patching.tests.unit.plugins.tsql_statements import CONSTANTS
from tests.lab.certificates import Certificates, create_certificates
from tests.lab.tds.server import TdsServer
from tests.unit.lab.sqlserver.support import BACKUP_JOB, wait_until

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.lab.events import Event
    from tests.lab.sqlserver.instance import SqlServerInstance

MICROSOFT = installed_wheel_library()
FREETDS = "FreeTDS"
# What the drivers say when a connection breaks: Microsoft's, and FreeTDS in two forms.
BROKEN = ("08S01", "01000", "HY000")


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return create_certificates(tmp_path / "certificates", ["SQL1"])


@pytest.fixture
def server(instance: SqlServerInstance, certificates: Certificates) -> Iterator[TdsServer]:
    pyodbc.pooling = False
    endpoint = TdsServer(instance, certificate=certificates.certificate, key=certificates.key)
    endpoint.start()
    yield endpoint
    endpoint.stop()


@pytest.fixture(params=["microsoft", "freetds"])
def driver(request: pytest.FixtureRequest) -> str:
    if request.param == "freetds":
        if FREETDS not in pyodbc.drivers():
            pytest.skip("FreeTDS is not registered (package tdsodbc)")
        return FREETDS
    return microsoft()


def microsoft() -> str:
    if MICROSOFT is None:
        pytest.skip("the wheel mssql-python-odbc is not installed")
    return str(MICROSOFT)


@pytest.fixture
def connect(
    server: TdsServer, driver: str, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., pyodbc.Connection]:
    # OpenSSL reads it whenever a connection is made, so the driver trusts the lab's authority, and only here.
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))

    def make(*, autocommit: bool = True, **changes: str) -> pyodbc.Connection:
        return pyodbc.connect(connection_string(driver, server.port, **changes), autocommit=autocommit, timeout=5)

    return make


def connection_string(driver: str, port: int, **changes: str) -> str:
    place = {"SERVER": f"localhost,{port}", "Encrypt": "yes"}
    if driver == FREETDS:
        place = {"SERVER": "localhost", "PORT": str(port), "TDS_Version": "7.4", "Encryption": "require"}
    parts = {
        "DRIVER": driver,
        **place,
        "DATABASE": "BizTalkMgmtDb",
        "UID": "patching",
        "PWD": "Sql-Patching-1!",
        "APP": "ansible",
        **changes,
    }
    return ";".join(f"{name}={value}" for name, value in parts.items())


def arguments(statement: str) -> list[t.Any]:
    """An account, or a job's name first, then a number, as the statements have them."""
    if "@acctname" in statement:
        return [r"LAB\alice"]
    count = statement.count("?")
    return [BACKUP_JOB, 0][:count] if "name = ?" in statement else [0] * count


@pytest.mark.parametrize("name", CONSTANTS)
def test_every_statement_of_the_collection(
    connect: Callable[..., pyodbc.Connection], instance: SqlServerInstance, name: str
) -> None:
    instance.agent_started()
    cursor = connect().cursor()
    cursor.execute(CONSTANTS[name], *arguments(CONSTANTS[name]))
    while cursor.nextset():
        pass


def test_values(connect: Callable[..., pyodbc.Connection]) -> None:
    cursor = connect().cursor()
    sent = [7, None, "Größe", 2**40, 1.5, b"\x00\x01", "x" * 5000]
    assert list(cursor.execute("SELECT ?, ?, ?, ?, ?, ?, ?", *sent).fetchone()) == sent
    row = cursor.execute("SELECT ForceFull, GETDATE(), CAST(1 AS decimal(9, 2)) FROM adm_BackupSettings").fetchone()
    assert (row[0], type(row[1]), str(row[2])) == (False, datetime, "1.00")


def test_statement_is_prepared_once(connect: Callable[..., pyodbc.Connection]) -> None:
    cursor = connect().cursor()
    for name in ("BTS1", "BTS2", "nothing"):
        rows = cursor.execute("SELECT Name FROM adm_Server WHERE Name = ?", name).fetchall()
        assert [row[0] for row in rows] == ([name] if name != "nothing" else [])


def test_several_result_sets_and_messages(connect: Callable[..., pyodbc.Connection], driver: str) -> None:
    cursor = connect().cursor()
    cursor.execute("SELECT 1 PRINT 'between' SELECT 2, 3")
    assert cursor.fetchall() == [(1,)] or cursor.fetchone() is None
    texts = []
    while cursor.nextset():
        texts += [text for _state, text in cursor.messages or []]
        last = cursor.fetchall() if cursor.description else None
    assert [tuple(row) for row in last or []] == [(2, 3)]
    # FreeTDS keeps what is said between two results to itself.
    assert driver == FREETDS or any("between" in text for text in texts)


@pytest.mark.parametrize(
    ("changes", "state", "number"),
    [({"PWD": "wrong"}, "28000", 18456), ({"UID": "nobody"}, "28000", 18456), ({"DATABASE": "x"}, "42000", 4060)],
)
def test_login_refused(
    connect: Callable[..., pyodbc.Connection], driver: str, changes: dict[str, str], state: str, number: int
) -> None:
    with pytest.raises(pyodbc.Error, match=rf"\({number}\)") as caught:
        connect(**changes)
    assert caught.value.args[0] == ("42000" if driver == FREETDS else state)


@pytest.mark.parametrize(
    ("batch", "state"),
    [("SELECT * FROM x", "42S02"), ("SELECT x FROM adm_Group", "42S22"), ("EXEC nothing", "42000")],
)
def test_error(connect: Callable[..., pyodbc.Connection], batch: str, state: str) -> None:
    connection = connect()
    with pytest.raises(pyodbc.Error) as caught:
        connection.cursor().execute(batch)
    assert caught.value.args[0] == state
    assert connection.cursor().execute("SELECT 1").fetchval() == 1


@pytest.mark.parametrize(("keep", "flag"), [(True, True), (False, False)])
def test_without_autocommit(connect: Callable[..., pyodbc.Connection], keep: bool, flag: bool) -> None:
    connection = connect(autocommit=False)
    connection.cursor().execute("UPDATE adm_BackupSettings SET ForceFull = 1")
    (connection.commit if keep else connection.rollback)()
    assert connect().cursor().execute("SELECT ForceFull FROM adm_BackupSettings").fetchval() is flag


def test_session_ends_with_the_connection(
    connect: Callable[..., pyodbc.Connection], instance: SqlServerInstance
) -> None:
    first, second = connect(), connect()
    spid = first.cursor().execute("SELECT @@SPID").fetchval()
    first.close()
    alive = "SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE session_id = ?"
    wait_until(instance, lambda: second.cursor().execute(alive, spid).fetchval() == 0)


def test_a_client_that_is_cut_off_while_it_logs_in_leaves_no_session(
    connect: Callable[..., pyodbc.Connection], instance: SqlServerInstance, server: TdsServer
) -> None:
    opened: list[int] = []

    def cut(event: Event) -> None:
        if event.kind == "session.opened" and not opened:
            opened.append(event["spid"])
            server.drop_connections()

    instance.world.events.watch(cut)
    with pytest.raises(pyodbc.Error):
        # Not a second try of the driver's own.
        connect(ConnectRetryCount="0")
    wait_until(instance, lambda: all(session.spid not in opened for session in instance.sessions.all()))


def test_query_timeout_cancels(connect: Callable[..., pyodbc.Connection], instance: SqlServerInstance) -> None:
    connection = connect(DATABASE="BizTalkMsgBoxDb")
    connection.timeout = 1
    with pytest.raises(pyodbc.OperationalError, match="HYT00"):
        connection.cursor().execute("EXEC bts_ManageMessageRefCountLog")
    assert connection.cursor().execute("SELECT 1").fetchval() == 1


def test_server_gone_and_back(connect: Callable[..., pyodbc.Connection], server: TdsServer) -> None:
    connection, port = connect(), server.port
    server.stop()
    with pytest.raises(pyodbc.Error) as caught:
        connection.cursor().execute("SELECT 1")
    assert caught.value.args[0] in BROKEN
    server.start()
    assert server.port == port
    assert connect().cursor().execute("SELECT 1").fetchval() == 1


def test_killed_connection_is_cut(connect: Callable[..., pyodbc.Connection]) -> None:
    victim = connect().cursor()
    connect().cursor().execute(f"KILL {int(victim.execute('SELECT @@SPID').fetchval())}")
    with pytest.raises(pyodbc.Error) as caught:
        victim.execute("SELECT 1")
    assert caught.value.args[0] in BROKEN


@pytest.mark.parametrize(
    ("kind", "states"), [("dropped_connection", BROKEN), ("deadlock", ("40001", "42000")), ("fail_over", BROKEN)]
)
def test_fault(
    connect: Callable[..., pyodbc.Connection],
    instance: SqlServerInstance,
    server: TdsServer,
    kind: t.Literal["dropped_connection", "deadlock", "fail_over"],
    states: tuple[str, ...],
) -> None:
    instance.front.endpoints.append(server)
    connection = connect()
    instance.faults.add(kind, statement="adm_Server")
    with pytest.raises(pyodbc.Error) as caught:
        connection.cursor().execute("SELECT Name FROM adm_Server WHERE Name = ?", "BTS1").fetchall()
    assert caught.value.args[0] in states
    ups = 1 if kind == "fail_over" else 0
    wait_until(
        instance, lambda: len([event for event in instance.world.events.events if event.kind == "sql.up"]) == ups
    )
    wait_until(instance, lambda: accepts(connect))


def accepts(connect: Callable[..., pyodbc.Connection]) -> bool:
    try:
        return bool(connect().cursor().execute("SELECT COUNT(*) FROM adm_Server").fetchval() == 3)
    except pyodbc.Error:
        return False


TRY = """
import json, pyodbc, sys
try:
    pyodbc.connect(sys.argv[1], timeout=5)
except pyodbc.Error as error:
    print(json.dumps(error.args))
else:
    print("[]")
"""


@pytest.mark.parametrize(
    ("trusted", "changes", "words"),
    [
        (True, {}, None),
        (False, {}, "certificate verify failed"),
        (False, {"TrustServerCertificate": "yes"}, None),
        (True, {"SERVER": "127.0.0.1"}, "subject name does not match"),
        (True, {"SERVER": "127.0.0.1", "HostNameInCertificate": "SQL1"}, None),
        (True, {"SERVER": "127.0.0.1", "HostNameInCertificate": "other"}, "subject name does not match"),
    ],
    ids=["trusted", "unknown authority", "unchecked", "address", "name given", "other name"],
)
def test_certificate_is_checked_by_microsofts_driver(
    server: TdsServer, certificates: Certificates, trusted: bool, changes: dict[str, str], words: str | None
) -> None:
    """In a process of its own, where nothing was trusted before."""
    if "SERVER" in changes:
        changes = {**changes, "SERVER": f"{changes['SERVER']},{server.port}"}
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    if trusted:
        environment["SSL_CERT_FILE"] = str(certificates.authority)
    command = [sys.executable, "-c", TRY, connection_string(microsoft(), server.port, **changes)]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    told = json.loads(printed)
    assert (words in told[1]) if words else told == []
