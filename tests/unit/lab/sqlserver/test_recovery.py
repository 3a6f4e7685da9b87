# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BACKUP and RESTORE statements and the files that they make and read."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.lab.sqlserver.support import Sql

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.sqlserver.instance import SqlServerInstance

FILE = r"D:\Backup\BizTalk\own.bak"
BACKUP = f"BACKUP DATABASE BizTalkMgmtDb TO DISK = N'{FILE}' WITH INIT, CHECKSUM"


def test_backup_and_verify(instance: SqlServerInstance, sql: Sql) -> None:
    assert sql.messages(BACKUP) == [4035, 3014]
    assert instance.media.local(FILE).is_file()
    assert sql.messages(f"RESTORE VERIFYONLY FROM DISK = N'{FILE}' WITH CHECKSUM") == [3262]
    assert [row[0] for row in sql.rows(f"RESTORE FILELISTONLY FROM DISK = N'{FILE}'")] == [
        "BizTalkMgmtDb",
        "BizTalkMgmtDb_log",
    ]


FAILURES = {
    r"BACKUP DATABASE nothing TO DISK = 'D:\Backup\BizTalk\x.bak'": [911, 3013],
    r"BACKUP DATABASE SSODB TO DISK = 'D:\Nowhere\x.bak'": [3201, 3013],
    r"BACKUP DATABASE SSODB TO DISK = '<destination path>\x.bak'": [3201, 3013],
    r"BEGIN TRAN BACKUP DATABASE SSODB TO DISK = 'D:\Backup\BizTalk\x.bak'": [3021, 3013],
    r"RESTORE VERIFYONLY FROM DISK = 'D:\Backup\BizTalk\gone.bak'": [3201, 3013],
    r"RESTORE HEADERONLY FROM DISK = 'D:\Backup\BizTalk\gone.bak'": [3201, 3013],
    r"RESTORE DATABASE SSODB FROM DISK = 'D:\Backup\BizTalk\gone.bak' WITH REPLACE": [3201, 3013],
    r"RESTORE VERIFYONLY FROM URL = 'https://x/y.bak'": [50000],
}


@pytest.mark.parametrize(("batch", "numbers"), FAILURES.items(), ids=FAILURES)
def test_failure(sql: Sql, batch: str, numbers: list[int]) -> None:
    assert sql.messages(batch) == numbers


@pytest.mark.parametrize(
    ("spoil", "header", "verify"),
    [
        (lambda data: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:], [], [3189, 3013]),
        (lambda data: data[:-1000], [], [3189, 3013]),
        (lambda data: b"no backup", [3241, 3013], [3241, 3013]),
    ],
    ids=["bit rot", "cut off", "other file"],
)
def test_broken_file(
    instance: SqlServerInstance,
    sql: Sql,
    spoil: t.Callable[[bytes], bytes],
    header: list[int],
    verify: list[int],
) -> None:
    sql.replies(BACKUP)
    file = instance.media.local(FILE)
    file.write_bytes(spoil(file.read_bytes()))
    assert sql.messages(f"RESTORE HEADERONLY FROM DISK = N'{FILE}'") == header
    assert sql.messages(f"RESTORE VERIFYONLY FROM DISK = N'{FILE}'") == verify


def test_second_backup_in_the_same_file_is_refused(sql: Sql) -> None:
    sql.replies(BACKUP)
    assert sql.messages(BACKUP.partition(" WITH")[0]) == [50000]


def test_cancelled_backup_leaves_no_file(instance: SqlServerInstance, sql: Sql) -> None:
    sql.cancelled = True
    assert sql.messages(BACKUP) == [3204, 3013]
    assert not instance.media.local(FILE).exists()


CATALOGUE = """SELECT s.database_name, s.type, s.backup_size, s.compressed_backup_size, s.has_backup_checksums,
    s.is_copy_only, f.physical_device_name FROM msdb.dbo.backupset AS s
    JOIN msdb.dbo.backupmediafamily AS f ON f.media_set_id = s.media_set_id ORDER BY s.backup_set_id"""
MB = 1024 * 1024


def test_msdb_remembers_backups(make_instance: Callable[..., SqlServerInstance]) -> None:
    sizes = [{"name": "SSODB", "role": "sso", "size_mb": 200}]
    sql = Sql(make_instance(databases=sizes), "patching", "master")
    sql.replies(f"BACKUP DATABASE SSODB TO DISK = N'{FILE}' WITH INIT, COMPRESSION, CHECKSUM, COPY_ONLY")
    sql.replies(f"BACKUP LOG BizTalkMgmtDb TO DISK = N'{FILE}' WITH INIT")
    rows = [(name, kind, int(size), int(packed), *rest) for name, kind, size, packed, *rest in sql.rows(CATALOGUE)]
    assert rows == [
        ("SSODB", "D", 200 * MB, 50 * MB, 1, 1, FILE),
        ("BizTalkMgmtDb", "L", 64 * MB, 64 * MB, 0, 0, FILE),
    ]
