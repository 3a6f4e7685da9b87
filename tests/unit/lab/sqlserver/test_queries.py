# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches against the default group: what they answer, and how they fail."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pytest

from tests.lab.tds.interface import ResultSet, RowCount
from tests.lab.tds.sqltypes import BIT, DATETIME, INT, SqlType, nvarchar

if t.TYPE_CHECKING:
    from tests.unit.lab.sqlserver.support import Sql

ANSWERS: dict[str, list[tuple[t.Any, ...]]] = {
    "SELECT 1": [(1,)],
    "SELECT Name FROM adm_Server ORDER BY Name": [("BTS1",), ("BTS2",), ("BTS3",)],
    "SELECT s.Name FROM BizTalkMgmtDb.dbo.adm_Server AS s WHERE s.Name = N'bts2'": [("BTS2",)],
    "SELECT [Name] FROM [dbo].[adm_Host] WITH (NOLOCK) WHERE HostType = 2": [("WebHost",)],
    "SELECT TOP (1) Name FROM adm_Host ORDER BY Name DESC": [("WebHost",)],
    "SELECT COUNT(*) FROM adm_Server2HostMapping WHERE IsMapped = -1": [(9,)],
    "SELECT COUNT(*) AS n FROM adm_HostInstance WHERE DisableHostInstance <> 0": [(1,)],
    "SELECT name FROM msdb..sysjobs WHERE name LIKE 'Backup%'": [("Backup BizTalk Server (BizTalkMgmtDb)",)],
    "USE msdb SELECT DB_NAME()": [("msdb",)],
    "SELECT name FROM sys.databases WHERE name LIKE N'BizTalk[MD]%' AND name NOT LIKE '%Box%' ORDER BY name": [
        ("BizTalkDTADb",),
        ("BizTalkMgmtDb",),
    ],
    "SELECT ISNULL(NULL, 5), COALESCE(NULL, NULL, 'x'), IIF(1 = 2, 'a', 'b')": [(5, "x", "b")],
    "SELECT 'a' + N'b', 1 + 2, LEN('abc  '), UPPER('x'), NULL + 'a'": [("ab", 3, 3, "X", None)],
    "SELECT CAST('12' AS int), CONVERT(nvarchar(2), 'abc'), TRY_CAST('x' AS int)": [(12, "ab", None)],
    "SELECT CONVERT(varchar(23), CAST('2026-11-22 10:00:00.5' AS datetime), 121)": [("2026-11-22 10:00:00.500",)],
    "SELECT OBJECT_ID('dbo.nothing'), SUSER_SNAME(), IS_SRVROLEMEMBER('sysadmin'), IS_SRVROLEMEMBER('x')": [
        (None, "patching", 1, None)
    ],
    "SELECT SERVERPROPERTY('ServerName'), @@SERVERNAME, @@TRANCOUNT": [("SQL1", "SQL1", 0)],
    "DECLARE @a int = 3, @b nvarchar(9) SET @b = N'x' SELECT @a + 1, @b": [(4, "x")],
    "DECLARE @n nvarchar(80) SELECT @n = Name FROM adm_Host WHERE HostType = 2 SELECT @n": [("WebHost",)],
    "IF EXISTS (SELECT 1 FROM adm_Group) BEGIN SELECT 'yes' END ELSE SELECT 'no'": [("yes",)],
    "IF 1 = 2 SELECT 'yes' ELSE SELECT 'no'": [("no",)],
    "WITH q AS (SELECT Name FROM adm_Host) SELECT COUNT(*) FROM q": [(3,)],
    "SELECT ServerName, DatabaseName FROM admv_BackupDatabases WHERE DatabaseName IN ('SSODB', 'BizTalkMgmtDb')": [
        ("SQL1", "BizTalkMgmtDb"),
        ("SQL1", "SSODB"),
    ],
    "SELECT MAX(BackupSetId) FROM adm_BackupHistory WHERE BackupType = 'db' AND SetComplete = 1": [(41,)],
}


@pytest.mark.parametrize(("batch", "expected"), ANSWERS.items(), ids=ANSWERS)
def test_answer(sql: Sql, batch: str, expected: list[tuple[t.Any, ...]]) -> None:
    assert sql.rows(batch) == expected


