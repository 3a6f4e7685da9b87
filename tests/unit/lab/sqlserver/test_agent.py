# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL Server Agent and the job that backs up the group."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from tests.lab.tds.interface import ResultSet
from tests.unit.lab.sqlserver.support import BACKUP_JOB, Sql, events, wait_until

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.sqlserver.instance import SqlServerInstance

START = f"EXEC msdb.dbo.sp_start_job @job_name = N'{BACKUP_JOB}'"
SETS = "SELECT BackupSetId, BackupType, SetComplete, COUNT(*) FROM adm_BackupHistory WHERE BackupSetId > 43"
SETS += " GROUP BY BackupSetId, BackupType, SetComplete ORDER BY BackupSetId"
HISTORY = """SELECT h.step_id, h.run_status FROM msdb.dbo.sysjobhistory AS h JOIN msdb.dbo.sysjobs AS j
    ON j.job_id = h.job_id WHERE j.name LIKE N'Backup BizTalk Server%' ORDER BY h.instance_id"""
OUTCOME = """SELECT TOP 1 h.message FROM msdb.dbo.sysjobhistory AS h JOIN msdb.dbo.sysjobs AS j
    ON j.job_id = h.job_id WHERE j.name LIKE N'Backup BizTalk Server%' AND h.run_status = 0 ORDER BY h.instance_id"""
PROGRAMS = "SELECT program_name FROM sys.dm_exec_sessions WHERE program_name LIKE 'SQLAgent - TSQL JobStep%'"
ALL = ["BAMPrimaryImport", "BizTalkDTADb", "BizTalkMgmtDb", "BizTalkMsgBoxDb", "BizTalkRuleEngineDb", "SSODB"]


def run_job(instance: SqlServerInstance, sql: Sql) -> None:
    sql.replies(START)
    instance.agent.wait(BACKUP_JOB)


