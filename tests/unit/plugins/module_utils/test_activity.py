# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._activity import (
    Pattern,
    Rules,
    Session,
    kind_of,
    offenders,
    sessions,
    within,
)

RULES = Rules(
    databases=frozenset({"biztalkmgmtdb", "biztalkmsgboxdb", "ssodb"}),
    sso_database="SSODB",
    sso_hosts=frozenset({"BTS1", "BTS2", "SSO1.lab.example"}),
    sso_programs=("ENTSSO*",),
)


def who(**changes: t.Any) -> dict[str, t.Any]:
    """A row of sp_who2, whose columns are padded text."""
    row = {
        "SPID": "61   ",
        "Status": "sleeping                      ",
        "Login": "LAB\\svc-biztalk",
        "HostName": "BTS1",
        "BlkBy": "  .",
        "DBName": "BizTalkMgmtDb",
        "Command": "AWAITING COMMAND",
        "ProgramName": "BTSNTSvc64 ",
    }
    return row | changes


def lock(spid: int, database: str) -> dict[str, t.Any]:
    return {
        "spid": spid,
        "database_name": database,
        "host_name": "BTS1      ",
        "program_name": "BTSNTSvc64",
        "login_name": "LAB\\svc-biztalk",
    }


def session(**changes: t.Any) -> Session:
    values: dict[str, t.Any] = {
        "instance": "SQL1",
        "spid": 61,
        "host": "BTS1",
        "program": "BTSNTSvc64",
        "login": "LAB\\svc",
        "databases": frozenset({"BizTalkMgmtDb"}),
    }
    return Session(**(values | changes))


def sso(**changes: t.Any) -> Session:
    return session(**({"program": "ENTSSO", "databases": frozenset({"SSODB"})} | changes))


def test_padded_text_is_stripped() -> None:
    (only,) = sessions("SQL1", [who(ProgramName="mmc\0\0   ", HostName="  BTS1  ")], [], [])
    assert (only.spid, only.host, only.program, only.databases) == (61, "BTS1", "mmc", frozenset({"BizTalkMgmtDb"}))


def test_the_rows_of_one_spid_are_one_session() -> None:
    rows = [who(), who(DBName="SSODB", HostName=None), who(DBName=None)]
    (only,) = sessions("SQL1", rows, [], [])
    assert only.databases == {"BizTalkMgmtDb", "SSODB"}
    assert only.host == "BTS1"


def test_a_lock_shows_what_the_current_database_hides() -> None:
    (only,) = sessions("SQL1", [who(DBName="master")], [lock(61, "BizTalkMsgBoxDb")], [])
    assert only.databases == {"master", "BizTalkMsgBoxDb"}
    assert offenders([only], RULES) == [only]


def test_a_session_that_came_between_the_two_looks_is_known_by_its_lock() -> None:
    (only,) = sessions("SQL1", [], [lock(70, "SSODB")], [])
    assert (only.spid, only.host, only.program) == (70, "BTS1", "BTSNTSvc64")


@pytest.mark.parametrize(
    ("row", "system"),
    [
        (who(SPID="7    ", Status="BACKGROUND  ", HostName="  .", ProgramName="   "), []),
        pytest.param(who(SPID="60", HostName="  .", ProgramName=""), [{"spid": 60}], id="above 50, as since SQL 2012"),
    ],
)
def test_system_sessions_are_none_of_our_business(row: dict[str, t.Any], system: list[dict[str, t.Any]]) -> None:
    seen = sessions("SQL1", [row], [], system)
    assert seen[0].system
    assert seen[0].host == ""
    assert offenders(seen, RULES) == []


def test_the_own_session_stays() -> None:
    assert offenders([session()], RULES, own={61}) == []
    assert offenders([session()], RULES, own={62}) == [session()]


@pytest.mark.parametrize(
    ("seen", "offends"),
    [
        (session(), True),
        (session(databases=frozenset({"master"})), False),
        (session(databases=frozenset()), False),
        (session(databases=frozenset({"BizTalkRuleEngineDb".casefold()})), False),
        (sso(), False),
        (sso(host="bts2"), False),
        pytest.param(sso(host="SSO1"), False, id="NetBIOS name of a computer known by its DNS name"),
        pytest.param(sso(databases=frozenset({"ssodb", "master"})), False, id="master does not count"),
        pytest.param(sso(host="STRANGER"), True, id="SSO from a computer outside the group"),
        pytest.param(sso(databases=frozenset({"ssodb", "biztalkmgmtdb"})), True, id="SSO in another database too"),
        pytest.param(sso(databases=frozenset({"biztalkmgmtdb"})), True, id="SSO in another database"),
        pytest.param(sso(program="mmc"), True, id="somebody else in SSODB"),
        pytest.param(sso(host=""), True, id="SSO from nowhere"),
    ],
)
def test_who_must_go(seen: Session, offends: bool) -> None:
    assert bool(offenders([seen], RULES)) is offends


@pytest.mark.parametrize(
    ("pattern", "stays"),
    [
        (Pattern(program="btsnt*"), True),
        (Pattern(program="BTSNTSvc"), False),
        (Pattern(program="*", host="BTS1", login="lab\\*"), True),
        (Pattern(program="BTSNT*", host="BTS2"), False),
        (Pattern(login="sa"), False),
        (Pattern(database="BizTalkMgmt*"), True),
        (Pattern(database="SSODB"), False),
    ],
)
def test_the_operator_allows_what_matches_in_every_part(pattern: Pattern, stays: bool) -> None:
    rules = Rules(RULES.databases, RULES.sso_database, RULES.sso_hosts, RULES.sso_programs, allowed=(pattern,))
    assert bool(offenders([session()], rules)) is not stays


def test_a_database_pattern_must_match_every_biztalk_database_that_is_used() -> None:
    rules = Rules(
        RULES.databases, RULES.sso_database, RULES.sso_hosts, RULES.sso_programs, (Pattern(database="BizTalkMgmtDb"),)
    )
    both = session(databases=frozenset({"BizTalkMgmtDb", "BizTalkMsgBoxDb"}))
    assert offenders([both], rules) == [both]
    assert offenders([session(databases=frozenset({"BizTalkMgmtDb", "master"}))], rules) == []


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("BTSNTSvc64", "host_instance"),
        ("w3wp", "iis"),
        ("mmc", "console"),
        ("Microsoft (R) Windows (R) Management Console", "console"),
        ("devenv", "visual_studio"),
        ("SQLAgent - TSQL JobStep (Job 0x1 : Step 1)", "sql_agent"),
        ("RuleEngineUpdateService", "rule_engine"),
        ("Microsoft SQL Server Management Studio - Query", "management_studio"),
        ("BizTalk360 Monitor", "monitoring"),
        ("ENTSSO", "sso"),
        (".Net SqlClient Data Provider", "other"),
        ("", "other"),
    ],
)
def test_the_program_tells_what_to_do(program: str, kind: str) -> None:
    found = kind_of(session(program=program))
    assert found.name == kind
    assert found.remedy


def test_only_rows_of_the_databases_are_read() -> None:
    rows = [{"DBName": name} for name in ("BizTalkMgmtDb ", "master", None, "biztalkmgmtdb", "BizTalkMgmtDb2")]
    assert within(rows, "DBName", {"biztalkmgmtdb"}) == [rows[0], rows[3]]
