# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import group_or_none, read_situation
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    FakeServer,
    FakeServers,
    identity,
    instance_answers,
    management_answers,
    refused,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import MANAGEMENT, backup, restore_set

DATABASES = ("BAMPrimaryImport", "BizTalkDTADb", MANAGEMENT, "BizTalkMsgBoxDb", "BizTalkRuleEngineDb", "SSODB")


def instance(name: str, *databases: str, state: str = "ONLINE", **facts: t.Any) -> dict[str, t.Any]:
    utc = datetime(2026, 11, 22, 10)
    row = {
        "database_version": 904,
        "product_version": "15.0.4420.2",
        "configured_name": name,
        "local_time": utc + timedelta(hours=9),
        "utc": utc,
    }
    file = {"database_name": "SSODB", "logical_name": "SSODB", "path": "C:\\SSODB.mdf", "pages": 131072}
    return {
        **instance_answers(name, *databases),
        _tsql_restore.INSTANCE: [row | facts],
        _tsql_restore.DATABASE_STATES: [
            {"name": one, "state": state, "access": "MULTI_USER"} for one in ("master", *databases)
        ],
        _tsql_restore.FILES_AND_VOLUMES: [file | {"volume": "C:\\", "available": 7}],
        _tsql_restore.FILES: [file | {"volume": None, "available": None}],
    }


class Unreadable(FakeServers):
    """The management database is in a state in which nobody can connect to it."""

    def __init__(self, error: SqlError, instances: dict[str, FakeServer]) -> None:
        super().__init__(FakeServer({}), instances)
        self._error = error

    def management(self) -> t.Any:
        raise self._error


def test_the_group_is_read_where_it_can_be() -> None:
    found = group_or_none(FakeServers(FakeServer(management_answers())), "SQL1", MANAGEMENT, "SSODB")
    assert found is not None
    assert len(found.databases) == 6


@pytest.mark.parametrize("state", ["RESTORING", "OFFLINE", "SUSPECT"])
def test_a_management_database_that_is_half_restored_is_no_error(state: str) -> None:
    master = FakeServer(instance("SQL1", "biztalkmgmtdb", state=state))
    servers = Unreadable(refused(Kind.DATABASE_MISSING), {"sql.example.com": master})
    assert group_or_none(servers, "sql.example.com", MANAGEMENT, "SSODB") is None


@pytest.mark.parametrize(
    ("kind", "databases", "state"),
    [
        (Kind.LOGIN_FAILED, (MANAGEMENT,), "RESTORING"),
        (Kind.DATABASE_MISSING, (MANAGEMENT,), "ONLINE"),
        (Kind.DATABASE_MISSING, ("Other",), "RESTORING"),
    ],
)
def test_any_other_reason_is_one(kind: Kind, databases: tuple[str, ...], state: str) -> None:
    master = FakeServer(instance("SQL1", *databases, state=state))
    with pytest.raises(SqlError, match="refused"):
        group_or_none(Unreadable(refused(kind), {"SQL1": master}), "SQL1", MANAGEMENT, "SSODB")


def test_an_instance_is_one_by_all_of_its_names() -> None:
    main, other = FakeServer(instance("SQL1", *DATABASES)), FakeServer(instance("SQL2\\BTS", "Orders"))
    management = FakeServer(management_answers())
    servers = FakeServers(management, {"sql.example.com": main, "SQL1": main, "ALIAS": other, "SQL2\\BTS": other})
    group = group_or_none(servers, "sql.example.com", MANAGEMENT, "SSODB")
    chosen = restore_set(MANAGEMENT, backup("Orders", "alias"), backup("Orders2", "sql2\\bts "))
    found = read_situation(servers, "sql.example.com", MANAGEMENT, group, chosen)
    assert [place.name for place in found.each()] == ["SQL1", "SQL2\\BTS"]
    assert found.place("ALIAS") is found.place("sql2\\bts")
    assert found.management == found.key("sql1", MANAGEMENT.upper()) == ("sql1", "biztalkmgmtdb")
    # The controller may know no other name than that in the option.
    assert found.place("SQL1").server == "sql.example.com"
    own = found.place("SQL1")
    assert (own.version, own.internal_version, own.utc_offset) == ("15.0.4420.2", 904, timedelta(hours=9))
    assert str(own.states["ssodb"]) == "ONLINE MULTI_USER"
    assert (own.files[0].size, own.files[0].volume, own.files[0].available) == (1024**3, "C:\\", 7)


def test_without_the_group_the_set_names_the_instances() -> None:
    main = FakeServer(instance("SQL1", *DATABASES) | {_tsql.IDENTITY: [identity("SQL1")]})
    servers = FakeServers(FakeServer({}), {"SQL1": main})
    found = read_situation(servers, "SQL1", MANAGEMENT, None, restore_set())
    assert found.group is None
    assert [place.name for place in found.each()] == ["SQL1"]


def test_an_old_sql_server_does_not_know_its_volumes() -> None:
    answers = instance("SQL1", *DATABASES) | {_tsql_restore.FILES_AND_VOLUMES: refused(Kind.OBJECT_MISSING)}
    servers = FakeServers(FakeServer({}), {"SQL1": FakeServer(answers)})
    files = read_situation(servers, "SQL1", MANAGEMENT, None, restore_set()).place("SQL1").files
    assert [(file.size, file.volume) for file in files] == [(1024**3, None)]
