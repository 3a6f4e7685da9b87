# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.lab.sqlserver import script
from tests.lab.sqlserver.statements import (
    Argument,
    Assign,
    Block,
    Execute,
    If,
    Kill,
    Media,
    Print,
    Query,
    SetOption,
    Statement,
    Transaction,
    Use,
)
from tests.lab.tds.interface import SqlServerError

CASES: dict[str, list[Statement]] = {
    "": [],
    "-- nothing but a comment": [],
    "SELECT 1": [Query("SELECT 1")],
    "SELECT 1;;SELECT 2": [Query("SELECT 1"), Query("SELECT 2")],
    "SELECT 1 SELECT 2 UNION ALL SELECT 3": [Query("SELECT 1"), Query("SELECT 2 UNION ALL SELECT 3")],
    "SELECT (SELECT 1) SET NOCOUNT ON": [Query("SELECT (SELECT 1)"), SetOption(("NOCOUNT", "ON"))],
    "INSERT INTO t (a) SELECT 1 DELETE FROM t": [Query("INSERT INTO t (a) SELECT 1"), Query("DELETE FROM t")],
    "WITH q AS (SELECT 1 AS a) UPDATE t SET a = 1 SELECT 2": [
        Query("WITH q AS (SELECT 1 AS a) UPDATE t SET a = 1"),
        Query("SELECT 2"),
    ],
    "UPDATE t SET a = 1 SET NOCOUNT ON": [Query("UPDATE t SET a = 1"), SetOption(("NOCOUNT", "ON"))],
    "WITH q AS (SELECT 1 AS a) SELECT a FROM q": [Query("WITH q AS (SELECT 1 AS a) SELECT a FROM q")],
    "SELECT CASE WHEN 1 = 1 THEN 1 ELSE 2 END PRINT 'x'": [
        Query("SELECT CASE WHEN 1 = 1 THEN 1 ELSE 2 END"),
        Print("'x'"),
    ],
    "IF EXISTS (SELECT 1) BEGIN SELECT 2 END ELSE SELECT 3": [
        If("EXISTS (SELECT 1)", Block((Query("SELECT 2"),)), Query("SELECT 3"))
    ],
    "IF @@TRANCOUNT > 0 COMMIT TRAN": [If("@@TRANCOUNT > 0", Transaction("COMMIT"), None)],
    "USE [msdb]": [Use("msdb")],
    "DECLARE @a int = 3, @b nvarchar(10); SET @a = 4": [
        Block((Assign("@a", "3", "int"), Assign("@b", None, "nvarchar(10)"))),
        Assign("@a", "4"),
    ],
    "sp_who2": [Execute(("sp_who2",), ())],
    "EXEC @r = msdb..sp_start_job @job_name = N'it''s', @x = @y OUTPUT, @z = DEFAULT": [
        Execute(
            ("msdb", "", "sp_start_job"),
            (Argument("@job_name", "N'it''s'"), Argument("@x", "@y"), Argument("@z", None)),
            "@r",
        )
    ],
    "exec [dbo].[p] 'd' /* Frequency */, -1, active": [
        Execute(("dbo", "p"), (Argument("", "'d'"), Argument("", "-1"), Argument("", "N'active'")))
    ],
    "KILL 55": [Kill(55)],
    "BACKUP DATABASE [a b] TO DISK = N'D:\\x.bak' WITH INIT, NAME = N'n'": [
        Media("BACKUP", "DATABASE", "a b", (("DISK", "N'D:\\x.bak'"),), {"INIT": "", "NAME": "N'n'"})
    ],
    "RESTORE VERIFYONLY FROM DISK = @file": [Media("RESTORE", "VERIFYONLY", None, (("DISK", "@file"),), {})],
}


@pytest.mark.parametrize(("sql", "expected"), CASES.items(), ids=CASES)
def test_parse(sql: str, expected: list[Statement]) -> None:
    assert list(script.parse(sql)) == expected


ERRORS = {
    "SELECT 'open": 105,
    "SELECT a FROM t LIMIT 1": 102,
    "SELECT a || b FROM t": 102,
    "SELECT ? FROM t": 102,
    "SELECT a,, b FROM t": 102,
    "EXEC p 1,": 102,
    "EXEC p 1,, 2": 102,
    "IF 1 = 1": 102,
    "BEGIN SELECT 1": 102,
    "KILL x": 102,
    "= 1": 102,
    "CREATE TABLE t (a int)": 50000,
    "WHILE 1 = 1 SELECT 1": 50000,
}


@pytest.mark.parametrize(("sql", "number"), ERRORS.items(), ids=ERRORS)
def test_refused(sql: str, number: int) -> None:
    with pytest.raises(SqlServerError) as caught:
        script.parse(sql)
    assert caught.value.number == number


def test_variables() -> None:
    assert script.variables("SELECT @P1, @@SPID, '@no' FROM t WHERE a = @P2") == ["@P1", "@P2"]
