# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups whose databases are spread over instances, under all kinds of names; clocks, and sets that came before."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from tests.lab.lab import Lab
from tests.lab.packages.library import Library
from tests.lab.sqlserver.clock import moment
from tests.lab.topology import Topology, TopologyError
from tests.unit.lab.sqlserver.conftest import TOPOLOGIES
from tests.unit.lab.sqlserver.support import BACKUP_JOB, Sql, events

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.sqlserver.instance import SqlServerInstance

    Load = Callable[..., list[SqlServerInstance]]

BACKUP_DATABASES = "SELECT ServerName, DatabaseName FROM admv_BackupDatabases ORDER BY DatabaseName"
FILES = "SELECT ServerName, BackupFileLocation + N'\\' + BackupFileName FROM adm_BackupHistory WHERE BackupSetId = 44"
MINUTE = timedelta(minutes=1)
WHERE = {
    "BAMPrimaryImport": "SQL2",
    "BizTalkDTADb": "SQL2",
    "BizTalkMgmtDb": "SQL1",
    "BizTalkMsgBoxDb": "SQL2",
    "BizTalkMsgBoxDb2": "SQL2",
    "BizTalkRuleEngineDb": "SQL1",
    "SSODB": "SQL1",
}


def run_job(instance: SqlServerInstance, sql: Sql) -> None:
    sql.replies(f"EXEC dbo.sp_ForceFullBackup EXEC msdb.dbo.sp_start_job @job_name = N'{BACKUP_JOB}'")
    instance.agent.wait(BACKUP_JOB)


def test_the_group_knows_instances_by_other_names(load: Load) -> None:
    sql = Sql(load("two-instances.yml")[0], "patching", "BizTalkMgmtDb")
    assert sql.rows(BACKUP_DATABASES) == [
        ("SQL2", "BAMPrimaryImport"),
        ("sql2.lab.example", "BizTalkDTADb"),
        ("SQL1", "BizTalkMgmtDb"),
        ("BTSMSGBOX", "BizTalkMsgBoxDb"),
        ("SQL2", "BizTalkMsgBoxDb2"),
        ("sql1.lab.example", "BizTalkRuleEngineDb"),
        ("SQL1", "SSODB"),
    ]
    assert sql.rows("SELECT DBServerName, IsMasterMsgBox FROM adm_MessageBox ORDER BY Id") == [
        ("BTSMSGBOX", -1),
        ("SQL2", 0),
    ]


def test_each_instance_writes_its_own_files(load: Load) -> None:
    first, second = load("two-instances.yml")
    sql, other = Sql(first, "patching", "BizTalkMgmtDb"), Sql(second, "patching", "master")
    first.agent_started()
    run_job(first, sql)
    (full, _log) = events(first, "backup.set")
    assert {database: server for server, database in full["databases"]} == WHERE
    made = {event["database"]: event["instance"] for event in events(first, "backup.database") if event["type"] == "db"}
    assert made == WHERE
    for server, file in sql.rows(FILES):
        here, there = (sql, other) if server.casefold().startswith("sql1") else (other, sql)
        assert here.messages(f"RESTORE VERIFYONLY FROM DISK = N'{file}'") == [3262]
        assert there.messages(f"RESTORE VERIFYONLY FROM DISK = N'{file}'") == [3201, 3013]


def test_second_instance_has_the_jobs_of_its_databases(load: Load) -> None:
    second = load("two-instances.yml")[1]
    jobs = {name for (name,) in Sql(second, "patching", "msdb").rows("SELECT name FROM sysjobs")}
    assert jobs == {
        "MessageBox_Message_ManageRefCountLog_BizTalkMsgBoxDb",
        "MessageBox_Message_Cleanup_BizTalkMsgBoxDb",
        "MessageBox_Message_ManageRefCountLog_BizTalkMsgBoxDb2",
        "MessageBox_Message_Cleanup_BizTalkMsgBoxDb2",
        "DTA Purge and Archive (BizTalkDTADb)",
    }


def test_named_instances(load: Load) -> None:
    first, second = load("named-instance.yml")
    sql = Sql(first, "patching", "BizTalkMgmtDb")
    assert sql.rows("SELECT @@SERVERNAME, SERVERPROPERTY('InstanceName'), SERVERPROPERTY('MachineName')") == [
        (r"SQL1\BTS", "BTS", "SQL1")
    ]
    assert first.peer(r"sql1\msgbox") is second
    services = Sql(second, "patching", "master").rows("SELECT servicename FROM sys.dm_server_services")
    assert services == [("SQL Server (MSGBOX)",), ("SQL Server Agent (MSGBOX)",)]
    first.agent_started()
    run_job(first, sql)
    assert all("\\" not in file.rsplit("\\", 1)[1] for _server, file in sql.rows(FILES))
    assert events(first, "backup.set")[0]["complete"]


