# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""group_info over pyodbc."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.integration.sql.targets import LabTarget, OpenLab, Target


def test_the_group(target: Target) -> None:
    result = target.run("group_info")
    group = result["group"]
    assert result["changed"] is False
    assert group["management"]["database"] == target.options.get("database", "BizTalkMgmtDb")
    assert group["servers"]
    assert {host["type"] for host in group["hosts"]} <= {"in_process", "isolated"}
    roles = {database["role"] for database in group["databases"]}
    assert {"management", "message_box", "tracking", "sso"} <= roles
    assert all(instance["sysadmin"] for instance in group["sql_instances"])
    job = group["backup_job"]
    assert (job["exists"], job["enabled"], job["path_configured"]) == (True, True, True)
    assert job["next_run"] is not None
    assert group["sso_backed_up"] is True
    assert group["versions"]["databases"]


def test_the_own_login_is_sysadmin_by_itself(target: Target) -> None:
    login = target.options["login_user"]
    (account,) = target.run("group_info", accounts=[login])["accounts"]
    assert (account["name"], account["sysadmin"]) == (login, True)


ACCOUNTS = [
    {"name": r"LAB\patchadmin", "password": "Patch-Me-2020!", "groups": [r"LAB\SQL Admins"], "login": False},
    {"name": r"LAB\alice", "password": "Alice-Console-1!", "login": False},
]


@pytest.mark.parametrize(
    ("account", "sysadmin", "through", "problem"),
    [
        (r"LAB\patchadmin", True, [r"LAB\SQL Admins"], None),
        (r"LAB\alice", False, [], "no login of SQL1"),
        (r"LAB\stranger", None, [], "Windows does not know the account"),
        ("stranger", False, [], "no login stranger"),
    ],
)
def test_accounts(open_lab: OpenLab, account: str, sysadmin: bool | None, through: list[str], problem: str) -> None:
    admins = [{"name": r"LAB\SQL Admins", "sysadmin": True}]
    lab = open_lab(accounts=ACCOUNTS, sql_servers=[{"name": "SQL1", "windows_logins": admins}])
    (found,) = lab.run("group_info", accounts=[account])["accounts"]
    (standing,) = found["instances"]
    assert found["sysadmin"] is bool(sysadmin)
    assert (standing["sysadmin"], standing["through"]) == (sysadmin, through)
    assert (standing["problem"] is None) if problem is None else (problem in standing["problem"])


def test_aliases_and_dns_names_of_one_instance_are_one(open_lab: OpenLab) -> None:
    group = open_lab("two-instances.yml").run("group_info")["group"]
    assert {found["name"]: sorted(found["known_as"]) for found in group["sql_instances"]} == {
        "SQL1": ["SQL1", "sql1.lab.example"],
        "SQL2": ["BTSMSGBOX", "SQL2", "sql2.lab.example"],
    }
    assert all(database["backed_up"] for database in group["databases"])
    assert [found["name"] for found in group["databases"] if found["role"] == "message_box"] == [
        "BizTalkMsgBoxDb",
        "BizTalkMsgBoxDb2",
    ]


def test_a_named_instance(open_lab: OpenLab) -> None:
    lab = open_lab("named-instance.yml")
    instances = lab.run("group_info")["group"]["sql_instances"]
    assert {instance["name"] for instance in instances} == set(lab.instances)
    assert any("\\" in instance["name"] for instance in instances)
    assert all(instance["agent_running"] for instance in instances)


def test_the_listener_of_an_availability_group(open_lab: OpenLab) -> None:
    group = open_lab("availability-group.yml").run("group_info")["group"]
    found = {(one["instance"], one["availability_group"], one["replica_role"]) for one in group["databases"]}
    assert found == {("SQL1", "BizTalkGroupAG", "primary")}


@pytest.mark.parametrize("stopped", [[], ["SQL1"], ["SQL2"]])
def test_the_agent_of_every_replica(open_lab: OpenLab, stopped: list[str]) -> None:
    lab = open_lab("availability-group.yml")
    for name in stopped:
        lab.instances[name].agent_stopped()
    rows = {row["name"]: row for row in lab.run("group_info")["group"]["sql_instances"]}
    assert {name: (row["role"], row["agent_running"]) for name, row in rows.items()} == {
        "SQL1": ("primary", "SQL1" not in stopped),
        "SQL2": ("secondary", "SQL2" not in stopped),
    }
    assert (rows["SQL1"]["known_as"], rows["SQL2"]["known_as"]) == (["SQL1", "BTSLISTENER"], ["SQL2"])
    assert rows["SQL1"]["databases"] == rows["SQL2"]["databases"]
    assert [row["physical_computer"] for row in rows.values()] == ["SQL1", "SQL2"]
    assert [row["availability_groups"] for row in rows.values()] == [["BizTalkGroupAG"]] * 2


