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
    FakeServer,
    FakeServers,
    instance_answers,
    management_answers,
    refused,
)

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer


class SomeDown(FakeServers):
    """Instances that are not among those given cannot be connected to."""

    def instance(self, name: str) -> SqlServer:
        try:
            return super().instance(name)
        except KeyError:
            raise SqlError(f"SQL Server {name}: cannot connect. Nothing answers there", Kind.UNREACHABLE) from None


def found(answers: dict[str, t.Any], instances: dict[str, FakeServer] | None = None) -> list[dict[str, t.Any]]:
    servers = SomeDown(FakeServer(answers), instances)
    group = read_group(servers)
    return t.cast("list[dict[str, t.Any]]", group_result(group, all_instances(servers, group))["sql_instances"])


def roles(rows: list[dict[str, t.Any]]) -> dict[str, str | None]:
    return {row["name"]: row["role"] for row in rows}


def replica(instance: str, role: str | None, group: str = "AG1") -> dict[str, t.Any]:
    return {"availability_group": group, "instance_name": instance, "replica_role": role}


def in_availability_group(*replicas: dict[str, t.Any], local: str = "PRIMARY") -> dict[str, t.Any]:
    """SQL1 with all databases but the single sign-on one in AG1."""
    answers = management_answers()
    answers[_tsql.IDENTITY][0]["hadr_enabled"] = 1
    answers[_tsql.REPLICAS] = [
        {"database_name": row["database_name"], "availability_group": "AG1", "replica_role": local}
        for row in answers[_tsql.BACKUP_DATABASES]
        if row["database_name"] != "SSODB" or local == "SECONDARY"
    ]
    answers[_tsql_instance.REPLICA_INSTANCES] = list(replicas)
    return answers


def test_without_an_availability_group_they_are_those_with_databases() -> None:
    (row,) = found(management_answers())
    assert (row["name"], row["role"], row["availability_groups"]) == ("SQL1", "primary", [])
    assert (row["clustered"], row["physical_computer"], row["cluster_nodes"]) == (False, "SQL1", [])


@pytest.mark.parametrize(("status", "running"), [(4, True), (1, False)])
def test_the_agent_of_a_secondary_replica(status: int, running: bool) -> None:
    second = instance_answers("SQL2\\BTS")
    second[_tsql.AGENT_SERVICE][0]["status"] = status
    answers = in_availability_group(replica("SQL1", "PRIMARY"), replica("SQL2\\BTS", "SECONDARY"))
    first, other = found(answers, {"SQL2\\BTS": FakeServer(second)})
    assert (first["name"], first["role"], first["availability_groups"]) == ("SQL1", "primary", ["AG1"])
    assert len(first["databases"]) == 6
    assert (other["name"], other["role"], other["availability_groups"]) == ("SQL2\\BTS", "secondary", ["AG1"])
    assert (other["agent_running"], other["sysadmin"], other["problem"]) == (running, True, None)
    assert other["databases"] == [name for name in first["databases"] if name != "SSODB"]
    assert (other["physical_computer"], other["known_as"]) == ("SQL2", ["SQL2\\BTS"])


def test_a_replica_that_cannot_be_asked_is_listed_all_the_same() -> None:
    answers = in_availability_group(replica("SQL1", "PRIMARY"), replica("SQL2", "SECONDARY"))
    _first, other = found(answers)
    assert (other["name"], other["role"]) == ("SQL2", "secondary")
    unknown = ("agent_running", "sysadmin", "version", "physical_computer")
    assert [other[key] for key in unknown] == [None] * len(unknown)
    assert "SQL2: cannot connect. Nothing answers there" in other["problem"]


def test_a_replica_whose_agent_may_not_be_known() -> None:
    second = instance_answers("SQL2") | {_tsql.AGENT_SERVICE: refused(Kind.PERMISSION_MISSING)}
    answers = in_availability_group(replica("SQL1", "PRIMARY"), replica("SQL2", "SECONDARY"))
    _first, other = found(answers, {"SQL2": FakeServer(second)})
    assert (other["agent_running"], other["problem"]) == (None, None)


