# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RESTORE and ALTER DATABASE: what they demand, what they leave, and who gets in meanwhile."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from tests.lab.tds.interface import ResultSet, SqlServerError
from tests.unit.lab.sqlserver.support import BACKUP_JOB, Sql, events, wait_until

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.sqlserver.instance import SqlServerInstance

FILE, OTHER = r"D:\Backup\BizTalk\own.bak", r"D:\Backup\BizTalk\other.bak"
DATABASE = "BizTalkMgmtDb"
RESTORE = f"RESTORE DATABASE {DATABASE} FROM DISK = N'{FILE}'"
STATE = "SELECT state_desc, user_access_desc FROM sys.databases WHERE name = 'BizTalkMgmtDb'"
SINGLE = f"ALTER DATABASE {DATABASE} SET SINGLE_USER WITH ROLLBACK IMMEDIATE"


@pytest.fixture
def master(instance: SqlServerInstance) -> Sql:
    """Two backups are there, and a change that they do not have."""
    sql = Sql(instance, "patching", "master")
    sql.replies(f"BACKUP DATABASE {DATABASE} TO DISK = N'{FILE}' WITH INIT")
    sql.replies(f"BACKUP DATABASE SSODB TO DISK = N'{OTHER}' WITH INIT")
    sql.replies("UPDATE BizTalkMgmtDb.dbo.adm_BackupSettings SET UseCompression = 1")
    return sql


def compression(sql: Sql) -> int:
    return int(sql.value("SELECT UseCompression FROM BizTalkMgmtDb.dbo.adm_BackupSettings"))


def test_contents_come_back(instance: SqlServerInstance, master: Sql) -> None:
    instance.run_update_script(database=DATABASE, script="a.sql", login="sa", kb="KB1")
    instance.damage(DATABASE, "a host instance ran")
    assert master.messages(f"{RESTORE} WITH REPLACE, CHECKSUM, STATS = 5") == [4035, 3014]
    assert compression(master) == 0
    assert (instance.contents.scripts, instance.damaged()) == ([], [])
    assert master.rows(STATE) == [("ONLINE", "MULTI_USER")]
    assert events(instance, "restore.started") == [{"instance": "SQL1", "database": DATABASE, "file": FILE}]
    assert events(instance, "restore.database") == [
        {"instance": "SQL1", "database": DATABASE, "file": FILE, "recovered": True}
    ]
    history = master.rows("SELECT destination_database_name, restore_type, recovery FROM msdb.dbo.restorehistory")
    assert history == [(DATABASE, "D", 1)]


def test_damage_and_scripts_are_part_of_a_backup(instance: SqlServerInstance, master: Sql) -> None:
    instance.run_update_script(database="SSODB", script="a.sql", login="sa", kb="KB1")
    instance.damage("SSODB", "a host instance ran")
    master.replies(f"BACKUP DATABASE SSODB TO DISK = N'{OTHER}' WITH INIT")
    master.replies(f"RESTORE DATABASE SSODB FROM DISK = N'{OTHER}' WITH REPLACE")
    assert (instance.contents.scripts, instance.damaged()) == ([("SSODB", "a.sql")], ["SSODB"])


def test_norecovery_then_recovery(instance: SqlServerInstance, master: Sql) -> None:
    master.replies(f"{RESTORE} WITH REPLACE, NORECOVERY")
    assert master.rows(STATE) == [("RESTORING", "MULTI_USER")]
    assert instance.damaged() == [DATABASE]
    assert master.error(f"USE {DATABASE}") == 927
    assert master.error("SELECT Name FROM BizTalkMgmtDb.dbo.adm_Server") == 927
    assert master.messages(f"ALTER DATABASE {DATABASE} SET SINGLE_USER") == [5052, 5069]
    assert master.messages(f"BACKUP DATABASE {DATABASE} TO DISK = N'{FILE}' WITH INIT") == [927, 3013]
    assert master.messages(f"RESTORE DATABASE {DATABASE} WITH RECOVERY") == [3014]
    assert compression(master) == 0
    assert master.messages(f"RESTORE DATABASE {DATABASE} WITH RECOVERY") == [3153, 3013]


