# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that fail are told by their cause; what passes is waited for, on reads only."""

from __future__ import annotations

import re
import typing as t

import pytest

from tests.lab.certificates import create_certificates

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.sql.targets import LabTarget, OpenLab

LOGINS = [
    {"name": "patching", "password": "Sql-Patching-1!", "sysadmin": True},
    {"name": "reader", "password": "Reader-1!", "databases": {"BizTalkMgmtDb": ["db_datareader"]}},
    {"name": "nobody", "password": "Nobody-1!", "databases": {}},
]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"login_password": "wrong"}, "The login was refused: check login_user and login_password"),
        ({"database": "Nothing"}, "does not exist there"),
        ({"database": "SSODB"}, "database SSODB is no BizTalk management database"),
        ({"server_addresses": {"SQL1": "localhost,1"}, "connect_timeout": 2}, "Nothing answers there"),
        (
            {"login_user": "reader", "login_password": "Reader-1!"},
            "The login lacks a permission.*sysadmin on every instance.*'sysjobs'",
        ),
        ({"login_user": "nobody", "login_password": "Nobody-1!"}, "this login may not open it"),
        ({"ca_certificate": "/etc/none.pem"}, "there is no file /etc/none.pem"),
    ],
)
def test_what_is_wrong_is_said(open_lab: OpenLab, change: dict[str, t.Any], words: str) -> None:
    lab = open_lab(sql_servers=[{"name": "SQL1", "logins": LOGINS}])
    lab.options |= change
    result = lab.run("group_info")
    assert result["failed"]
    assert "SQL1" in result["msg"] or "ca_certificate" in result["msg"]
    assert re.search(words, result["msg"]), result["msg"]


def test_a_certificate_of_another_authority_is_refused(lab: LabTarget, tmp_path: Path, driver: str) -> None:
    lab.options["ca_certificate"] = str(create_certificates(tmp_path / "others").authority)
    message = lab.run("group_info")["msg"]
    assert "refused" in message
    assert "ca_certificate" in message
    # FreeTDS has no word for the reason.
    assert ("does not trust the issuer" in message) == (driver == "microsoft")


def test_a_certificate_need_not_be_checked(lab: LabTarget) -> None:
    lab.options |= {"ca_certificate": None, "trust_server_certificate": True}
    assert lab.run("group_info")["group"]["name"] == "BizTalkGroup"


def test_encryption_that_the_server_does_not_have(lab: LabTarget, driver: str) -> None:
    lab.options["encrypt"] = "strict"
    words = "hangs up at once: SQL Server before 2022 does so" if driver == "microsoft" else "FreeTDS has none of it"
    assert words in lab.run("group_info")["msg"]


def test_all_addresses_of_a_listener_at_once(lab: LabTarget, driver: str) -> None:
    lab.options["multi_subnet_failover"] = True
    result = lab.run("group_info")
    assert ("group" in result) if driver == "microsoft" else ("multi_subnet_failover needs" in result["msg"])


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "deadlock", "statement": "adm_Host "},
        {"kind": "dropped_connection", "statement": "adm_HostInstance"},
        {"kind": "fail_over", "statement": "BizTalkDBVersion", "seconds": 0.5, "refusals": 1},
    ],
)
def test_a_read_is_repeated(open_lab: OpenLab, fault: dict[str, t.Any]) -> None:
    lab = open_lab(sql_servers=[{"name": "SQL1", "faults": [fault]}])
    assert len(lab.run("group_info")["group"]["host_instances"]) > 2
    assert [event["fault"] for event in lab.events("sql.fault")] == [fault["kind"]]


@pytest.mark.parametrize("statement", ["sp_ForceFullBackup", "sp_start_job"])
def test_what_changes_something_is_not_repeated(open_lab: OpenLab, statement: str) -> None:
    fault = {"kind": "dropped_connection", "statement": statement, "times": 1}
    lab = open_lab(sql_servers=[{"name": "SQL1", "faults": [fault]}])
    message = lab.run("full_backup", progress_interval=0)["msg"]
    assert "The connection broke while it was used" in message
    assert statement in message
    assert len(lab.events("backup.forced")) <= 1
    assert not [event for event in lab.events("job.started") if "Backup" in event["job"]]
