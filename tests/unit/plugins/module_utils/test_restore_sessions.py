# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql_sessions
from ansible_collections.biztalk.patching.plugins.module_utils._restore_sessions import wait_until_gone
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeClock, FakeServer, FakeServers, Told
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import place, target

TARGETS = [target("BizTalkMsgBoxDb"), target("SSODB")]


def server(*who: tuple[str, str], spid: int = 60) -> FakeServer:
    """``who`` are (program, database)."""
    rows = [
        {
            "SPID": str(spid + number),
            "Status": "sleeping",
            "Login": "x",
            "HostName": "BTS1",
            "DBName": database,
            "ProgramName": program,
        }
        for number, (program, database) in enumerate(who)
    ]
    return FakeServer({_tsql_sessions.WHO: rows, _tsql_sessions.DATABASE_LOCKS: [], _tsql_sessions.SYSTEM_SESSIONS: []})


def gone(one: FakeServer, clock: FakeClock | None = None, told: Told | None = None, **changes: t.Any) -> list[str]:
    options = {"timeout": 0, "interval": 5, **changes}
    servers = FakeServers(one, {"SQL1": one})
    return wait_until_gone(servers, TARGETS, clock=clock or FakeClock(), progress=told or Told(), **options)


@pytest.mark.parametrize(
    ("program", "database", "words"),
    [
        ("BTSNTSvc64", "BizTalkMsgBoxDb", "stop the host instances"),
        ("BizTalk Server", "biztalkmsgboxdb", "stop the host instances"),
        ("w3wp", "SSODB", "stop IIS"),
        ("SQLAgent - TSQL JobStep (Job 0x1 : Step 1)", "BizTalkMsgBoxDb", "stop the SQL Server Agent service"),
        ("RuleEngineUpdateService", "BizTalkMsgBoxDb", "RuleEngineUpdateService"),
        ("ENTSSO.exe", "SSODB", "ENTSSO.exe on BTS1 uses SSODB: stop Enterprise Single Sign-On (ENTSSO) on every"),
        ("Enterprise SSO", "SSODB", "on the master secret server last"),
    ],
)
def test_whom_the_operator_has_to_stop(program: str, database: str, words: str) -> None:
    (told,) = gone(server((program, database)))
    assert words in told


@pytest.mark.parametrize(
    ("program", "database"),
    [
        ("BTSNTSvc64", "master"),
        ("Monitoring Agent", "BizTalkMsgBoxDb"),
        ("Microsoft SQL Server Management Studio", "SSODB"),
        ("biztalk.patching", "BizTalkMsgBoxDb"),
    ],
)
def test_who_is_cut_off_or_not_concerned(program: str, database: str) -> None:
    assert gone(server((program, database))) == []


def test_they_are_waited_for() -> None:
    one, told = server(("BTSNTSvc64", "BizTalkMsgBoxDb"), ("w3wp", "SSODB")), Told()

    def leave(now: float) -> None:
        if now >= 10:
            one.answers[_tsql_sessions.WHO] = []

    assert gone(one, FakeClock(leave), told, timeout=60) == []
    assert set(told.texts) == {"waiting for 2 sessions of BizTalk Server to end"}


def test_but_not_for_ever() -> None:
    clock = FakeClock()
    assert len(gone(server(("BTSNTSvc64", "BizTalkMsgBoxDb")), clock, timeout=60)) == 1
    assert 60 <= clock.now() <= 65


def test_only_databases_of_the_same_instance_count() -> None:
    one, other = server(), server(("BTSNTSvc64", "BizTalkMsgBoxDb"))
    servers = FakeServers(one, {"SQL1": one, "SQL2": other})
    two = [target("BizTalkMsgBoxDb"), target("Orders", place("SQL2", "Orders"))]
    assert wait_until_gone(servers, two, timeout=0, interval=5, clock=FakeClock(), progress=Told()) == []