def test_logs_follow_a_restore_without_recovery(master: Sql) -> None:
    log = r"D:\Backup\BizTalk\log.bak"
    master.replies(f"BACKUP LOG {DATABASE} TO DISK = N'{log}' WITH INIT")
    restore = f"RESTORE LOG {DATABASE} FROM DISK = N'{log}' WITH NORECOVERY, STOPATMARK = N'x'"
    assert master.messages(restore) == [3117, 3013]
    master.replies(f"{RESTORE} WITH REPLACE, NORECOVERY {restore}")
    assert master.messages(f"RESTORE LOG {DATABASE} FROM DISK = N'{log}' WITH RECOVERY") == [4035, 3014]
    assert master.rows(STATE) == [("ONLINE", "MULTI_USER")]


REFUSED = {
    RESTORE: [3159, 3013],
    f"RESTORE DATABASE {DATABASE} FROM DISK = N'{OTHER}'": [3154, 3013],
    f"{RESTORE} WITH REPLACE, RECOVERY, NORECOVERY": [3031, 3013],
    f"BEGIN TRAN {RESTORE} WITH REPLACE": [3021, 3013],
    f"RESTORE DATABASE nothing FROM DISK = N'{FILE}'": [50000],
    f"{RESTORE} WITH PARTIAL": [50000],
    "ALTER DATABASE nothing SET SINGLE_USER": [5011, 5069],
    f"ALTER DATABASE {DATABASE} SET RECOVERY SIMPLE": [50000],
    "ALTER TABLE t ADD a int": [50000],
    f"ALTER DATABASE {DATABASE} SET SINGLE_USER WITH ROLLBACK SOON": [102],
}


@pytest.mark.parametrize(("batch", "numbers"), REFUSED.items(), ids=REFUSED)
def test_refused(master: Sql, batch: str, numbers: list[int]) -> None:
    assert master.messages(batch) == numbers
    assert compression(master) == 1


def test_somebody_uses_the_database(instance: SqlServerInstance, master: Sql) -> None:
    session = instance.open_session(host="BTS1", program="mmc", login=r"LAB\alice", database=DATABASE)
    assert master.messages(f"{RESTORE} WITH REPLACE") == [3101, 3013]
    assert master.messages(f"ALTER DATABASE {DATABASE} SET OFFLINE WITH NO_WAIT") == [5070, 5069]
    master.replies(SINGLE)
    assert session.closed
    assert master.messages(f"{RESTORE} WITH REPLACE") == [4035, 3014]
    master.replies(f"USE {DATABASE}")
    assert master.messages(f"{RESTORE} WITH REPLACE") == [3102, 3013]


def test_single_user_is_whoever_comes_first(instance: SqlServerInstance, master: Sql) -> None:
    instance.faults.add("slot_taken", database=DATABASE)
    master.replies(SINGLE)
    assert [session.program for session in instance.sessions.in_database(DATABASE)] == ["Monitoring Agent"]
    assert master.error(f"USE {DATABASE}") == 924
    assert master.messages(f"{RESTORE} WITH REPLACE") == [3101, 3013]
    assert master.messages(f"ALTER DATABASE {DATABASE} SET MULTI_USER") == [5064, 5069]
    (intruder,) = instance.sessions.in_database(DATABASE)
    master.replies(f"KILL {intruder.spid}")
    assert master.messages(f"{RESTORE} WITH REPLACE") == [4035, 3014]