ERRORS = {
    "SELECT * FROM nothing": 208,
    "SELECT * FROM nothing.dbo.adm_Group": 208,
    "SELECT * FROM msdb.dbo.adm_Group": 208,
    "SELECT * FROM msdb.adm_Group": 208,
    "SELECT nothing FROM adm_Group": 207,
    "SELECT [nothing] FROM adm_Group": 207,
    "SELECT g.nothing FROM adm_Group AS g": 207,
    "SELECT rowid FROM adm_Group": 207,
    "SELECT Name FROM adm_Group WHERE nothing = 1": 207,
    "UPDATE adm_Group SET nothing = 1": 207,
    "UPDATE adm_Group SET Name = [nothing]": 207,
    "INSERT INTO adm_Server (nothing) VALUES (1)": 207,
    "SELECT x.Name FROM adm_Group AS g": 4104,
    "SELECT Name FROM adm_Host, adm_Server": 209,
    "SELECT LENGTH('x')": 195,
    "SELECT UPPER()": 174,
    "SELECT @nothing": 137,
    "SET @nothing = 1": 137,
    "SELECT CAST(1 AS nothing)": 243,
    "SELECT CAST('x' AS int)": 245,
    "SELECT 1 FROM FROM": 102,
    "USE nothing": 911,
    "EXEC nothing": 2812,
    "EXEC nothing.dbo.sp_who2": 911,
    "EXEC sp_start_job 'x'": 2812,
    "EXEC sp_ForceFullBackup 1": 8144,
    "EXEC sp_ForceFullBackup @x = 1": 8145,
    "EXEC sp_MarkAll 'BTS'": 201,
    "SET NOTHING ON": 195,
    "COMMIT": 3902,
    "ROLLBACK": 3903,
    "DELETE FROM sys.databases": 259,
    "KILL 1": 6107,
    "KILL 9999": 6106,
    "CREATE TABLE t (a int)": 50000,
    "SELECT * FROM other.msdb.dbo.sysjobs": 50000,
}


@pytest.mark.parametrize(("batch", "number"), ERRORS.items(), ids=ERRORS)
def test_error(sql: Sql, batch: str, number: int) -> None:
    assert sql.error(batch) == number


def test_nothing_runs_of_a_batch_that_does_not_parse(sql: Sql) -> None:
    assert sql.error("UPDATE adm_BackupSettings SET ForceFull = 1; SELECT a LIMIT 1") == 102
    assert sql.value("SELECT ForceFull FROM adm_BackupSettings") == 0


def test_types(sql: Sql) -> None:
    batch = "SELECT Id, Name, DateModified, ISNULL(Name, N''), @@SPID AS spid FROM adm_Server"
    (result,) = sql.replies(batch)
    assert isinstance(result, ResultSet)
    assert [(column.name, column.type) for column in result.columns] == [
        ("Id", INT),
        ("Name", nvarchar(63)),
        ("DateModified", DATETIME),
        ("", nvarchar(63)),
        ("spid", SqlType("smallint")),
    ]
    assert isinstance(result.rows[0][2], datetime)


def test_star_shows_the_columns_as_they_were_created(sql: Sql) -> None:
    (result,) = sql.replies("SELECT * FROM adm_BackupSettings")
    assert isinstance(result, ResultSet)
    assert [(column.name, column.type) for column in result.columns] == [("UseCompression", BIT), ("ForceFull", BIT)]


def test_parameters(sql: Sql) -> None:
    batch = "SELECT Name FROM adm_Host WHERE Name = @P1 AND Id > @P2"
    assert sql.rows(batch, P1="webhost", P2=0) == [("WebHost",)]
    assert sql.rows(batch, P1=None, P2=0) == []


def test_counts(sql: Sql) -> None:
    assert sql.replies("UPDATE adm_Host SET Name = Name WHERE HostType = 1") == [RowCount(2)]
    assert sql.replies("SET NOCOUNT ON DELETE FROM adm_Host WHERE Id = 1") == []


@pytest.mark.parametrize(("end", "expected"), [("COMMIT", 1), ("ROLLBACK", 0)])
def test_transaction(sql: Sql, end: str, expected: int) -> None:
    sql.replies("BEGIN TRAN UPDATE adm_BackupSettings SET ForceFull = 1")
    assert sql.value("SELECT @@TRANCOUNT") == 1
    sql.replies(end)
    assert sql.value("SELECT ForceFull FROM adm_BackupSettings") == expected


def test_what_is_not_committed_is_lost_with_the_connection(sql: Sql, plain: Sql) -> None:
    sql.replies("SET IMPLICIT_TRANSACTIONS ON EXEC sp_ForceFullBackup UPDATE adm_BackupSettings SET UseCompression = 1")
    sql.runner.close()
    history = plain.runner.instance.store.rows_of("BizTalkMgmtDb.dbo.adm_BackupSettings")
    assert history[0][0] == 0


DENIED = {
    "SELECT Name FROM adm_Group": 229,
    "EXEC sp_ForceFullBackup": 229,
    "SELECT name FROM msdb.dbo.sysjobs": 229,
    "EXEC msdb.dbo.sp_start_job N'x'": 229,
    "SELECT * FROM sys.dm_tran_locks": 297,
    "KILL 51": 6102,
    "BACKUP DATABASE BizTalkMgmtDb TO DISK = 'D:\\Backup\\BizTalk\\x.bak'": 3013,
    "RESTORE HEADERONLY FROM DISK = 'D:\\Backup\\BizTalk\\x.bak'": 3013,
}


@pytest.mark.parametrize(("batch", "number"), DENIED.items(), ids=DENIED)
def test_denied(plain: Sql, batch: str, number: int) -> None:
    assert plain.error(batch) == number


def test_public_may_see_itself(sql: Sql, plain: Sql) -> None:
    assert plain.value("SELECT IS_SRVROLEMEMBER('sysadmin')") == 0
    assert plain.value("SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')") == 0
    assert plain.rows("SELECT session_id FROM sys.dm_exec_sessions") == [(plain.runner.spid,)]
    assert {row[0].strip() for row in plain.rows("EXEC sp_who2")} == {str(plain.runner.spid)}
