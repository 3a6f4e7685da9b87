# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""full_backup by the job, over pyodbc."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql

if t.TYPE_CHECKING:
    from tests.integration.sql.targets import OpenLab, Target

QUICK = {"poll_interval": 1, "job_timeout": 60, "progress_interval": 0}
JOB = "Backup BizTalk Server (BizTalkMgmtDb)"


def test_a_good_backup(target: Target) -> None:
    covered = {one["name"] for one in target.run("group_info")["group"]["databases"] if one["backed_up"]}
    result = target.run("full_backup", **QUICK)
    backup_set = result["backup_set"]
    assert result["changed"] is True
    assert (backup_set["method"], backup_set["job_outcome"]) == ("job", "succeeded")
    assert {database["name"] for database in backup_set["databases"]} == covered
    assert all(database["size"] > 0 and database["seconds"] >= 0 for database in backup_set["databases"])
    again = target.run("full_backup", **{**QUICK, "verify": "header"})
    assert again["backup_set"]["id"] > backup_set["id"]


def newest_set(target: Target) -> int:
    with target.client("test", "controller", "BizTalkMgmtDb") as client:
        return int(client.execute(_tsql.LAST_BACKUP_SET).fetchval() or 0)


def test_check_mode_makes_none(target: Target) -> None:
    before = newest_set(target)
    covered = {one["name"] for one in target.run("group_info")["group"]["databases"] if one["backed_up"]}
    planned = target.run("full_backup", **QUICK, _ansible_check_mode=True)["would_back_up"]
    assert {database["name"] for database in planned} == covered
    assert newest_set(target) == before


def test_check_mode_tells_how_long_the_last_one_took(target: Target) -> None:
    made = target.run("full_backup", **QUICK)["backup_set"]
    last = target.run("full_backup", **QUICK, _ansible_check_mode=True)["last_full_set"]
    assert (last["id"], last["complete"]) == (made["id"], True)
    assert 0 <= last["seconds"] <= made["seconds"]


def test_an_operators_database_that_is_not_covered(target: Target) -> None:
    message = target.run("full_backup", **QUICK, databases=["SSODB", "Orders"])["msg"]
    assert "No backup was made" in message
    assert "does not back up Orders" in message


def with_server(**server: t.Any) -> dict[str, t.Any]:
    return {"sql_servers": [{"name": "SQL1", **server}]}


def without_rights() -> dict[str, t.Any]:
    databases = {name: ["db_owner"] for name in ("BizTalkMgmtDb", "msdb")}
    return with_server(
        logins=[
            {
                "name": "patching",
                "password": "Sql-Patching-1!",
                "sysadmin": False,
                "databases": databases,
                "permissions": ["VIEW SERVER STATE"],
            }
        ]
    )