def test_offline_database_lets_nobody_in_but_can_be_restored(instance: SqlServerInstance, master: Sql) -> None:
    master.replies(f"ALTER DATABASE {DATABASE} SET OFFLINE WITH ROLLBACK IMMEDIATE")
    with pytest.raises(SqlServerError) as caught:
        Sql(instance, "patching", DATABASE)
    assert caught.value.number == 942
    session = instance.open_session(host="BTS1", program="mmc", login=r"LAB\alice", database=DATABASE)
    session.end()
    assert instance.sessions_of(DATABASE) == []
    assert master.messages(f"{RESTORE} WITH REPLACE") == [4035, 3014]
    assert master.rows(STATE) == [("ONLINE", "MULTI_USER")]


def test_whoever_wants_the_slot_of_an_offline_database_does_not_get_it(
    instance: SqlServerInstance, master: Sql
) -> None:
    instance.faults.add("slot_taken", database=DATABASE)
    master.replies(f"ALTER DATABASE {DATABASE} SET OFFLINE WITH ROLLBACK IMMEDIATE")
    assert events(instance, "sql.fault")[-1]["fault"] == "slot_taken"
    assert events(instance, "sql.login_failed")[-1]["login"] == r"LAB\svc-monitor"
    assert master.messages(f"{RESTORE} WITH REPLACE, NORECOVERY") == [4035, 3014]


PLACES = """SELECT f.name, f.physical_name, v.volume_mount_point FROM sys.master_files AS f
    JOIN sys.databases AS d ON d.database_id = f.database_id
    CROSS APPLY sys.dm_os_volume_stats(f.database_id, f.file_id) AS v WHERE d.name = N'SSODB' ORDER BY f.file_id"""


def test_files_go_where_they_were_or_where_they_are_told_to(instance: SqlServerInstance, master: Sql) -> None:
    former = master.rows(PLACES)
    assert [(name, path.rpartition("\\")[2], volume) for name, path, volume in former] == [
        ("SSODB", "SSODB.mdf", "C:\\"),
        ("SSODB_log", "SSODB_log.ldf", "C:\\"),
    ]
    move = r"MOVE N'SSODB' TO N'E:\Data\SSODB.mdf', MOVE N'SSODB_log' TO N'E:\Data\SSODB_log.ldf'"
    master.replies(f"RESTORE DATABASE SSODB FROM DISK = N'{OTHER}' WITH REPLACE, {move}")
    assert master.rows(PLACES) == [
        ("SSODB", r"E:\Data\SSODB.mdf", "E:\\"),
        ("SSODB_log", r"E:\Data\SSODB_log.ldf", "E:\\"),
    ]
    master.replies(f"RESTORE DATABASE SSODB FROM DISK = N'{OTHER}' WITH REPLACE")
    assert master.rows(PLACES) == former


NO_SUCH_FILE = """SELECT v.available_bytes FROM sys.databases AS d
    CROSS APPLY sys.dm_os_volume_stats(d.database_id, d.state) AS v WHERE d.name = 'SSODB'"""


@pytest.mark.parametrize(
    ("query", "answers"), [(NO_SUCH_FILE, []), (NO_SUCH_FILE.replace("CROSS", "OUTER"), [None])], ids=["cross", "outer"]
)
def test_a_function_may_know_no_answer(master: Sql, query: str, answers: list[None]) -> None:
    assert [available for (available,) in master.rows(query)] == answers


@pytest.mark.parametrize(
    "query",
    [
        "SELECT d.name FROM sys.databases AS d CROSS APPLY sys.dm_os_volume_stats(1) AS v",
        "SELECT d.name FROM sys.databases AS d CROSS APPLY sys.dm_exec_sql_text(1) AS v",
        "SELECT d.name FROM sys.databases AS d CROSS APPLY (SELECT 1 AS a) AS v",
        "SELECT d.name FROM sys.databases AS d CROSS APPLY string_split('a', ',') AS v",
    ],
)
def test_other_functions_are_unknown_to_the_lab(master: Sql, query: str) -> None:
    assert master.error(query) == 50000


