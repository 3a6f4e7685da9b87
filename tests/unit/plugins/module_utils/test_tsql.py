# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import sqlglot
from sqlglot import exp

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_sessions
from ansible_collections.biztalk.patching.tests.unit.plugins.tsql_statements import BUILT, CONSTANTS
from tests.lab.sqlserver import restoring, script
from tests.lab.sqlserver.recovery import BACKUP_OPTIONS, RESTORE_OPTIONS
from tests.lab.sqlserver.statements import AlterDatabase, Kill, Media

# What must never be sent by a statement that only asks.
CHANGES = (exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop, exp.Alter, exp.Command)


def test_statements_and_builders_are_found() -> None:
    assert {"IDENTITY", "JOB", "WHO"} <= set(CONSTANTS)
    assert {"backup_database-0", "backup_header-0", "verify_backup-0", "kill-0"} <= set(BUILT)


@pytest.mark.parametrize("name", CONSTANTS)
def test_each_statement_is_one_t_sql_statement(name: str) -> None:
    parsed = sqlglot.parse(CONSTANTS[name], dialect="tsql")
    assert len(parsed) == 1
    assert isinstance(parsed[0], (exp.Select, exp.Execute)), parsed[0]
    assert not list(parsed[0].find_all(*CHANGES))


@pytest.mark.parametrize("name", BUILT)
def test_whatever_is_built_is_one_t_sql_statement(name: str) -> None:
    """Read by the lab's parser, for sqlglot takes any BACKUP, RESTORE and KILL for granted."""
    (statement,) = script.parse(BUILT[name])
    # A word that it does not know would be the name of a procedure.
    assert isinstance(statement, (Media, Kill, AlterDatabase))
    if isinstance(statement, Media):
        assert set(statement.options) <= {*BACKUP_OPTIONS, *RESTORE_OPTIONS, *restoring.OPTIONS}


@pytest.mark.parametrize("name", [name for name, value in CONSTANTS.items() if "EXEC" not in value])
def test_no_two_columns_of_a_query_share_a_name(name: str) -> None:
    columns = t.cast("exp.Select", sqlglot.parse_one(CONSTANTS[name], dialect="tsql")).named_selects
    assert all(columns)
    assert len(set(columns)) == len(columns)


@pytest.mark.parametrize(
    ("file", "device"),
    [
        ("D:\\Backup\\a.bak", "DISK = N'D:\\Backup\\a.bak'"),
        ("\\\\nas\\o'neil\\a.bak", "DISK = N'\\\\nas\\o''neil\\a.bak'"),
        ("https://x.blob.core.windows.net/c/a.bak", "URL = N'https://x.blob.core.windows.net/c/a.bak'"),
    ],
)
def test_a_backup_file_is_a_quoted_literal(file: str, device: str) -> None:
    assert _tsql.backup_header(file) == f"RESTORE HEADERONLY FROM {device}"
    assert _tsql.verify_backup(file) == f"RESTORE VERIFYONLY FROM {device}"


@pytest.mark.parametrize(("compress", "end"), [(False, "WITH CHECKSUM"), (True, "WITH CHECKSUM, COMPRESSION")])
def test_a_backup_is_one_that_later_ones_build_upon(compress: bool, end: str) -> None:
    statement = _tsql.backup_database("Orders]1", "D:\\a.bak", compress=compress)
    assert statement == f"BACKUP DATABASE [Orders]]1] TO DISK = N'D:\\a.bak' {end}"


def test_a_session_is_ended_by_its_number() -> None:
    assert _tsql_sessions.kill(61) == "KILL 61"
