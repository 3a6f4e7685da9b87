# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What group_info tells of groups that are not as simple as they could be."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.integration.sql.targets import OpenLab

CUMULATIVE_UPDATE = "INSERT INTO BizTalkCUVersion (CU, Major, Minor, Build, Revision) VALUES (3, 3, 13, 812, 0)"
VERSION = {"cumulative_update": 3, "version": "3.13.812.0"}


def test_hosts_and_their_instances(open_lab: OpenLab) -> None:
    lab = open_lab(computers=[{"name": "BTS3", "host_instances": {"ReceiveHost": "disabled"}}])
    group = lab.run("group_info")["group"]
    assert [(host["name"], host["type"], host["tracking"]) for host in group["hosts"]] == [
        ("ProcessingHost", "in_process", True),
        ("ReceiveHost", "in_process", False),
        ("WebHost", "isolated", False),
    ]
    found = [one for one in group["host_instances"] if one["server"] == "BTS3"]
    assert [(one["host"], one["disabled"], one["service_name"]) for one in found] == [
        ("ProcessingHost", False, "BTSSvc$ProcessingHost"),
        ("ReceiveHost", True, "BTSSvc$ReceiveHost"),
        ("WebHost", False, None),
    ]
    assert [(server["name"], server["master_secret_server"]) for server in group["servers"]] == [
        ("BTS1", True),
        ("BTS2", False),
        ("BTS3", False),
    ]


def test_what_the_backup_job_does_not_cover(open_lab: OpenLab) -> None:
    orders = {"name": "Orders", "role": "other", "backed_up_as_other": True}
    uncovered = {"name": "SSODB", "backed_up_as_other": False}
    group = open_lab(sql_servers=[{"name": "SQL1", "databases": [orders, uncovered]}]).run("group_info")["group"]
    assert {one["name"]: (one["role"], one["backed_up"]) for one in group["databases"]} == {
        "BizTalkMgmtDb": ("management", True),
        "BizTalkMsgBoxDb": ("message_box", True),
        "BizTalkDTADb": ("tracking", True),
        "BizTalkRuleEngineDb": ("rule_engine", True),
        "BAMPrimaryImport": ("bam", True),
        "Orders": ("other", True),
        "SSODB": ("sso", False),
    }
    assert group["sso_backed_up"] is False


@pytest.mark.parametrize(("product", "updates"), [("2013 R2", None), ("2020", [VERSION])])
def test_versions(open_lab: OpenLab, product: str, updates: list[dict[str, t.Any]] | None) -> None:
    lab = open_lab(group={"product": f"Microsoft BizTalk Server {product}"})
    if updates:
        with lab.client("setup", "BTS1", "BizTalkMgmtDb") as client:
            client.execute(CUMULATIVE_UPDATE)
    versions = lab.run("group_info")["group"]["versions"]
    assert {row["product_version"] for row in versions["databases"]} == {"3.13.717.0"}
    assert versions["cumulative_updates"] == (updates or [])


JOB = {"exists": True, "enabled": True, "path_configured": True, "running": False, "last_outcome": None}


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        pytest.param({"backup_job": {"enabled": False}}, {**JOB, "enabled": False, "next_run": None}, id="disabled"),
        pytest.param({"backup_job": {"path": None}}, {**JOB, "path_configured": False}, id="no path"),
        pytest.param({"faults": [{"kind": "job_busy", "seconds": 30}]}, {**JOB, "running": True}, id="running"),
    ],
)
def test_the_backup_job(open_lab: OpenLab, server: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    job = open_lab(sql_servers=[{"name": "SQL1", **server}]).run("group_info")["group"]["backup_job"]
    assert {key: job[key] for key in expected} == expected


def test_how_the_backup_job_ended(open_lab: OpenLab) -> None:
    lab = open_lab(sql_servers=[{"name": "SQL1", "faults": [{"kind": "step_fails", "step": "Clear Backup History"}]}])
    job = lab.run("group_info")["group"]["backup_job"]["name"]
    for outcome in ("failed", "succeeded"):
        lab.first.agent.run_by_schedule(job)
        lab.first.agent.wait(job)
        assert lab.run("group_info")["group"]["backup_job"]["last_outcome"] == outcome


def test_who_is_sysadmin_on_one_instance_only(open_lab: OpenLab) -> None:
    admins = [{"name": r"LAB\SQL Admins", "sysadmin": True}]
    installer = {"name": r"LAB\patchadmin", "groups": [r"LAB\SQL Admins"], "login": False, "sysadmin": False}
    # A list in an override takes the place of another one.
    others = [
        {"name": "patching", "password": "Sql-Patching-1!", "sysadmin": False, "permissions": ["VIEW SERVER STATE"]}
    ]
    lab = open_lab(
        "two-instances.yml",
        accounts=[installer],
        sql_servers=[{"name": "SQL1", "windows_logins": admins}, {"name": "SQL2", "logins": others}],
    )
    result = lab.run("group_info", accounts=[r"LAB\patchadmin"])
    own = {row["name"]: (row["login"], row["sysadmin"]) for row in result["group"]["sql_instances"]}
    assert own == {"SQL1": ("patching", True), "SQL2": ("patching", False)}
    (account,) = result["accounts"]
    assert account["sysadmin"] is False
    first, second = account["instances"]
    assert (first["instance"], first["sysadmin"], first["through"]) == ("SQL1", True, [r"LAB\SQL Admins"])
    assert (second["instance"], second["sysadmin"]) == ("SQL2", None)
    assert "lacks a permission" in second["problem"]