def test_a_backup_tells_what_it_was_made_of(instance: SqlServerInstance, master: Sql) -> None:
    columns = "DatabaseVersion", "SoftwareVersionMajor", "CompressedBackupSize"
    header = header_of(master, OTHER)
    assert [header[name] for name in columns] == [904, 15, 64 * 1024 * 1024]
    assert master.value("SELECT DATABASEPROPERTYEX('master', 'Version')") == 904
    media = instance.media
    media.write(OTHER, replace(media.read(OTHER), version=16, size=4096), media.verified(OTHER))
    assert [header_of(master, OTHER)[name] for name in columns] == [957, 16, 4096]


def header_of(sql: Sql, file: str) -> dict[str, t.Any]:
    (found,) = (one for one in sql.replies(f"RESTORE HEADERONLY FROM DISK = N'{file}'") if isinstance(one, ResultSet))
    return dict(zip((column.name for column in found.columns), found.rows[0], strict=True))


def test_wrong_file_with_replace_is_taken(instance: SqlServerInstance, master: Sql) -> None:
    """SQL Server does as it is told; the group has no use for the result."""
    master.replies(f"RESTORE DATABASE {DATABASE} FROM DISK = N'{OTHER}' WITH REPLACE")
    assert events(instance, "database.damaged")[-1]["reason"] == "it was restored from a backup of SSODB"


@pytest.mark.parametrize("fault", ["restore_fails", "damaged file"])
def test_failure_leaves_the_database_restoring(instance: SqlServerInstance, master: Sql, fault: str) -> None:
    if fault == "restore_fails":
        instance.faults.add("restore_fails", database=DATABASE)
    else:
        instance.media.damage(FILE)
    assert master.messages(f"{RESTORE} WITH REPLACE") == [3203 if fault == "restore_fails" else 3183, 3013]
    assert master.rows(STATE) == [("RESTORING", "MULTI_USER")]
    master.cancelled = True
    if fault == "restore_fails":
        assert master.messages(f"{RESTORE} WITH REPLACE") == [3204, 3013]
        master.cancelled = False
        assert master.messages(f"{RESTORE} WITH REPLACE") == [4035, 3014]


def test_waits_until_the_database_is_free(make_instance: Callable[..., SqlServerInstance]) -> None:
    instance = make_instance()
    sql = Sql(instance, "patching", "master")
    session = instance.open_session(host="BTS1", program="mmc", login="x", database="SSODB")
    session.end()
    sql.replies("ALTER DATABASE SSODB SET RESTRICTED_USER")
    sql.replies("ALTER DATABASE SSODB SET SINGLE_USER")
    assert session.closed


def test_restored_management_database_believes_to_be_in_its_backup(instance: SqlServerInstance) -> None:
    """Its own backup is taken inside of the set: that looks incomplete, and the request for a backup still stands."""
    sql = Sql(instance, "patching", "master")
    instance.agent_started()
    sql.replies(f"EXEC BizTalkMgmtDb.dbo.sp_ForceFullBackup EXEC msdb.dbo.sp_start_job N'{BACKUP_JOB}'")
    instance.agent.wait(BACKUP_JOB)
    instance.agent_stopped()
    wait_until(instance, lambda: instance.sessions.in_database(DATABASE) == [])
    batch = "SELECT BackupFileLocation + N'\\' + BackupFileName FROM BizTalkMgmtDb.dbo.adm_BackupHistory"
    (file,) = sql.rows(f"{batch} WHERE BackupSetId = 44 AND DatabaseName = N'BizTalkMgmtDb'")[0]
    sql.replies(f"RESTORE DATABASE BizTalkMgmtDb FROM DISK = N'{file}' WITH REPLACE")
    sql.replies("USE BizTalkMgmtDb")
    counted = "SELECT SetComplete, COUNT(*) FROM adm_BackupHistory WHERE BackupSetId = 44 GROUP BY SetComplete"
    ((complete, count),) = sql.rows(counted)
    assert complete == 0
    assert 0 < count < 6
    assert sql.value("SELECT ForceFull FROM adm_BackupSettings") == 1
    assert sql.value("SELECT NextBackupSetId FROM adm_BackupSetId") == 45