@pytest.mark.parametrize(
    ("overrides", "agents", "words"),
    [
        (with_server(backup_job={"exists": False}), True, f"has no job '{JOB}'"),
        (with_server(backup_job={"enabled": False}), True, "is disabled"),
        (with_server(backup_job={"path": None}), True, "has no backup path yet"),
        (with_server(), False, "SQL Server Agent of SQL1 is stopped"),
        (
            with_server(databases=[{"name": "SSODB", "role": "sso", "backed_up_as_other": False}]),
            True,
            "does not back up SSODB on SQL1",
        ),
        (without_rights(), True, "not sysadmin: patching on SQL1"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_refused_before_anything_is_touched(
    open_lab: OpenLab, overrides: dict[str, t.Any], agents: bool, words: str, check_mode: bool
) -> None:
    lab = open_lab(**overrides)
    lab.agents(running=agents)
    message = lab.run("full_backup", **QUICK, _ansible_check_mode=check_mode)["msg"]
    assert message.startswith("No backup was made: ")
    assert words in message
    assert lab.events("backup.forced") == []


def test_an_uncovered_sso_database_is_accepted_explicitly(open_lab: OpenLab) -> None:
    lab = open_lab(**with_server(databases=[{"name": "SSODB", "role": "sso", "backed_up_as_other": False}]))
    made = lab.run("full_backup", **QUICK, accept_uncovered_sso=True)["backup_set"]["databases"]
    assert "SSODB" not in {database["name"] for database in made}


def faulty(kind: str, **details: t.Any) -> dict[str, t.Any]:
    return with_server(faults=[{"kind": kind, **details}])


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (
            faulty("backup_fails", database="BizTalkDTADb"),
            ["lacks", "BizTalkDTADb on SQL1", "The job said: BackupFull"],
        ),
        (faulty("backup_file_lost", database="SSODB"), ["SSODB", "Operating system error 2"]),
        (faulty("backup_file_damaged", database="SSODB"), ["SSODB", "Damage to the backup set was detected"]),
    ],
)
def test_a_bad_set_is_not_usable(open_lab: OpenLab, overrides: dict[str, t.Any], words: list[str]) -> None:
    result = open_lab(**overrides).run("full_backup", **QUICK)
    assert result["failed"]
    assert result["msg"].startswith("The full backup is not usable: ")
    assert all(word in result["msg"] for word in words), result["msg"]
    assert result["backup_set"]["method"] == "job"


@pytest.mark.parametrize("step", ["MarkAndBackupLog", "Clear Backup History"])
def test_a_failed_later_step_does_not_spoil_a_good_set(open_lab: OpenLab, step: str) -> None:
    backup_set = open_lab(**faulty("step_fails", job="Backup", step=step)).run("full_backup", **QUICK)["backup_set"]
    assert backup_set["job_outcome"] == "failed"
    assert step in backup_set["job_messages"][0]


def test_a_run_in_progress_is_waited_for(open_lab: OpenLab) -> None:
    lab = open_lab(**faulty("job_busy", job="Backup", seconds=2))
    assert lab.run("full_backup", **QUICK)["backup_set"]["id"] > 43
    runs = [event for event in lab.events("job.started") if event["job"] == JOB]
    assert len(runs) == 2


@pytest.mark.parametrize("offset", [-10.0, 9.0])
@pytest.mark.parametrize("local_time", [True, False])
def test_the_clock_does_not_matter(open_lab: OpenLab, offset: float, local_time: bool) -> None:
    lab = open_lab(**with_server(utc_offset=offset, backup_job={"local_time": local_time}))
    made = lab.run("full_backup", **QUICK)["backup_set"]
    assert made["id"] == 44
    last = lab.run("full_backup", **QUICK, _ansible_check_mode=True)["last_full_set"]
    assert made["started"] <= last["finished"] <= made["ended"]


def test_several_instances_each_read_their_own_files(open_lab: OpenLab) -> None:
    lab = open_lab("two-instances.yml")
    made = lab.run("full_backup", **QUICK)["backup_set"]["databases"]
    assert {database["server"] for database in made} == {
        "SQL1",
        "sql1.lab.example",
        "SQL2",
        "BTSMSGBOX",
        "sql2.lab.example",
    }
    verified = {(event["instance"], event["file"]) for event in lab.events("backup.verified")}
    assert {instance for instance, _file in verified} == {"SQL1", "SQL2"}
    assert len(verified) == len(made)


def test_through_the_listener_of_an_availability_group(open_lab: OpenLab) -> None:
    lab = open_lab("availability-group.yml")
    assert len(lab.run("full_backup", **QUICK)["backup_set"]["databases"]) == 6


@pytest.mark.parametrize("readable", ["NO", "ALL"])
def test_not_on_a_secondary_replica(open_lab: OpenLab, readable: str) -> None:
    group = {"name": "BizTalkGroupAG", "readable": readable}
    lab = open_lab("availability-group.yml", availability_groups=[group])
    lab.options["server"] = "SQL2"
    message = lab.run("full_backup", **QUICK)["msg"]
    assert "secondary replica" in message
    assert lab.events("backup.forced") == []
