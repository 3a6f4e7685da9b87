# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import sqlglot
from sqlglot import exp

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql

STATEMENTS = {name: value for name, value in vars(_tsql).items() if name.isupper()}
# What must never be sent by a statement that only asks.
CHANGES = (exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop, exp.Alter, exp.Command)


def test_there_are_statements() -> None:
    assert len(STATEMENTS) > 20


@pytest.mark.parametrize("name", STATEMENTS)
def test_each_statement_is_one_t_sql_statement(name: str) -> None:
    parsed = sqlglot.parse(STATEMENTS[name], dialect="tsql")
    assert len(parsed) == 1
    assert isinstance(parsed[0], (exp.Select, exp.Execute)), parsed[0]
    assert not list(parsed[0].find_all(*CHANGES))


@pytest.mark.parametrize("name", [name for name, value in STATEMENTS.items() if "EXEC" not in value])
def test_no_two_columns_of_a_query_share_a_name(name: str) -> None:
    columns = t.cast("exp.Select", sqlglot.parse_one(STATEMENTS[name], dialect="tsql")).named_selects
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
