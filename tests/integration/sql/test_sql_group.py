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
