# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What full_restore refuses over pyodbc, before it has changed anything."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.sql.restores import QUICK, SET, file_of, files_of, is_untouched, rewrite, updated
from tests.lab.sqlserver.media import LOG

if t.TYPE_CHECKING:
    from tests.integration.sql.targets import LabTarget, OpenLab

    Spoil = t.Callable[[LabTarget], object]

pytestmark = pytest.mark.parametrize("driver", ["microsoft"], indirect=True)


def refused(lab: LabTarget, **options: t.Any) -> str:
    """The message. Check mode gives the same, and nothing was touched."""
    previewed = lab.run("full_restore", **QUICK | options, _ansible_check_mode=True)["msg"]
    message: str = lab.run("full_restore", **QUICK | options)["msg"]
    assert is_untouched(lab)
    assert message == previewed
    return message


def another_set(lab: LabTarget) -> None:
    """The file of a set that was made years ago lies where the set's own one was."""
    moment = "2020-01-01 10:00:00.000"
    rewrite(lab.first, file_of(lab, "SSODB"), started=moment, finished=moment)


SPOILED: dict[str, tuple[Spoil, list[str]]] = {
    "missing": (lambda lab: lab.first.media.remove(file_of(lab, "SSODB")), ["SSODB_Full", "Operating system error 2"]),
    "corrupt": (
        lambda lab: lab.first.media.damage(file_of(lab, "SSODB")),
        ["the backup of SSODB on SQL1", "Damage to the backup set was detected"],
    ),
    "no backup at all": (
        lambda lab: lab.first.media.local(file_of(lab, "SSODB")).write_bytes(b"MZ"),
        ["SSODB_Full", "is incorrectly formed"],
    ),
    "of another database": (
        lambda lab: rewrite(lab.first, file_of(lab, "SSODB"), database="BizTalkDTADb"),
        ["is a backup of BizTalkDTADb, not of SSODB"],
    ),
    "of another instance": (
        lambda lab: rewrite(lab.first, file_of(lab, "SSODB"), server="TEST9"),
        ["was made on TEST9, not on SQL1: it is of another database"],
    ),
    "of another set": (another_set, ["SSODB_Full", "was made at 2020-01-01 10:00 UTC", "it is of another set"]),
    "a log backup": (lambda lab: rewrite(lab.first, file_of(lab, "SSODB"), kind=LOG), ["is no full database backup"]),
    "of a newer SQL Server": (
        lambda lab: rewrite(lab.first, file_of(lab, "SSODB"), version=16),
        ["was made by a newer SQL Server (version 16, database version 957) than SQL1 is (15.0.4430.1, 904)"],
    ),
    "too large for the disk": (
        lambda lab: rewrite(lab.first, file_of(lab, "SSODB"), size=300 * 1024**3),
        ["C:\\ of SQL1 has 100.0 GiB free and needs 599.9 GiB"],
    ),
}


@pytest.mark.parametrize(("spoil", "words"), SPOILED.values(), ids=SPOILED)
def test_a_file_that_is(lab: LabTarget, spoil: Spoil, words: list[str]) -> None:
    spoil(updated(lab))
    message = refused(lab)
    assert message.startswith("Nothing was restored, for backup set 41 cannot be: ")
    assert all(word in message for word in words), message


def test_a_file_with_another_size_or_duration_than_the_set_had(lab: LabTarget) -> None:
    files: list[dict[str, t.Any]] = [*files_of(updated(lab))]
    files[0] = files[0] | {"size": 4711}
    files[1] = files[1] | {"seconds": 12.5}
    message = refused(lab, backup_set={"databases": files})
    assert message.count("is not the file that the set had") == 2


def test_everything_is_said_at_once(lab: LabTarget) -> None:
    updated(lab).agents(running=True)
    for place, database in enumerate(("SSODB", "BizTalkDTADb")):
        rewrite(lab.first, file_of(lab, database), server=f"TEST{place}")
    lab.first.media.remove(file_of(lab, "BizTalkMsgBoxDb"))
    message = lab.run("full_restore", **QUICK)["msg"]
    for word in ("TEST0", "TEST1", "Operating system error 2", "SQL Server Agent runs on SQL1: stop the service"):
        assert word in message
    assert lab.events("backup.verified") == []


@pytest.mark.parametrize("server", ["SQL1", "SQL2"])
def test_a_running_agent(open_lab: OpenLab, server: str) -> None:
    lab = updated(open_lab("two-instances.yml"))
    lab.instances[server].agent_started()
    message = lab.run("full_restore", **QUICK)["msg"]
    assert is_untouched(lab)
    assert f"SQL Server Agent runs on {server}: stop the service" in message


