# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._inventory import (
    GroupNames,
    Names,
    NoComputersError,
    host_variables,
    members,
    placed,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import sql_instance


def server(name: str, *hosts: str, secret: bool = False) -> dict[str, t.Any]:
    return {"name": name, "hosts": list(hosts), "runtime": bool(hosts), "master_secret_server": secret}


def group(*servers: dict[str, t.Any], **replaced: t.Any) -> dict[str, t.Any]:
    """A group as group_info describes it, as far as the inventory looks at it."""
    return {
        "name": "BizTalk Group",
        "management": {"server": "SQL1", "database": "BizTalkMgmtDb"},
        "sso_server": "BTS2",
        "servers": list(servers or (server("ADM1"), server("BTS1", "Orders"), server("BTS2", "Orders", secret=True))),
        "sql_instances": [sql_instance()],
        **replaced,
    }


def groups_of(raw: dict[str, t.Any], **names: str) -> dict[str, list[str]]:
    return placed(members(raw), Names(), GroupNames(**names))


@pytest.mark.parametrize(
    ("computer", "names", "expected"),
    [
        ("BTS1", Names(), "bts1"),
        ("BTS1", Names("Example.org"), "bts1.example.org"),
        ("BTS1", Names(".example.org."), "bts1.example.org"),
        ("bts1.lab.local", Names("example.org"), "bts1.lab.local"),
        ("BTS1", Names("example.org", {"bts1": "edge-1"}), "edge-1"),
        ("BTS10", Names("", {"BTS1": "edge-1"}), "bts10"),
    ],
)
def test_a_computer_becomes_a_host(computer: str, names: Names, expected: str) -> None:
    assert names.host(computer) == expected


def test_the_computers_are_in_install_order() -> None:
    assert groups_of(group()) == {
        "biztalk": ["bts2", "bts1", "adm1"],
        "biztalk_sql": ["sql1"],
        "biztalk_master_secret": ["bts2"],
        "biztalk_host_Orders": ["bts2", "bts1"],
    }


def test_groups_may_be_called_otherwise() -> None:
    assert list(groups_of(group(), biztalk="orders", sql="orders_sql")) == [
        "orders",
        "orders_sql",
        "orders_master_secret",
        "orders_host_Orders",
    ]
    assert "bt_Orders" in groups_of(group(), host_prefix="bt_")


@pytest.mark.parametrize(
    ("instances", "expected"),
    [
        ([sql_instance("SQL1\\BTS"), sql_instance("SQL1\\MSG")], {"SQL1": ["SQL1\\BTS", "SQL1\\MSG"]}),
        # The instance's own name is that of no computer.
        (
            [sql_instance("SQLCLU", clustered=True, physical_computer="N2", cluster_nodes=["N1", "N2"])],
            {"N2": ["SQLCLU"], "N1": ["SQLCLU"]},
        ),
        # Both replicas of an Availability Group.
        ([sql_instance("SQL1"), sql_instance("SQL2")], {"SQL1": ["SQL1"], "SQL2": ["SQL2"]}),
    ],
)
def test_sql_computers_with_their_instances(instances: list[dict[str, t.Any]], expected: dict[str, list[str]]) -> None:
    found = members(group(sql_instances=instances))
    assert found["sql_computers"] == expected
    variables = host_variables(found, Names())
    assert {
        values["biztalk_computer"]: values["biztalk_sql_instances"]
        for values in variables.values()
        if "biztalk_sql_instances" in values
    } == expected


def test_the_variables_of_the_hosts() -> None:
    variables = host_variables(members(group()), Names("lab"))
    assert list(variables) == ["bts2.lab", "bts1.lab", "adm1.lab", "sql1.lab"]
    assert variables["bts1.lab"] == {
        "biztalk_computer": "BTS1",
        "biztalk_master_secret_server": False,
        "biztalk_runtime": True,
        "biztalk_host_names": ["Orders"],
    }
    assert variables["sql1.lab"] == {"biztalk_computer": "SQL1", "biztalk_sql_instances": ["SQL1"]}


def test_one_computer_may_be_all() -> None:
    raw = group(server("ALL1", "Orders", secret=True), sso_server="ALL1", sql_instances=[sql_instance("ALL1")])
    variables = host_variables(members(raw), Names())
    assert list(variables) == ["all1"]
    assert variables["all1"]["biztalk_runtime"]
    assert variables["all1"]["biztalk_sql_instances"] == ["ALL1"]
    assert groups_of(raw)["biztalk_sql"] == ["all1"]


def test_a_master_secret_server_of_its_own_is_not_forgotten() -> None:
    raw = group(server("BTS1", "Orders"), sso_server="SSO1")
    assert groups_of(raw)["biztalk"] == ["bts1"]
    assert groups_of(raw)["biztalk_master_secret"] == ["sso1"]
    found = members(raw)
    assert host_variables(found, Names())["sso1"]["biztalk_computer"] == "SSO1"
    (doubt,) = found["doubts"]
    assert "SSO1 is no BizTalk computer of the group" in doubt


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        (sql_instance("SQL2", problem="cannot connect"), "SQL2 holds replicas"),
        (sql_instance("SQLCLU", clustered=True, physical_computer="N1"), "VIEW SERVER STATE"),
    ],
)
def test_a_computer_that_may_be_missing_is_a_doubt(instance: dict[str, t.Any], expected: str) -> None:
    (doubt,) = members(group(sql_instances=[sql_instance(), instance]))["doubts"]
    assert expected in doubt


def test_a_group_without_computers_is_no_inventory() -> None:
    with pytest.raises(NoComputersError, match="SQL1: BizTalkMgmtDb knows no BizTalk computer"):
        members({**group(), "servers": []})


def test_only_names_are_kept_in_a_cache() -> None:
    raw = group(sql_instances=[sql_instance(login="LAB\\patching", problem="refused for LAB\\patching")])
    assert "patching" not in json.dumps(members(raw))
