# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated computers see of an instance: sessions, rights, damage, and logins."""

from __future__ import annotations

import time
import typing as t

import pytest

from tests.lab.tds.answer import Answer
from tests.lab.tds.interface import SqlServerError
from tests.lab.tds.login import Login
from tests.lab.world import SqlPermissionError
from tests.unit.lab.sqlserver.support import Sql, events, wait_until

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.sessions import Session


def open_host(instance: SqlServerInstance, program: str = "BTSNTSvc64", database: str = "BizTalkMsgBoxDb") -> Session:
    return instance.open_session(host="BTS1", program=program, login=r"LAB\svc-biztalk", database=database)


def who(sql: Sql) -> list[tuple[str, ...]]:
    """HostName, DBName and ProgramName of everybody but the system."""
    rows = [tuple(value.strip() for value in row) for row in sql.rows("EXEC sp_who2")]
    return [(row[3], row[5], row[10]) for row in rows if int(row[0]) > 50]


def test_session_shows_and_lingers(make_instance: Callable[..., SqlServerInstance]) -> None:
    instance = make_instance(delays={"session_linger": 5})
    sql = Sql(instance, "patching", "master")
    session = open_host(instance)
    assert ("BTS1", "BizTalkMsgBoxDb", "BTSNTSvc64") in who(sql)
    session.end()
    assert ("BTS1", "BizTalkMsgBoxDb", "BTSNTSvc64") in who(sql)
    wait_until(instance, lambda: instance.sessions_of("BizTalkMsgBoxDb") == [])
    assert len(events(instance, "session.closed")) == 1


def test_sessions_of(instance: SqlServerInstance) -> None:
    open_host(instance)
    open_host(instance, program="ENTSSO", database="SSODB")
    assert instance.sessions_of("biztalkmsgboxdb") == ["BTSNTSvc64 on BTS1"]
    assert instance.sessions_of("SSODB") == []


@pytest.mark.parametrize(
    ("program", "database", "busy"),
    [
        ("BTSNTSvc64", "BizTalkMsgBoxDb", 1),
        ("ENTSSO", "SSODB", 0),
        ("ENTSSO", "BizTalkMgmtDb", 1),
        ("mmc", "SSODB", 1),
        ("Monitor", "master", 0),
    ],
)
def test_busy(instance: SqlServerInstance, sql: Sql, program: str, database: str, busy: int) -> None:
    open_host(instance, program, database)
    sql.rows("EXEC sp_who2")
    assert events(instance, "sql.who") == [{"instance": "SQL1", "login": "patching", "busy": busy}]


def test_who_looks_as_in_reality(instance: SqlServerInstance, sql: Sql) -> None:
    while open_host(instance).spid % 7:
        pass
    rows = sql.rows("EXEC sp_who2")
    spids = [row[0] for row in rows]
    assert [len(row) for row in rows] == [13] * len(rows)
    assert spids[:2] == ["1    ", "2    "]
    assert rows[0][3].startswith("  .")
    assert len(spids) > len(set(spids))
    assert all(row[0] == row[11] for row in rows)
    assert len({len(row[10]) for row in rows}) == 1


def test_spid_is_used_again(instance: SqlServerInstance) -> None:
    first, second = open_host(instance), open_host(instance)
    instance.sessions.close(first)
    assert (open_host(instance).spid, second.spid) == (51, 52)


def test_locks_name_the_databases_of_sessions(instance: SqlServerInstance, sql: Sql) -> None:
    session = open_host(instance)
    batch = """
        SELECT d.name FROM sys.dm_tran_locks AS l JOIN sys.databases AS d ON d.database_id = l.resource_database_id
        WHERE l.resource_type = N'DATABASE' AND l.request_session_id = @spid
    """
    assert sql.rows(batch, spid=session.spid) == [("BizTalkMsgBoxDb",)]


def test_thousands_of_sessions(instance: SqlServerInstance, sql: Sql) -> None:
    """It takes 0.1 s on an idle machine; the limit is there for what would make it slow with their number squared."""
    for _ in range(10_000):
        open_host(instance)
    began = time.process_time()
    answer = Answer("SQL1")
    answer.write(sql.runner.execute("EXEC sp_who2", {}))
    size = len(answer.finish())
    assert time.process_time() - began < 1.0
    assert size > 1_000_000


def test_kill(instance: SqlServerInstance, sql: Sql) -> None:
    other = Sql(instance, "patching", "BizTalkMgmtDb")
    sql.replies(f"KILL {other.runner.spid}")
    with pytest.raises(SqlServerError) as caught:
        other.replies("SELECT 1")
    assert caught.value.severity > 20
    assert sql.error(f"KILL {sql.runner.spid}") == 6104


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("sa", True),
        ("patching", True),
        ("plain", False),
        (r"LAB\patchadmin", True),
        (r"LAB\alice", False),
        ("x", False),
    ],
)
def test_is_sysadmin(instance: SqlServerInstance, login: str, expected: bool) -> None:
    assert instance.is_sysadmin(login) is expected


def test_update_script_needs_sysadmin(instance: SqlServerInstance) -> None:
    script = {"database": "BizTalkMsgBoxDb", "script": "msgboxlogic.sql", "kb": "KB5009901"}
    instance.run_update_script(login=r"LAB\patchadmin", **script)
    with pytest.raises(SqlPermissionError, match=r"alice.*msgboxlogic\.sql"):
        instance.run_update_script(login=r"LAB\alice", **script)
    assert instance.contents.scripts == [("BizTalkMsgBoxDb", "msgboxlogic.sql")]


def test_damage_is_told_once(instance: SqlServerInstance) -> None:
    instance.damage("BizTalkMsgBoxDb", "a host instance ran")
    instance.damage("BizTalkMsgBoxDb", "again")
    assert instance.damaged() == ["BizTalkMsgBoxDb"]
    assert [event["reason"] for event in events(instance, "database.damaged")] == ["a host instance ran"]


@pytest.mark.parametrize(
    ("changes", "number", "reason"),
    [
        ({"password": "wrong"}, 18456, "password"),
        ({"user": "nobody"}, 18456, "unknown login"),
        ({"database": "nothing"}, 4060, "database nothing"),
        ({"integrated": True}, 18452, "the lab does not know integrated authentication"),
    ],
)
def test_login_refused(instance: SqlServerInstance, changes: dict[str, t.Any], number: int, reason: str) -> None:
    good = {"user": "patching", "password": "Sql-Patching-1!", "database": "", "integrated": False}
    login = Login(**{**good, **changes}, host="h", program="p", server="s")
    with pytest.raises(SqlServerError) as caught:
        instance.log_in(login, lambda: False)
    assert caught.value.number == number
    assert [event["reason"] for event in events(instance, "sql.login_failed")] == [reason]


def test_what_the_lab_does_not_know_is_on_record(instance: SqlServerInstance, sql: Sql) -> None:
    sql.error("CREATE TABLE t (a int)")
    sql.error("SELECT * FROM nothing")
    assert [event["reason"] for event in events(instance, "sql.refused")] == [
        "the lab does not know the statement CREATE"
    ]