@pytest.mark.parametrize(
    ("program", "database", "words"),
    [
        ("BTSNTSvc64", "BizTalkMsgBoxDb", "stop the host instances on that computer"),
        ("Enterprise SSO", "SSODB", "Enterprise SSO on BTS1 uses SSODB: stop Enterprise Single Sign-On (ENTSSO)"),
        ("w3wp", "BizTalkDTADb", "stop IIS"),
    ],
)
def test_programs_of_biztalk_are_to_be_stopped_first(lab: LabTarget, program: str, database: str, words: str) -> None:
    updated(lab).first.open_session(host="BTS1", program=program, login="LAB\\svc", database=database)
    message = lab.run("full_restore", **QUICK)["msg"]
    assert is_untouched(lab)
    assert words in message
    preview = lab.run("full_restore", **QUICK, _ansible_check_mode=True)
    assert words in preview["to_stop"][0]


def test_a_database_in_single_user_mode(lab: LabTarget) -> None:
    """Somebody tried a restore by hand, and a monitoring tool has the one place since."""
    updated(lab).first.state_of("SSODB").access = "SINGLE_USER"
    lab.first.open_session(host="MONITOR", program="Monitoring Agent", login="x", database="SSODB")
    assert "SSODB on SQL1 is in single-user mode" in refused(lab)


def test_sessions_that_outlive_their_programs_are_waited_for(lab: LabTarget) -> None:
    session = updated(lab).first.open_session(host="BTS1", program="BTSNTSvc64", login="x", database="BizTalkMsgBoxDb")
    session.end()
    result = lab.run("full_restore", **QUICK | {"idle_timeout": 30})
    assert result["changed"] is True, result["msg"]


def new(role: str = "other", **more: t.Any) -> dict[str, t.Any]:
    return {"sql_servers": [{"name": "SQL1", "databases": [{"name": "Orders", "role": role, **more}]}]}


def test_a_database_that_is_new_since(open_lab: OpenLab) -> None:
    job = {"earlier_sets": [{"id": 41, "type": "db", "lacks": ["Orders"]}]}
    servers = new(backed_up_as_other=True)["sql_servers"][0] | {"backup_job": job}
    message = refused(updated(open_lab(sql_servers=[servers])))
    assert "Orders on SQL1 belongs to the group and is not in backup set 41" in message


def test_a_database_that_belongs_to_the_group_no_more(open_lab: OpenLab) -> None:
    lab = updated(open_lab(**new(backed_up_as_other=True)))
    lab.first.store.run("DELETE FROM \"BizTalkMgmtDb.dbo.adm_OtherBackupDatabases\" WHERE DatabaseName = 'Orders'")
    message = refused(lab)
    assert "Orders on SQL1 is in backup set 41 and does not belong to the group any more" in message
    result = lab.run("full_restore", **QUICK, databases=["orders"])
    assert len(result["databases"]) == 7, result


def test_a_database_that_is_gone(lab: LabTarget) -> None:
    files = [*files_of(updated(lab)), {"server": "SQL1", "name": "Orders", "file": file_of(lab, "SSODB")}]
    message = refused(lab, backup_set={"databases": files})
    assert "Orders, which is in the backup set without an id, is no longer on SQL1" in message


def test_the_single_sign_on_database_is_one_of_them(open_lab: OpenLab) -> None:
    sso = {"name": "SSODB", "role": "sso", "backed_up_as_other": False}
    lab = updated(open_lab(sql_servers=[{"name": "SQL1", "databases": [sso]}]))
    assert "SSODB on SQL1 belongs to the group and is not in backup set 41" in refused(lab)
    result = lab.run("full_restore", **QUICK, accept_uncovered_sso=True)
    assert len(result["databases"]) == 5, result


def test_a_login_that_is_not_sysadmin(open_lab: OpenLab) -> None:
    login = {
        "name": "patching",
        "password": "Sql-Patching-1!",
        "sysadmin": False,
        "databases": {name: ["db_owner"] for name in ("BizTalkMgmtDb", "msdb")},
        "permissions": ["VIEW SERVER STATE", "CREATE ANY DATABASE"],
    }
    lab = updated(open_lab(sql_servers=[{"name": "SQL1", "logins": [login]}]))
    assert "patching is not sysadmin on SQL1" in refused(lab)