def test_share_is_the_same_for_every_instance(load: Load) -> None:
    first, second = load("availability-group.yml")
    path = r"\\FILES\Backup\BizTalk\x.bak"
    Sql(first, "patching", "master").replies(f"BACKUP DATABASE SSODB TO DISK = N'{path}' WITH INIT")
    assert second.media.exists(path)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"sql_servers": [{"name": "SQL2", "aliases": ["sql2.lab.example"]}]}, "nobody knows as BTSMSGBOX"),
        ({"group": {"management": {"instance": "SQL3"}}}, "SQL3 is not defined"),
        (
            {"availability_groups": [{"name": "AG", "listener": "L", "replicas": ["SQL1", "SQL3"]}]},
            r"replicas that are no instances of the lab: \['SQL3'\]",
        ),
        ({"sql_servers": [{"name": "SQL2", "faults": [{"kind": "fire"}]}]}, "faults"),
    ],
)
def test_topology_refused(overrides: dict[str, t.Any], words: str) -> None:
    with pytest.raises(TopologyError, match=words):
        Topology.load(TOPOLOGIES / "two-instances.yml", overrides=overrides)


@pytest.mark.parametrize("local", [False, True])
def test_clock_of_the_server(make_instance: Callable[..., SqlServerInstance], local: bool) -> None:
    """Five hours behind UTC, the job writes UTC or its own time; everything else is local."""
    job = {"enabled": True, "path": r"D:\Backup\BizTalk", "local_time": local}
    instance = make_instance(utc_offset=-5.0, backup_job=job)
    sql = Sql(instance, "patching", "BizTalkMgmtDb")
    instance.agent_started()
    run_job(instance, sql)
    batch = """SELECT MAX(BackupDateTime), GETUTCDATE(), GETDATE(),
        (SELECT MAX(backup_finish_date) FROM msdb.dbo.backupset) FROM adm_BackupHistory"""
    history, utc, here, catalogue = (moment(str(value)) for value in sql.rows(batch)[0])
    assert abs(history - (here if local else utc)) < MINUTE
    assert abs(catalogue - here) < MINUTE
    assert abs(utc - here - timedelta(hours=5)) < MINUTE


def test_earlier_sets(make_instance: Callable[..., SqlServerInstance]) -> None:
    sets = [
        {"id": 7, "type": "db"},
        {"id": 8, "type": "db", "complete": False, "lacks": ["SSODB", "BizTalkDTADb"]},
        {"id": 9, "type": "db", "lost": ["BizTalkDTADb"]},
    ]
    instance = make_instance(backup_job={"enabled": True, "path": r"D:\Backup\BizTalk", "earlier_sets": sets})
    sql = Sql(instance, "patching", "BizTalkMgmtDb")
    counted = "SELECT BackupSetId, SetComplete, COUNT(*) FROM adm_BackupHistory GROUP BY BackupSetId, SetComplete"
    assert sorted(sql.rows(counted)) == [(7, 1, 6), (8, 0, 4), (9, 1, 6)]
    assert sql.value("SELECT NextBackupSetId FROM adm_BackupSetId") == 10
    files = sql.rows("SELECT BackupFileLocation + N'\\' + BackupFileName FROM adm_BackupHistory WHERE BackupSetId = 9")
    assert sum(instance.media.exists(file) for (file,) in files) == 5


@pytest.mark.parametrize(
    ("name", "endpoints"),
    [
        ("two-instances", ["SQL1", "sql1.lab.example", "SQL2", "BTSMSGBOX", "sql2.lab.example"]),
        ("named-instance", [r"SQL1\BTS", r"SQL1\MSGBOX"]),
        ("availability-group", ["SQL1", "BTSLISTENER", "SQL2"]),
    ],
)
def test_lab_comes_up(tmp_path: Path, name: str, endpoints: list[str]) -> None:
    topology = Topology.load(TOPOLOGIES / f"{name}.yml", overrides={"delays": {"scale": 0.0}})
    with Lab(topology, tmp_path, Library.build(tmp_path / "packages", ())) as lab:
        assert list(lab.tds) == endpoints
        assert {len(instance.front.endpoints) for instance in lab.instances.values()} <= {1, 2, 3}
        started = next(event for event in lab.events.events if event.kind == "lab.started")
        hosted = {(item["instance"], item["name"]) for item in started["databases"]}
        assert len(hosted) in (6, 7)
    refused = [event["reason"] for event in lab.events.events if event.kind == "sql.refused"]
    assert refused == []
