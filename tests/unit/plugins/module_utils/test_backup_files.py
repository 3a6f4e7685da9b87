# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._full_backup import BackupError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.job_model import DATABASES, NOW, OPTIONS, JobModel, run


def header(name: str, **changes: t.Any) -> list[dict[str, t.Any]]:
    row: dict[str, t.Any] = {
        "DatabaseName": name,
        "BackupType": 1,
        "IsDamaged": 0,
        "BackupStartDate": NOW,
        "BackupFinishDate": NOW + timedelta(seconds=21),
        "BackupSize": 4000,
        "CompressedBackupSize": 1000,
    }
    return [row | changes]


def headers() -> dict[str, t.Any]:
    return {_tsql.backup_header(f"D:\\Backup\\{name}.bak"): header(name) for name in DATABASES}


SSO_HEADER = _tsql.backup_header("D:\\Backup\\SSODB.bak")
SSO_VERIFY = _tsql.verify_backup("D:\\Backup\\SSODB.bak")


@pytest.mark.parametrize("how", ["header", "full"])
def test_good_files_pass(how: str) -> None:
    assert run(JobModel(), replace(OPTIONS, verify=how), **headers())["verification"] == how


@pytest.mark.parametrize(
    ("how", "change", "message"),
    [
        ("header", {SSO_HEADER: SqlError("cannot open")}, r"SSODB\.bak: cannot open"),
        ("header", {SSO_HEADER: header("Other")}, "a backup of Other, not of SSODB"),
        ("header", {SSO_HEADER: header("SSODB", BackupType=2)}, "no full database backup"),
        ("header", {SSO_HEADER: header("SSODB") * 2}, "holds 2 backups"),
        ("full", {SSO_VERIFY: SqlError("checksum")}, "checksum"),
    ],
)
def test_a_bad_file_spoils_the_set(how: str, change: dict[str, t.Any], message: str) -> None:
    with pytest.raises(BackupError, match=message):
        run(JobModel(), replace(OPTIONS, verify=how), **(headers() | change))


def test_the_headers_tell_size_and_seconds() -> None:
    result = run(JobModel(), replace(OPTIONS, verify="header"), **headers())
    assert [(database["size"], database["seconds"]) for database in result["databases"]] == [(1000, 21.0)] * 6
    assert run(JobModel())["databases"][0]["size"] is None


def test_a_backup_of_a_damaged_database_is_not_good() -> None:
    damaged = {SSO_HEADER: header("SSODB", IsDamaged=1)}
    with pytest.raises(BackupError, match=r"SSODB\.bak was made of a damaged database"):
        run(JobModel(), replace(OPTIONS, verify="header"), **(headers() | damaged))
