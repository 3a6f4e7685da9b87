# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: each kind, when it happens, and what it leaves."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.tds.interface import SqlServerError
from tests.unit.lab.sqlserver.support import BACKUP_JOB, Place, Sql, events, wait_until

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.sqlserver.instance import SqlServerInstance

SETS = "SELECT BackupSetId, BackupType, SetComplete, COUNT(*) FROM adm_BackupHistory WHERE BackupSetId > 43"
SETS += " GROUP BY BackupSetId, BackupType, SetComplete ORDER BY BackupSetId"
LAST_FILE = """SELECT BackupFileLocation + N'\\' + BackupFileName FROM adm_BackupHistory
    WHERE BackupSetId = 44 AND DatabaseName = N'BizTalkDTADb'"""
OUTCOMES = "SELECT step_id, run_status FROM msdb.dbo.sysjobhistory ORDER BY instance_id"
READ = "SELECT COUNT(*) FROM adm_Server"


def back_up(instance: SqlServerInstance, sql: Sql) -> None:
    sql.replies(f"EXEC sp_ForceFullBackup EXEC msdb.dbo.sp_start_job @job_name = N'{BACKUP_JOB}'")
    instance.agent.wait(BACKUP_JOB)


def test_backup_fails_once(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    instance.faults.add("backup_fails", database="BizTalkDTADb")
    back_up(instance, sql)
    ((number, kind, complete, count),) = sql.rows(SETS)
    assert (number, kind, complete) == (44, "db", 0)
    assert 0 < count < 6
    assert events(instance, "sql.fault") == [{"instance": "SQL1", "fault": "backup_fails", "target": "BizTalkDTADb"}]
    back_up(instance, sql)
    assert sql.rows(SETS)[-2:] == [(45, "db", 1, 6), (46, "lg", 1, 6)]


@pytest.mark.parametrize(("kind", "number"), [("backup_file_lost", 3201), ("backup_file_damaged", 3189)])
def test_file_is_spoiled(instance: SqlServerInstance, sql: Sql, kind: t.Any, number: int) -> None:
    instance.agent_started()
    instance.faults.add(kind, database="BizTalkDTADb")
    back_up(instance, sql)
    assert sql.rows(SETS)[0] == (44, "db", 1, 6)
    assert sql.messages(f"RESTORE VERIFYONLY FROM DISK = N'{sql.value(LAST_FILE)}'") == [number, 3013]


def test_slow_backup_shows_how_far_it_is(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    instance.faults.add("backup_slow", database="SSODB", seconds=60)
    sql.replies(f"EXEC sp_ForceFullBackup EXEC msdb.dbo.sp_start_job @job_name = N'{BACKUP_JOB}'")
    ask = (
        "SELECT percent_complete, estimated_completion_time FROM sys.dm_exec_requests WHERE command = 'BACKUP DATABASE'"
    )
    wait_until(instance, lambda: any(0 < row[0] < 50 and row[1] > 30000 for row in sql.rows(ask)))
    instance.agent_stopped()
    assert sql.rows(ask) == []


def test_step_fails_though_the_backup_is_good(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    instance.faults.add("step_fails", job="Backup", step="Clear")
    back_up(instance, sql)
    assert sql.rows(SETS) == [(44, "db", 1, 6), (45, "lg", 1, 6)]
    assert sql.rows(OUTCOMES)[-2:] == [(4, 0), (0, 0)]


def test_job_is_busy_when_somebody_comes(make_instance: Callable[..., SqlServerInstance]) -> None:
    instance = make_instance(faults=[{"kind": "job_busy", "job": "Backup", "seconds": 60}])
    instance.agent_started()
    sql = Sql(instance, "patching", "BizTalkMgmtDb")
    assert sql.error(f"EXEC msdb.dbo.sp_start_job @job_name = N'{BACKUP_JOB}'") == 22022
    assert [event["login"] for event in events(instance, "job.started") if event["job"] == BACKUP_JOB] == ["Schedule"]
    instance.agent_stopped()


def test_deadlock_victim(instance: SqlServerInstance, sql: Sql) -> None:
    instance.faults.add("deadlock", times=2, skip=1)
    assert sql.value(READ) == 3
    sql.replies("BEGIN TRAN UPDATE adm_BackupSettings SET UseCompression = 1")
    assert [sql.error(READ), sql.value("SELECT @@TRANCOUNT"), sql.error(READ), sql.value(READ)] == [1205, 0, 1205, 3]
    assert sql.value("SELECT UseCompression FROM adm_BackupSettings") == 0


def test_cleared_faults_do_nothing(instance: SqlServerInstance, sql: Sql) -> None:
    instance.faults.add("deadlock", times=0)
    assert [sql.error(READ), sql.error(READ)] == [1205, 1205]
    instance.faults.clear()
    assert sql.value(READ) == 3


def test_dropped_connection(instance: SqlServerInstance, sql: Sql) -> None:
    instance.faults.add("dropped_connection", statement="adm_server")
    assert sql.value("SELECT 1") == 1
    with pytest.raises(SqlServerError) as caught:
        sql.replies(READ)
    assert caught.value.severity > 20
    assert sql.value(READ) == 3


def test_fail_over(instance: SqlServerInstance, sql: Sql) -> None:
    place = Place()
    instance.front.endpoints.append(place)
    instance.agent_started()
    instance.faults.add("fail_over", refusals=1)
    with pytest.raises(SqlServerError):
        sql.replies("SELECT 1")
    wait_until(instance, lambda: place.said == ["stop", "start"])
    assert instance.agent.running
    with pytest.raises(SqlServerError) as caught:
        Sql(instance, "patching", "SSODB")
    assert caught.value.number == 40613
    assert Sql(instance, "patching", "SSODB").value("SELECT 1") == 1
    assert len(events(instance, "sql.down")) == len(events(instance, "sql.up")) == 1


def test_stopped_agent_stays_stopped(instance: SqlServerInstance) -> None:
    instance.front.fail_over()
    wait_until(instance, lambda: len(events(instance, "sql.up")) == 1)
    assert not instance.agent.running
