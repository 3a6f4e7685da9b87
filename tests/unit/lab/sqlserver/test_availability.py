# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Always On availability group: roles, what a secondary refuses, jobs that do nothing there, fail-over."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.sqlserver.availability import Listener
from tests.lab.tds.interface import SqlServerError
from tests.lab.tds.login import Login
from tests.unit.lab.sqlserver.support import BACKUP_JOB, Place, Sql, events

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.sqlserver.instance import SqlServerInstance

    Pair = tuple[SqlServerInstance, SqlServerInstance]

ROLES = """SELECT r.replica_server_name, s.role_desc FROM sys.availability_replicas AS r
    JOIN sys.dm_hadr_availability_replica_states AS s ON s.replica_id = r.replica_id ORDER BY r.replica_server_name"""
LOCAL = """SELECT d.name, g.name, r.role_desc FROM sys.databases AS d
    JOIN sys.dm_hadr_availability_replica_states AS r ON r.replica_id = d.replica_id
    JOIN sys.availability_groups AS g ON g.group_id = r.group_id WHERE r.is_local = 1 AND d.name LIKE 'BizTalkMgmt%'"""
HISTORY = """SELECT h.step_id, h.run_status FROM msdb.dbo.sysjobhistory AS h JOIN msdb.dbo.sysjobs AS j
    ON j.job_id = h.job_id WHERE j.name LIKE N'Backup%' ORDER BY h.instance_id"""


@pytest.fixture
def pair(load: Callable[..., list[SqlServerInstance]]) -> Pair:
    first, second = load("availability-group.yml")
    return first, second


def test_roles(pair: Pair) -> None:
    primary, secondary = (Sql(instance, "patching", "master") for instance in pair)
    assert primary.rows(ROLES) == [("SQL1", "PRIMARY"), ("SQL2", "SECONDARY")]
    assert secondary.rows(ROLES) == [("SQL2", "SECONDARY")]
    assert secondary.rows(LOCAL) == [("BizTalkMgmtDb", "BizTalkGroupAG", "SECONDARY")]
    assert primary.rows("SELECT dns_name, port FROM sys.availability_group_listeners") == [("BTSLISTENER", 1433)]
    ask = "SELECT sys.fn_hadr_is_primary_replica('BizTalkMgmtDb'), sys.fn_hadr_backup_is_preferred_replica('SSODB')"
    assert (primary.rows(ask), secondary.rows(ask)) == ([(1, 1)], [(0, 0)])
    assert primary.rows("SELECT sys.fn_hadr_is_primary_replica('msdb'), SERVERPROPERTY('IsHadrEnabled')") == [(None, 1)]
    assert primary.error("SELECT fn_hadr_is_primary_replica('SSODB')") == 195
    assert primary.error("SELECT dbo.fn_nothing('SSODB')") == 4121


def test_group_knows_the_listener(pair: Pair) -> None:
    sql = Sql(pair[0], "patching", "BizTalkMgmtDb")
    assert {
        row[0] for row in sql.rows("SELECT ServerName FROM admv_BackupDatabases WHERE DatabaseName <> DB_NAME()")
    } == {"BTSLISTENER"}


def test_secondary_lets_nobody_in(pair: Pair) -> None:
    with pytest.raises(SqlServerError) as caught:
        Sql(pair[1], "patching", "BizTalkMgmtDb")
    assert caught.value.number == 976
    sql = Sql(pair[1], "patching", "master")
    assert sql.error("USE BizTalkMgmtDb") == 976
    assert sql.error("SELECT Name FROM BizTalkMgmtDb.dbo.adm_Server") == 976
    assert sql.error("EXEC BizTalkMgmtDb.dbo.sp_ForceFullBackup") == 976
    backup = r"BACKUP DATABASE SSODB TO DISK = '\\FILES\Backup\BizTalk\x.bak' WITH INIT"
    assert sql.messages(backup) == [3059, 3013]
    assert sql.messages(f"{backup}, COPY_ONLY") == [4035, 3014]


def test_group_cannot_be_restored(pair: Pair) -> None:
    sql = Sql(pair[0], "patching", "master")
    path = r"\\FILES\Backup\BizTalk\x.bak"
    sql.replies(f"BACKUP DATABASE SSODB TO DISK = '{path}' WITH INIT")
    assert sql.messages(f"RESTORE DATABASE SSODB FROM DISK = '{path}' WITH REPLACE") == [3104, 3013]
    assert sql.messages("ALTER DATABASE SSODB SET SINGLE_USER WITH ROLLBACK IMMEDIATE") == [1468, 5069]


