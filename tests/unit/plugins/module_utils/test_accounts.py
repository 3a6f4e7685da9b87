# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._accounts import Standing, accounts_result, standing
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    FakeServer,
    FakeServers,
    instance_answers,
    management_answers,
)

ACCOUNT = "LAB\\installer"


def way(privilege: str, path: str | None) -> dict[str, t.Any]:
    return {"account name": ACCOUNT, "privilege": f"{privilege:<9}", "permission path": path}


@pytest.mark.parametrize(
    ("rows", "sysadmin", "through", "problem"),
    [
        ([way("admin", None)], True, (), None),
        ([way("admin", ACCOUNT.upper())], True, (), None),
        ([way("user", None)], False, (), None),
        ([way("user", None), way("admin", "LAB\\SQL Admins")], True, ("LAB\\SQL Admins",), None),
        ([way("admin", None), way("admin", "LAB\\SQL Admins")], True, (), None),
        ([], False, (), "no login of SQL1"),
        (SqlError("error code 0x534", Kind.ACCOUNT_UNKNOWN), None, (), "0x534"),
        (SqlError("EXECUTE denied", Kind.PERMISSION_MISSING), None, (), "EXECUTE denied"),
    ],
)
def test_a_windows_account(rows: t.Any, sysadmin: bool | None, through: tuple[str, ...], problem: str | None) -> None:
    found = standing(FakeServer({_tsql.WINDOWS_ACCOUNT: lambda _account: rows}), "SQL1", ACCOUNT)
    assert (found.sysadmin, found.through) == (sysadmin, through)
    assert (found.problem is None) if problem is None else (problem in str(found.problem))


@pytest.mark.parametrize(("answer", "sysadmin", "known"), [(1, True, True), (0, False, True), (None, False, False)])
def test_a_sql_login(answer: int | None, sysadmin: bool, known: bool) -> None:
    found = standing(FakeServer({_tsql.SQL_LOGIN: lambda _login: [{"is_sysadmin": answer}]}), "SQL1", "patching")
    assert found == Standing("SQL1", sysadmin, problem=None if known else "SQL1 has no login patching")


def test_every_instance_is_asked() -> None:
    answers = management_answers() | {_tsql.WINDOWS_ACCOUNT: lambda _account: [way("admin", None)]}
    answers[_tsql.MESSAGE_BOXES] = [{"server_name": "SQL2", "database_name": "BizTalkMsgBoxDb"}]
    second = instance_answers("SQL2") | {_tsql.WINDOWS_ACCOUNT: lambda _account: [way("user", None)]}
    servers = FakeServers(FakeServer(answers), {"SQL2": FakeServer(second)})
    (found,) = accounts_result(servers, read_group(servers), [ACCOUNT])
    assert (found["name"], found["sysadmin"]) == (ACCOUNT, False)
    assert [(one["instance"], one["sysadmin"]) for one in found["instances"]] == [("SQL1", True), ("SQL2", False)]


def test_nobody_asked_nothing_done() -> None:
    servers = FakeServers(FakeServer(management_answers()))
    assert accounts_result(servers, read_group(servers), []) == []
