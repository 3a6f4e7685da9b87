# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._restore_media import (
    Medium,
    header_doubts,
    read_media,
    strangers,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeServer, FakeServers
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import (
    MANAGEMENT,
    MOMENT,
    backup,
    header,
    medium,
    place,
    restore_set,
    situation,
)

SQL1 = place()


@pytest.mark.parametrize(
    ("row", "file", "words"),
    [
        (header(), backup("SSODB"), None),
        (header(server="sql1"), backup("SSODB", size=1024, seconds=0.0), None),
        (header(CompressedBackupSize=None), backup("SSODB", size=4096), None),
        (header(SoftwareVersionMajor=10, DatabaseVersion=661), backup("SSODB"), None),
        (header(server="SQL2"), backup("SSODB"), "was made on SQL2, not on SQL1"),
        (header(SoftwareVersionMajor=16), backup("SSODB"), "newer SQL Server (version 16"),
        (header(DatabaseVersion=905), backup("SSODB"), "database version 905) than SQL1 is (15.0.4420.2, 904)"),
        (header(), backup("SSODB", size=1025), "is not the file that the set had: it has 1024 bytes"),
        (header(), backup("SSODB", size=0), "the set's had 0 and took None s"),
        (header(), backup("SSODB", seconds=7), "took 0 s, the set's had None and took 7 s"),
    ],
)
def test_a_header_of_the_right_database(row: dict[str, t.Any], file: t.Any, words: str | None) -> None:
    doubts = header_doubts(row, SQL1, file)
    assert len(doubts) == (words is not None)
    assert (words or "") in "".join(doubts)


def test_an_instance_whose_computer_was_renamed_goes_by_both_names() -> None:
    renamed = place(configured_name="OLDNAME")
    assert header_doubts(header(server="oldname"), renamed, backup("SSODB")) == []


def at(*minutes: float) -> list[Medium]:
    return [
        medium(f"DB{number}", SQL1, finished=MOMENT + timedelta(minutes=minute))
        for number, minute in enumerate(minutes)
    ]


@pytest.mark.parametrize(
    ("minutes", "seconds", "strange"),
    [
        ((), 60, []),
        ((0,), 60, []),
        ((0, 0.5, 1), 60, []),
        ((0, 0.5, 10), 60, ["DB2"]),
        ((-10, 0, 1), 60, ["DB0"]),
        ((0, 0.5, 10), 600, []),
        ((0, 1, 23 * 60), None, []),
        ((0, 1, 25 * 60), None, ["DB2"]),
    ],
)
def test_files_of_one_set_were_made_together(
    minutes: tuple[float, ...], seconds: float | None, strange: list[str]
) -> None:
    found = strangers(at(*minutes), restore_set(seconds=seconds))
    assert [line.partition(" was made at ")[0] for line in found] == [f"D:\\SQL1_{name}.bak" for name in strange]


def server(*rows: dict[str, t.Any]) -> FakeServer:
    """Its files by the database's name; a path that is asked for and not there is an error."""
    answers: dict[str, t.Any] = {}
    for row in rows:
        path = f"D:\\SQL1_{row['DatabaseName']}.bak"
        answers[_tsql.backup_header(path)] = [row]
        answers[_tsql_restore.backup_file_list(path)] = [
            {"LogicalName": row["DatabaseName"], "PhysicalName": "C:\\a.mdf", "Size": 4096}
        ]
    return FakeServer(answers)


def test_each_instance_reads_its_own_and_times_become_utc() -> None:
    far = place("SQL2", "X", utc_offset=timedelta(hours=9))
    own, other = server(header(MANAGEMENT)), server()
    other.answers[_tsql.backup_header("D:\\SQL2_X.bak")] = [header("X", "SQL2")]
    other.answers[_tsql_restore.backup_file_list("D:\\SQL2_X.bak")] = []
    servers = FakeServers(own, {"SQL1": own, "SQL2": other})
    chosen = restore_set(MANAGEMENT, backup("X", "SQL2"))
    media, problems = read_media(servers, situation(place("SQL1", MANAGEMENT), far), chosen)
    assert {one.file.database: one.finished for one in media} == {
        MANAGEMENT: MOMENT,
        "X": MOMENT - timedelta(hours=9),
    }
    assert media[0].contents[0].size == 4096
    assert problems == []


def test_all_that_is_wrong_with_the_files_is_said_at_once() -> None:
    found = server(header(MANAGEMENT, BackupType=2), header("SSODB", "SQL9"))
    found.answers[_tsql.backup_header("D:\\SQL1_X.bak")] = SqlError("cannot open it")
    chosen = restore_set(MANAGEMENT, "SSODB", "X", seconds=1)
    media, problems = read_media(
        FakeServers(found, {"SQL1": found}), situation(place("SQL1", MANAGEMENT, "SSODB", "X")), chosen
    )
    assert [one.file.database for one in media] == ["SSODB"]
    assert [word in line for word, line in zip(("no full", "SQL9", "cannot open it"), problems, strict=True)] == [
        True
    ] * 3


def test_a_stranger_is_told_when_files_are_read() -> None:
    found = server(header(MANAGEMENT), header("SSODB"), header("X", BackupFinishDate=datetime(2026, 11, 20)))
    chosen = restore_set(MANAGEMENT, "SSODB", "X", seconds=60)
    _media, problems = read_media(
        FakeServers(found, {"SQL1": found}), situation(place("SQL1", MANAGEMENT, "SSODB", "X")), chosen
    )
    assert problems == [
        "D:\\SQL1_X.bak was made at 2026-11-20 00:00 UTC, the rest of backup set 8 around 2026-11-22 10:00: it is of"
        " another set"
    ]