@pytest.mark.parametrize(
    ("replicas", "expected"),
    [
        pytest.param(
            [replica("SQL2", "SECONDARY"), replica("SQL3", "SECONDARY")],
            {"SQL1": "primary", "SQL2": "secondary", "SQL3": "secondary"},
            id="three replicas",
        ),
        pytest.param([replica("sql1", "PRIMARY")], {"SQL1": "primary"}, id="itself in other letters"),
        pytest.param([replica("SQL9", "SECONDARY", "AG9")], {"SQL1": "primary"}, id="a group of others' databases"),
        pytest.param([replica("SQL2", "RESOLVING")], {"SQL1": "primary", "SQL2": None}, id="in a fail-over"),
        pytest.param([replica("SQL2", None)], {"SQL1": "primary", "SQL2": None}, id="not known"),
    ],
)
def test_which_instances_there_are(replicas: list[dict[str, t.Any]], expected: dict[str, str | None]) -> None:
    assert roles(found(in_availability_group(*replicas))) == expected


def test_connected_by_the_name_of_a_secondary_replica() -> None:
    answers = in_availability_group(replica("SQL1", "SECONDARY"), replica("SQL2", None), local="SECONDARY")
    assert roles(found(answers)) == {"SQL1": "secondary", "SQL2": None}


def test_an_instance_that_hosts_other_databases_is_no_mere_replica() -> None:
    answers = in_availability_group(replica("SQL1", "PRIMARY"), replica("SQL2", "SECONDARY"))
    answers[_tsql.MESSAGE_BOXES] = [{"server_name": "SQL2", "database_name": "BizTalkMsgBoxDb"}]
    rows = found(answers, {"SQL2": FakeServer(instance_answers("SQL2", "BizTalkMsgBoxDb"))})
    assert roles(rows) == {"SQL1": "primary", "SQL2": "primary"}


def test_a_replica_of_two_availability_groups_is_one() -> None:
    answers = in_availability_group(replica("SQL1", "PRIMARY"), replica("SQL2", "SECONDARY"))
    answers[_tsql.MESSAGE_BOXES] = [{"server_name": "SQL3", "database_name": "BizTalkMsgBoxDb2"}]
    third = instance_answers("SQL3", "BizTalkMsgBoxDb2")
    third[_tsql.IDENTITY][0]["hadr_enabled"] = 1
    third[_tsql.REPLICAS] = [
        {"database_name": "BizTalkMsgBoxDb2", "availability_group": "AG3", "replica_role": "PRIMARY"}
    ]
    third[_tsql_instance.REPLICA_INSTANCES] = [replica("SQL3", "PRIMARY", "AG3"), replica("sql2", "SECONDARY", "AG3")]
    rows = {row["name"]: row for row in found(answers, {"SQL3": FakeServer(third)})}
    assert roles(list(rows.values())) == {"SQL1": "primary", "SQL3": "primary", "SQL2": "secondary"}
    assert rows["SQL2"]["availability_groups"] == ["AG1", "AG3"]
    assert "BizTalkMsgBoxDb2" in rows["SQL2"]["databases"]


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([{"node_name": "SQL1"}, {"node_name": "SQL2"}], ["SQL1", "SQL2"]),
        (refused(Kind.PERMISSION_MISSING), []),
    ],
)
def test_a_clustered_instance(nodes: t.Any, expected: list[str]) -> None:
    answers = management_answers() | {_tsql_instance.CLUSTER_NODES: nodes}
    answers[_tsql_instance.PLACE] = [{"is_clustered": 1, "physical_computer": "SQL2"}]
    (row,) = found(answers)
    assert (row["clustered"], row["physical_computer"], row["cluster_nodes"]) == (True, "SQL2", expected)


def test_a_failure_that_is_no_missing_permission_is_told() -> None:
    answers = management_answers() | {_tsql_instance.CLUSTER_NODES: refused(Kind.CONNECTION_LOST)}
    answers[_tsql_instance.PLACE] = [{"is_clustered": 1, "physical_computer": "SQL2"}]
    with pytest.raises(SqlError):
        found(answers)
