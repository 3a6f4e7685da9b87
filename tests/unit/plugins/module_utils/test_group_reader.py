# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_instance
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._group_result import group_result
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._whereabouts import all_instances
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    JOB,
    FakeServer,
    FakeServers,
    instance_answers,
    management_answers,
)


def read(answers: dict[str, t.Any], instances: dict[str, FakeServer] | None = None) -> dict[str, t.Any]:
    servers = FakeServers(FakeServer(answers), instances)
    group = read_group(servers)
    return group_result(group, all_instances(servers, group))


def test_a_whole_group() -> None:
    group = read(management_answers())
    assert group["management"] == {"server": "SQL1", "database": "BizTalkMgmtDb"}
    assert group["sso_server"] == "BTS1"
    assert group["servers"] == [
        {"name": "BTS1", "master_secret_server": True, "runtime": True, "hosts": ["Isolated", "Process"]},
        {"name": "BTS2", "master_secret_server": False, "runtime": False, "hosts": []},
    ]
    assert group["hosts"] == [
        {"name": "Process", "type": "in_process", "tracking": True, "clustered": False, "cluster_group": None},
        {"name": "Isolated", "type": "isolated", "tracking": False, "clustered": False, "cluster_group": None},
    ]
    process, isolated = group["host_instances"]
    assert process["service_name"] == "BTSSvc$Process"
    assert (process["disabled"], process["configured"]) == (False, True)
    assert isolated["service_name"] is None
    assert (isolated["disabled"], isolated["configured"]) == (True, False)
    assert {database["name"]: database["role"] for database in group["databases"]} == {
        "BizTalkMgmtDb": "management",
        "BizTalkDTADb": "tracking",
        "BizTalkRuleEngineDb": "rule_engine",
        "BAMPrimaryImport": "bam",
        "BizTalkMsgBoxDb": "message_box",
        "SSODB": "sso",
    }
    assert all(database["backed_up"] for database in group["databases"])
    (instance,) = group["sql_instances"]
    assert (instance["name"], instance["agent_running"], instance["sysadmin"]) == ("SQL1", True, True)
    assert len(instance["databases"]) == 6
    assert group["backup_job"]["name"] == JOB
    assert group["sso_backed_up"] is True
    assert group["versions"]["databases"][0]["database_version"] == "1.1.1.1"
    assert group["versions"]["cumulative_updates"] == []


def test_cumulative_updates_where_the_table_exists() -> None:
    answers = management_answers()
    answers[_tsql.MANAGEMENT_OBJECTS] = [{"adm_group": 1, "biztalk_db_version": None, "biztalk_cu_version": 3}]
    answers[_tsql.CUMULATIVE_UPDATES] = [
        {"cumulative_update": 3, "major": 3, "minor": 13, "build": 812, "revision": 0},
    ]
    versions = read(answers)["versions"]
    assert versions == {"databases": [], "cumulative_updates": [{"cumulative_update": 3, "version": "3.13.812.0"}]}


def test_names_of_one_instance_are_recognised_as_one() -> None:
    answers = management_answers()
    answers[_tsql.MESSAGE_BOXES] = [{"server_name": "BTSSQL", "database_name": "BizTalkMsgBoxDb"}]
    for row in answers[_tsql.BACKUP_DATABASES]:
        if row["database_name"] == "BizTalkMsgBoxDb":
            row["server_name"] = "btssql "
    alias = FakeServer(instance_answers("SQL1"))
    group = read(answers, {"BTSSQL": alias})
    assert [instance["name"] for instance in group["sql_instances"]] == ["SQL1"]
    box = next(database for database in group["databases"] if database["role"] == "message_box")
    assert (box["server"], box["instance"], box["backed_up"]) == ("BTSSQL", "SQL1", True)


@pytest.mark.parametrize("name", ["sql1.lab.example", "SQL1,1433", "TCP-ALIAS"])
def test_the_backup_view_may_have_another_name_for_an_instance(name: str) -> None:
    answers = management_answers()
    for row in answers[_tsql.BACKUP_DATABASES]:
        row["server_name"] = name
    group = read(answers, {name: FakeServer(instance_answers("SQL1"))})
    assert all(database["backed_up"] for database in group["databases"])
    assert [(found["name"], found["known_as"]) for found in group["sql_instances"]] == [("SQL1", ["SQL1", name])]


REPLICA = {"database_name": "BizTalkMgmtDb", "availability_group": "AG1", "replica_role": "SECONDARY"}


