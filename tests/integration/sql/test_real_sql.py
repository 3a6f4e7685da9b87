# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The script for a real server creates what the modules read, in T-SQL."""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot import exp

from tests.integration.real_sql.__main__ import batches
from tests.lab.sqlserver import schema
from tests.lab.sqlserver.jobs import backup_job_name

BATCHES = batches(r"D:\Backup")


@pytest.mark.parametrize("batch", [text for text in BATCHES if not text.startswith("CREATE PROCEDURE")])
def test_each_batch_is_one_statement(batch: str) -> None:
    (statement,) = sqlglot.parse(batch, dialect="tsql")
    assert isinstance(statement, (exp.Create, exp.Insert, exp.Execute)), statement


def test_the_tables_are_those_of_the_lab() -> None:
    """With fewer columns, but none that the lab, and so the product, does not have."""
    known = {**schema.MANAGEMENT, **schema.VERSIONS}
    tables = re.findall(r"CREATE TABLE dbo\.(\w+) \((.+)\)", "\n".join(" ".join(text.split()) for text in BATCHES))
    assert {name for name, _columns in tables} == set(known) - {"adm_BackupSetId"}
    for name, columns in tables:
        assert schema.columns(columns).items() <= known[name].items(), name


def test_the_job_is_the_one_that_the_modules_look_for() -> None:
    name = backup_job_name("BizTalkMgmtDb")
    steps = [text for text in BATCHES if "sp_add_jobstep" in text]
    assert len([text for text in BATCHES if name in text]) == 4
    assert "exec [dbo].[sp_BackupAllFull_Schedule] ''d'', ''BTS'', ''D:\\Backup''" in steps[0]