def test_a_member_of_an_availability_group_with_the_steps(open_lab: OpenLab) -> None:
    message = refused(updated(open_lab("availability-group.yml")))
    assert "BizTalkMgmtDb on SQL1 is in Availability Group BizTalkGroupAG" in message
    assert "ALTER AVAILABILITY GROUP [BizTalkGroupAG] REMOVE DATABASE [BizTalkMgmtDb]" in message


SETS: dict[str, tuple[dict[str, t.Any], str]] = {
    "unknown": ({"id": 4712}, "The history has no full backup set 4712; it has backup set 41 of 2"),
    "a log set": ({"id": 42}, "The history has no full backup set 42"),
    "nothing": ({"id": ""}, "has neither an id nor databases"),
    "no number": ({"id": "the latest"}, "The id of the backup set is no number"),
    "without a file": ({"databases": [{"server": "SQL1", "name": "SSODB"}]}, "lacks file"),
    "another time": (SET | {"finished": "1999-"}, "none with that time of the full backup sets 41: backup set 41 of"),
}


@pytest.mark.parametrize(("named", "words"), SETS.values(), ids=SETS)
def test_a_set_that_is(lab: LabTarget, named: dict[str, t.Any], words: str) -> None:
    assert words in refused(updated(lab), backup_set=named)


def test_an_id_that_the_history_has_twice(open_lab: OpenLab) -> None:
    """Ids are issued again after a restore."""
    sets = [{"id": 41, "type": "db"}, {"id": 42, "type": "lg"}, {"id": 41, "type": "db"}]
    lab = updated(open_lab(sql_servers=[{"name": "SQL1", "backup_job": {"earlier_sets": sets}}]))
    message = refused(lab)
    assert "The history has several full backup sets 41: backup set 41 of " in message
    history = 'SELECT DISTINCT BackupDateTime FROM "BizTalkMgmtDb.dbo.adm_BackupHistory" WHERE BackupType = ?'
    first, second = sorted(moment for (moment,) in lab.first.store.all(history, ("db",)))
    assert first[:10] in message
    assert file_of(lab, "BAMPrimaryImport") in message
    result = lab.run("full_restore", **QUICK | {"backup_set": SET | {"finished": second[:19]}})
    assert "backup_set" in result, result["msg"]
    assert {one["finished"][:19] for one in result["backup_set"]["databases"]} == {second.replace(" ", "T")[:19]}


def test_an_incomplete_set(open_lab: OpenLab) -> None:
    sets = [{"id": 41, "type": "db", "complete": False}]
    lab = updated(open_lab(sql_servers=[{"name": "SQL1", "backup_job": {"earlier_sets": sets}}]))
    assert "is not marked complete in the history" in refused(lab)


def test_check_mode_has_the_exact_plan(lab: LabTarget) -> None:
    lab = updated(lab)
    lab.first.state_of("SSODB").state = "OFFLINE"
    result = lab.run("full_restore", **QUICK, _ansible_check_mode=True, _ansible_diff=True)
    names = ["BAMPrimaryImport", "BizTalkDTADb", "BizTalkMsgBoxDb", "BizTalkRuleEngineDb", "SSODB", "BizTalkMgmtDb"]
    files = {one["name"]: one["file"] for one in files_of(lab)}
    expected = []
    for name in names:
        if name != "SSODB":
            expected.append(f"ALTER DATABASE [{name}] SET OFFLINE WITH ROLLBACK IMMEDIATE")
        expected.append(f"RESTORE DATABASE [{name}] FROM DISK = N'{files[name]}' WITH REPLACE, NORECOVERY")
    expected += [f"RESTORE DATABASE [{name}] WITH RECOVERY" for name in names]
    assert [step["statement"] for step in result["plan"]] == expected
    assert (result["changed"], result["to_stop"]) == (True, [])
    assert "SSODB on SQL1: OFFLINE MULTI_USER\n" in result["diff"]["before"]
    assert f"SSODB on SQL1: ONLINE MULTI_USER, restored from {files['SSODB']}\n" in result["diff"]["after"]
    lab.first.state_of("SSODB").state = "ONLINE"
    assert is_untouched(lab)


def test_check_mode_says_what_has_to_be_stopped_first(lab: LabTarget) -> None:
    updated(lab).agents(running=True)
    result = lab.run("full_restore", **QUICK, _ansible_check_mode=True)
    assert result["to_stop"][0] == "SQL Server Agent runs on SQL1: stop the service, its jobs use the databases"
    assert "SQLAgent - TSQL JobStep" in result["to_stop"][1]
    assert is_untouched(lab)