def test_readable_secondary(load: Callable[..., list[SqlServerInstance]]) -> None:
    overrides = {"availability_groups": [{"name": "BizTalkGroupAG", "readable": "ALL"}]}
    first, second = load("availability-group.yml", overrides)
    primary, secondary = Sql(first, "patching", "BizTalkMgmtDb"), Sql(second, "patching", "BizTalkMgmtDb")
    primary.replies("UPDATE adm_BackupSettings SET ForceFull = 1")
    assert secondary.value("SELECT ForceFull FROM adm_BackupSettings") == 1
    assert secondary.error("UPDATE adm_BackupSettings SET ForceFull = 0") == 3906
    assert secondary.error("EXEC sp_ForceFullBackup") == 3906
    assert secondary.value("SELECT DATABASEPROPERTYEX(DB_NAME(), 'Updateability')") == "READ_ONLY"


@pytest.mark.parametrize(("intent", "expected"), [(False, 978), (True, None)])
def test_read_only_routing(load: Callable[..., list[SqlServerInstance]], intent: bool, expected: int | None) -> None:
    overrides = {"availability_groups": [{"name": "BizTalkGroupAG", "readable": "READ_ONLY"}]}
    secondary = load("availability-group.yml", overrides)[1]
    login = Login("patching", "Sql-Patching-1!", "SSODB", "h", "p", "s", integrated=False, read_only=intent)
    number = None
    try:
        secondary.log_in(login, lambda: False)
    except SqlServerError as error:
        number = error.number
    assert number == expected


def test_job_does_nothing_on_the_secondary(pair: Pair) -> None:
    sql = Sql(pair[1], "patching", "master")
    pair[1].agent_started()
    sql.replies(f"EXEC msdb.dbo.sp_start_job @job_name = N'{BACKUP_JOB}'")
    pair[1].agent.wait(BACKUP_JOB)
    assert sql.rows(HISTORY) == [(1, 1), (2, 1), (3, 1), (4, 1), (0, 1)]
    assert events(pair[1], "backup.set") == []


def test_job_on_the_primary(pair: Pair) -> None:
    sql = Sql(pair[0], "patching", "BizTalkMgmtDb")
    pair[0].agent_started()
    sql.replies(f"EXEC sp_ForceFullBackup EXEC msdb.dbo.sp_start_job @job_name = N'{BACKUP_JOB}'")
    pair[0].agent.wait(BACKUP_JOB)
    full = events(pair[0], "backup.set")[0]
    assert full["complete"]
    assert {server for server, _database in full["databases"]} == {"SQL1"}


def test_fail_over(pair: Pair) -> None:
    first, second = pair
    for instance in pair:
        instance.agent_started()
        instance.agent.wait("MessageBox_Message_ManageRefCountLog_BizTalkMsgBoxDb", 0 if instance is first else 30)
    Sql(first, "patching", "BizTalkMgmtDb").replies("UPDATE adm_BackupSettings SET ForceFull = 1")
    (group,) = first.groups
    listener = Listener(group)
    assert listener.name == "SQL1"
    place = Place()
    first.front.endpoints.append(place)
    first.run_update_script(database="SSODB", script="a.sql", login="sa", kb="KB1")
    first.damage("SSODB", "a host instance ran")
    group.fail_over()
    assert place.said == ["drop"]
    assert (first.damaged(), second.damaged()) == ([], ["SSODB"])
    assert second.contents.scripts == [("SSODB", "a.sql")]
    runs = [event["instance"] for event in events(first, "job.started") if "ManageRefCountLog" in event["job"]]
    assert runs == ["SQL1", "SQL2", "SQL2"]
    login = Login("patching", "Sql-Patching-1!", "BizTalkMgmtDb", "h", "p", "s", integrated=False)
    runner = listener.log_in(login, lambda: False)
    assert (listener.name, runner.instance) == ("SQL2", second)
    assert Sql(second, "patching", "BizTalkMgmtDb").value("SELECT ForceFull FROM adm_BackupSettings") == 1
    assert Sql(second, "patching", "master").rows(ROLES)[0] == ("SQL1", "SECONDARY")
    assert events(second, "availability.failed_over") == [
        {"instance": "SQL2", "group": "BizTalkGroupAG", "former": "SQL1"}
    ]
    session = first.open_session(host="BTS1", program="BTSNTSvc64", login="x", database="BizTalkMsgBoxDb")
    assert second.sessions.find(session.spid) is session
    assert first.sessions_of("BizTalkMsgBoxDb")[-1] == "BTSNTSvc64 on BTS1"