@pytest.mark.parametrize(
    ("hadr_enabled", "rows", "role"),
    [
        (1, [REPLICA], ("AG1", "secondary")),
        (1, [REPLICA | {"replica_role": "PRIMARY"}], ("AG1", "primary")),
        (1, SqlError("denied", Kind.PERMISSION_MISSING), (None, None)),
        # These do not know the views: the statement must not be sent.
        (0, SqlError("invalid object", Kind.OBJECT_MISSING), (None, None)),
        (None, SqlError("invalid object", Kind.OBJECT_MISSING), (None, None)),
    ],
)
def test_the_replica_of_an_availability_group(
    hadr_enabled: int | None, rows: t.Any, role: tuple[str | None, str | None]
) -> None:
    answers = management_answers() | {_tsql.REPLICAS: rows, _tsql_instance.REPLICA_INSTANCES: []}
    answers[_tsql.IDENTITY][0]["hadr_enabled"] = hadr_enabled
    found = {database["name"]: database for database in read(answers)["databases"]}
    assert (found["BizTalkMgmtDb"]["availability_group"], found["BizTalkMgmtDb"]["replica_role"]) == role
    assert found["SSODB"]["replica_role"] is None


def test_a_clustered_host_and_its_instances() -> None:
    answers = management_answers()
    for row in (answers[_tsql.HOSTS][0], answers[_tsql.HOST_INSTANCES][0]):
        row["cluster_group"] = "BizTalk Cluster Group"
    group = read(answers)
    assert [(host["clustered"], host["cluster_group"]) for host in group["hosts"]] == [
        (True, "BizTalk Cluster Group"),
        (False, None),
    ]
    assert [instance["clustered"] for instance in group["host_instances"]] == [True, False]


def test_databases_on_several_instances() -> None:
    answers = management_answers()
    answers[_tsql.MESSAGE_BOXES] = [
        {"server_name": "SQL1", "database_name": "BizTalkMsgBoxDb"},
        {"server_name": "SQL2", "database_name": "BizTalkMsgBoxDb"},
    ]
    second = instance_answers("SQL2", "BizTalkMsgBoxDb")
    second[_tsql.IDENTITY][0]["is_sysadmin"] = 0
    group = read(answers, {"SQL2": FakeServer(second)})
    assert [(found["name"], found["sysadmin"]) for found in group["sql_instances"]] == [("SQL1", True), ("SQL2", False)]
    boxes = [(found["instance"], found["backed_up"]) for found in group["databases"] if found["role"] == "message_box"]
    assert boxes == [("SQL1", True), ("SQL2", False)]


@pytest.mark.parametrize(
    ("others", "on_instance", "covered", "role_of_sso", "backed_up"),
    [
        pytest.param([("SSO", "MySSO")], ["MySSO"], ["MySSO"], "MySSO", True, id="under another name"),
        pytest.param([("SSO", "SSODB")], ["SSODB"], [], "SSODB", False, id="listed, but not in the view"),
        pytest.param([], ["SSODB"], [], "SSODB", False, id="only there"),
        pytest.param([], ["SSODB"], ["SSODB"], "SSODB", True, id="covered as a custom database"),
        pytest.param([], [], [], None, False, id="nowhere"),
    ],
)
def test_where_the_sso_database_is(
    others: list[tuple[str, str]], on_instance: list[str], covered: list[str], role_of_sso: str | None, backed_up: bool
) -> None:
    answers = management_answers()
    answers[_tsql.OTHER_BACKUP_DATABASES] = [
        {"default_name": default, "server_name": "SQL1", "database_name": name} for default, name in others
    ]
    answers[_tsql.DATABASES] = [{"name": name, "state_desc": "ONLINE"} for name in on_instance]
    answers[_tsql.BACKUP_DATABASES] = [{"server_name": "SQL1", "database_name": name} for name in covered]
    group = read(answers)
    found = next((database["name"] for database in group["databases"] if database["role"] == "sso"), None)
    assert (found, group["sso_backed_up"]) == (role_of_sso, backed_up)


@pytest.mark.parametrize(
    ("sso_server", "name", "is_master"),
    [("bts1", "BTS1", True), ("BTS1.lab.example", "BTS1", True), ("", "BTS1", False), ("BTS10", "BTS1", False)],
)
def test_the_master_secret_server(sso_server: str, name: str, is_master: bool) -> None:
    answers = management_answers()
    answers[_tsql.GROUP][0]["sso_server"] = sso_server
    servers = {server["name"]: server["master_secret_server"] for server in read(answers)["servers"]}
    assert servers[name] is is_master


def test_another_database_is_no_group() -> None:
    answers = management_answers() | {_tsql.MANAGEMENT_OBJECTS: [{"adm_group": None}]}
    with pytest.raises(SqlError, match="no BizTalk management database") as caught:
        read(answers)
    assert caught.value.kind is Kind.OBJECT_MISSING


def test_a_group_that_was_never_configured() -> None:
    with pytest.raises(SqlError, match="adm_Group is empty"):
        read(management_answers() | {_tsql.GROUP: []})