def test_the_roles_after_a_fail_over(open_lab: OpenLab) -> None:
    lab = open_lab("availability-group.yml")
    lab.first.groups[0].fail_over()
    rows = lab.run("group_info")["group"]["sql_instances"]
    assert [(row["name"], row["role"]) for row in rows] == [("SQL2", "primary"), ("SQL1", "secondary")]


def test_a_group_that_knows_its_instance_by_the_name_of_what_is_a_secondary_replica_now(open_lab: OpenLab) -> None:
    names = ("BizTalkMgmtDb", "BizTalkMsgBoxDb", "BizTalkDTADb", "BizTalkRuleEngineDb", "SSODB", "BAMPrimaryImport")
    lab = open_lab(
        "availability-group.yml",
        availability_groups=[{"name": "BizTalkGroupAG", "readable": "ALL"}],
        sql_servers=[{"name": "SQL1", "databases": [{"name": name, "known_as": "SQL1"} for name in names]}],
    )
    lab.options["server"] = "SQL1"
    lab.first.groups[0].fail_over()
    rows = lab.run("group_info")["group"]["sql_instances"]
    # A secondary replica does not know the role of another one.
    assert [(row["name"], row["role"]) for row in rows] == [("SQL1", "secondary"), ("SQL2", None)]


def test_a_replica_that_is_down_is_listed_with_the_reason(open_lab: OpenLab) -> None:
    lab = open_lab("availability-group.yml")
    lab.endpoints["SQL2"].stop()
    lab.options["connect_timeout"] = 2
    _first, second = lab.run("group_info")["group"]["sql_instances"]
    assert (second["name"], second["role"], second["agent_running"]) == ("SQL2", "secondary", None)
    assert "SQL2" in second["problem"]
    assert "refused" in second["problem"] or "Nothing answers there" in second["problem"]


def test_only_the_primary_replica_matters_to_a_backup(open_lab: OpenLab) -> None:
    lab = open_lab("availability-group.yml")
    lab.endpoints["SQL2"].stop()
    assert lab.run("full_backup", progress_interval=0)["backup_set"]["job_outcome"] == "succeeded"


def test_clustered_hosts_and_instances(open_lab: OpenLab) -> None:
    group = open_lab("cluster.yml").run("group_info")["group"]
    assert {host["name"]: (host["clustered"], host["cluster_group"]) for host in group["hosts"]} == {
        "ProcessingHost": (False, None),
        "ReceiveHost": (True, "BizTalk Receive"),
    }
    assert {(one["host"], one["server"]) for one in group["host_instances"] if one["clustered"]} == {
        ("ReceiveHost", "BTS1"),
        ("ReceiveHost", "BTS2"),
    }
    (instance,) = group["sql_instances"]
    assert (instance["name"], instance["clustered"]) == ("SQLCLU", True)
    assert (instance["physical_computer"], instance["cluster_nodes"]) == ("SQL1", ["SQL1", "SQL2"])


def test_a_secondary_replica_is_told(open_lab: OpenLab) -> None:
    lab = open_lab("availability-group.yml")
    lab.options["server"] = "SQL2"
    assert "connect to the availability group's listener" in lab.run("group_info")["msg"]


def test_what_is_not_there_is_told(open_lab: OpenLab) -> None:
    lab = open_lab(sql_servers=[{"name": "SQL1", "backup_job": {"exists": False}, "agent_running": False}])
    lab.agents(running=False)
    group = lab.run("group_info")["group"]
    assert group["backup_job"]["exists"] is False
    assert group["sql_instances"][0]["agent_running"] is False


def test_it_changes_nothing(lab: LabTarget) -> None:
    lab.run("group_info", _ansible_check_mode=True)
    kinds = {event.kind for event in lab.first.world.events.events}
    assert kinds <= {"session.opened", "session.closed", "job.started"}
