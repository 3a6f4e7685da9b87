# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import datetime

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._restore_set import given_set, set_in_history
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

FILE = {"server": "SQL1", "name": "SSODB", "file": "D:\\a.bak"}
WHOLE = FILE | {"type": "full", "finished": "2026-11-22T10:15:00", "size": 10, "seconds": 1.5}
DATABASES = ("BizTalkMgmtDb", "SSODB")


def rows(*sets: tuple[int, int], complete: int = 1, databases: t.Sequence[str] = DATABASES) -> list[dict[str, t.Any]]:
    """``sets`` are (id, hour), in the order of their making."""
    return [
        {
            "backup_set_id": number,
            "server_name": "SQL1",
            "database_name": database,
            "location": "D:\\Backup",
            "file_name": f"{database}_{hour}.bak",
            "backup_type": "db",
            "backup_time": datetime(2026, 11, 22, hour),
            "set_complete": complete,
        }
        for number, hour in sets
        for database in databases
    ]


def test_what_full_backup_returned_is_taken_as_it_is() -> None:
    found = given_set({"id": "8", "seconds": 365, "databases": [WHOLE], "job_outcome": "succeeded"})
    assert found is not None
    assert (found.id, found.seconds, str(found)) == (8, 365.0, "backup set 8")
    assert found.as_result() == {"id": 8, "seconds": 365.0, "databases": [WHOLE]}


def test_a_set_by_hand_needs_no_more_than_its_files() -> None:
    found = given_set({"databases": [FILE]})
    assert found is not None
    assert (found.id, found.seconds, str(found)) == (None, None, "the backup set without an id")
    assert (found.files[0].size, found.files[0].seconds, found.files[0].path) == (None, None, "D:\\a.bak")


@pytest.mark.parametrize("value", [{"id": 8}, {"id": "8", "databases": []}, {"id": 8, "finished": "2026"}])
def test_an_id_alone_is_for_the_history(value: dict[str, t.Any]) -> None:
    assert given_set(value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "neither an id nor databases"),
        ({"id": None}, "neither an id nor databases"),
        ({"id": "latest"}, "no number"),
        ({"databases": "SSODB"}, "no list"),
        ({"databases": ["SSODB"]}, "lacks server, name, file"),
        ({"databases": [FILE, {"server": "SQL1", "name": "X", "file": ""}]}, "lacks file"),
    ],
)
def test_a_set_that_makes_no_sense(value: dict[str, t.Any], message: str) -> None:
    with pytest.raises(SqlError, match=message):
        given_set(value)


def test_it_is_found_by_its_id() -> None:
    found = set_in_history(rows((7, 8), (8, 10), (9, 12)), 8)
    assert [file.path for file in found.files] == ["D:\\Backup\\BizTalkMgmtDb_10.bak", "D:\\Backup\\SSODB_10.bak"]
    assert found.seconds is None


@pytest.mark.parametrize("finished", ["2026-11-22T12", "2026-11-22 12:00"])
def test_one_of_two_with_the_same_id_is_found_by_its_time(finished: str) -> None:
    found = set_in_history(rows((8, 10), (8, 12)), 8, finished)
    assert {file.path[-6:] for file in found.files} == {"12.bak"}


@pytest.mark.parametrize(
    ("history", "finished", "message"),
    [
        (rows((7, 8), (9, 9)), "", "no full backup set 8; it has backup set 7 of 2026-11-22T08:00:00.*backup set 9"),
        ([], "", "it has none at all"),
        (
            rows((8, 10), (8, 12)),
            "",
            r"several full backup sets 8: backup set 8 of 2026-11-22T10:00:00 \(2 databases, the first in"
            r" D:\\Backup\\BizTalkMgmtDb_10.bak\); backup set 8 of 2026-11-22T12",
        ),
        (rows((8, 10), (8, 12)), "2026-11-22T", "several full backup sets 8"),
        (rows((8, 10)), "2026-11-23", "none with that time of the full backup sets 8: backup set 8 of 2026-11-22"),
        (rows((8, 10), complete=0), "", "is not marked complete"),
        (rows((8, 10)) + rows((8, 12), complete=0), "2026-11-22T12", "is not marked complete"),
    ],
)
def test_a_set_that_the_history_does_not_tell(history: list[dict[str, t.Any]], finished: str, message: str) -> None:
    with pytest.raises(SqlError, match=message):
        set_in_history(history, 8, finished)