def test_forced_backup(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    sql.replies("EXEC dbo.sp_ForceFullBackup")
    assert sql.value("SELECT ForceFull FROM adm_BackupSettings") == 1
    assert sql.rows(SETS) == []
    run_job(instance, sql)
    assert sql.rows(SETS) == [(44, "db", 1, 6), (45, "lg", 1, 6)]
    assert sql.value("SELECT ForceFull FROM adm_BackupSettings") == 0
    assert sql.rows(HISTORY) == [(1, 1), (2, 1), (3, 1), (4, 1), (0, 1)]
    full, _log = events(instance, "backup.set")
    assert (full["backup_set"], full["complete"]) == (44, True)
    assert full["databases"] == [["SQL1", name] for name in ALL]
    assert events(instance, "job.finished")[-1]["outcome"] == "succeeded"


def test_force_from_another_database(instance: SqlServerInstance) -> None:
    sql = Sql(instance, "patching", "master")
    sql.replies("EXEC BizTalkMgmtDb.dbo.sp_ForceFullBackup")
    assert sql.value("SELECT ForceFull FROM BizTalkMgmtDb.dbo.adm_BackupSettings") == 1
    assert events(instance, "backup.forced") == [{"instance": "SQL1", "database": "BizTalkMgmtDb", "login": "patching"}]


def test_without_force_only_the_logs_are_saved(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    run_job(instance, sql)
    assert sql.rows(SETS) == [(44, "lg", 1, 6)]


def test_full_backup_is_due_on_a_new_day(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    sql.replies("UPDATE adm_BackupHistory SET BackupDateTime = '2026-01-01 00:00:00.000'")
    run_job(instance, sql)
    assert sql.rows(SETS) == [(44, "db", 1, 6), (45, "lg", 1, 6)]


def test_files_can_be_verified(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    sql.replies("EXEC sp_ForceFullBackup")
    run_job(instance, sql)
    files = sql.rows("SELECT BackupFileLocation + N'\\' + BackupFileName, DatabaseName FROM adm_BackupHistory")
    for file, database in files:
        header = dict(zip(HEADER_NAMES, sql.rows("RESTORE HEADERONLY FROM DISK = @f", f=file)[0], strict=False))
        assert header["DatabaseName"] == database
        assert sql.messages(f"RESTORE VERIFYONLY FROM DISK = N'{file}'") == [3262]
    assert len(files) == 30


HEADER_NAMES = ["BackupName", "", "BackupType", "", "", "Position", "", "UserName", "ServerName", "DatabaseName"]


def test_agent_stopped(instance: SqlServerInstance, sql: Sql) -> None:
    assert sql.error(START) == 22022
    assert sql.value("SELECT status FROM sys.dm_server_services WHERE servicename LIKE 'SQL Server Agent%'") == 1


def test_job_already_runs(make_instance: Callable[..., SqlServerInstance]) -> None:
    instance = make_instance(delays={"backup_database": 20})
    sql = Sql(instance, "patching", "BizTalkMgmtDb")
    instance.agent_started()
    sql.replies("EXEC sp_ForceFullBackup " + START)
    assert sql.error(START) == 22022
    wait_until(instance, lambda: any(name.endswith("Step 2)") for (name,) in sql.rows(PROGRAMS)))
    sql.replies(f"EXEC msdb.dbo.sp_stop_job @job_name = N'{BACKUP_JOB}'")
    instance.agent.wait(BACKUP_JOB)
    assert sql.rows(HISTORY)[-2:] == [(2, 3), (0, 3)]
    assert events(instance, "job.finished")[-1]["outcome"] == "canceled"
    assert sql.value("SELECT ForceFull FROM adm_BackupSettings") == 1
    assert [event["complete"] for event in events(instance, "backup.set")] == [False]


def test_stopping_the_agent_cancels_jobs(make_instance: Callable[..., SqlServerInstance]) -> None:
    instance = make_instance(delays={"backup_database": 20, "session_linger": 0})
    sql = Sql(instance, "patching", "BizTalkMgmtDb")
    instance.agent_started()
    sql.replies("EXEC sp_ForceFullBackup " + START)
    instance.agent_stopped()
    assert {event["outcome"] for event in events(instance, "job.finished")} == {"canceled"}
    assert instance.sessions_of("BizTalkMsgBoxDb") == []
    assert sql.error(START) == 22022


def test_ref_count_job_runs_as_long_as_the_agent(instance: SqlServerInstance, sql: Sql) -> None:
    assert instance.sessions_of("BizTalkMsgBoxDb") == []
    instance.agent_started()
    instance.agent_started()
    wait_until(instance, lambda: bool(sql.rows(PROGRAMS)))
    ((program,),) = sql.rows(PROGRAMS)
    assert program.startswith("SQLAgent - TSQL JobStep (Job 0x")
    assert program.endswith(" : Step 1)")
    instance.agent_stopped()
    assert sql.rows(PROGRAMS) == []


def test_activity_is_that_of_the_newest_agent_session(instance: SqlServerInstance, sql: Sql) -> None:
    batch = """SELECT a.start_execution_date, a.stop_execution_date FROM msdb.dbo.sysjobactivity AS a
        JOIN msdb.dbo.sysjobs AS j ON j.job_id = a.job_id WHERE j.name LIKE N'Backup BizTalk Server%'
        AND a.session_id = (SELECT MAX(session_id) FROM msdb.dbo.syssessions)"""
    instance.agent_started()
    run_job(instance, sql)
    ((started, stopped),) = sql.rows(batch)
    assert started <= stopped
    instance.agent_stopped()
    instance.agent_started()
    assert sql.rows(batch) == [(None, None)]


def test_path_not_configured(make_instance: Callable[..., SqlServerInstance]) -> None:
    instance = make_instance(backup_job={"enabled": True, "path": None})
    sql = Sql(instance, "patching", "BizTalkMgmtDb")
    instance.agent_started()
    sql.replies("EXEC sp_ForceFullBackup")
    run_job(instance, sql)
    assert sql.rows(HISTORY) == [(1, 1), (2, 0), (0, 0)]
    assert "Operating system error 123" in sql.value(OUTCOME)
    assert sql.rows(SETS) == []
    assert "<destination path>" in sql.value("SELECT command FROM msdb.dbo.sysjobsteps WHERE step_name = 'BackupFull'")


def test_failure_leaves_an_incomplete_set(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    sql.replies("UPDATE adm_OtherBackupDatabases SET DatabaseName = N'Gone' EXEC sp_ForceFullBackup")
    run_job(instance, sql)
    assert sql.rows(SETS) == [(44, "db", 0, 5)]
    assert "Failed running the backup on SQL1.Gone" in sql.value(OUTCOME)


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"exists": False}, []),
        ({"enabled": False}, [(0,)]),
        ({"enabled": True}, [(1,)]),
    ],
)
def test_job_of_the_topology(
    make_instance: Callable[..., SqlServerInstance], job: dict[str, bool], expected: list[tuple[int]]
) -> None:
    sql = Sql(make_instance(backup_job=job), "patching", "msdb")
    assert sql.rows("SELECT enabled FROM sysjobs WHERE name = @name", name=BACKUP_JOB) == expected


@pytest.mark.parametrize(("batch", "number"), [("N'nothing'", 14262), ("", 14294)])
def test_unknown_job(instance: SqlServerInstance, sql: Sql, batch: str, number: int) -> None:
    instance.agent_started()
    assert sql.error(f"EXEC msdb.dbo.sp_start_job {batch}") == number


def test_clear_history_keeps_the_newest_full_set(sql: Sql) -> None:
    sql.replies("UPDATE adm_BackupHistory SET BackupDateTime = '2020-01-01 00:00:00.000'")
    sql.replies("EXEC sp_DeleteBackupHistory @DaysToKeep = 14")
    assert sql.value("SELECT MIN(BackupSetId) FROM adm_BackupHistory") == 41
    sql.replies("UPDATE adm_BackupHistory SET BackupType = 'db' WHERE BackupSetId = 43")
    sql.replies("EXEC sp_DeleteBackupHistory @DaysToKeep = 14")
    assert sql.value("SELECT MIN(BackupSetId) FROM adm_BackupHistory") == 43


HELP = "EXEC msdb.dbo.sp_help_job @job_name = N'{}', @job_aspect = N'JOB'"
NEXT = """SELECT a.next_scheduled_run_date FROM msdb.dbo.sysjobactivity AS a JOIN msdb.dbo.sysjobs AS j
    ON j.job_id = a.job_id WHERE j.name LIKE N'Backup BizTalk Server%'
    AND a.session_id = (SELECT MAX(session_id) FROM msdb.dbo.syssessions)"""


def helped(sql: Sql, job: str = BACKUP_JOB) -> dict[str, t.Any]:
    result = sql.replies(HELP.format(job))[-1]
    assert isinstance(result, ResultSet)
    return dict(zip((column.name for column in result.columns), result.rows[0], strict=True))


def test_next_run(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    ((due,),) = sql.rows(NEXT)
    wait = due - instance.now()
    assert (due.minute % 15, due.second, due.microsecond) == (0, 0, 0)
    assert timedelta(0) < wait <= timedelta(minutes=15)
    shown = helped(sql)
    assert (shown["next_run_date"], shown["next_run_time"]) == (int(f"{due:%Y%m%d}"), int(f"{due:%H%M%S}"))


def test_disabled_job_has_no_next_run_but_can_be_started(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    sql.replies(f"EXEC msdb.dbo.sp_update_job @job_name = N'{BACKUP_JOB}', @enabled = 0")
    shown = helped(sql)
    assert (shown["enabled"], shown["next_run_date"], shown["next_run_time"]) == (0, 0, 0)
    assert sql.rows(NEXT) == [(None,)]
    instance.agent.run_by_schedule(BACKUP_JOB)
    assert helped(sql)["current_execution_status"] == 4
    run_job(instance, sql)
    assert helped(sql)["last_run_outcome"] == 1


def test_schedule_on_demand(instance: SqlServerInstance, sql: Sql) -> None:
    instance.agent_started()
    instance.agent.run_by_schedule(BACKUP_JOB, seconds=60)
    shown = helped(sql)
    assert (shown["current_execution_status"], shown["current_execution_step"]) == (1, "0 (unknown)")
    assert sql.error(START) == 22022
    sql.replies(f"EXEC msdb.dbo.sp_stop_job @job_name = N'{BACKUP_JOB}'")
    instance.agent.wait(BACKUP_JOB)
    assert helped(sql)["last_run_outcome"] == 3
    (result,) = sql.replies("EXEC msdb.dbo.sp_help_job")
    assert isinstance(result, ResultSet)
    assert len(result.rows) == 5


def test_help_on_everything_about_a_job(sql: Sql) -> None:
    assert sql.error(f"EXEC msdb.dbo.sp_help_job @job_name = N'{BACKUP_JOB}'") == 50000
    assert sql.error(HELP.format("nothing")) == 14262
