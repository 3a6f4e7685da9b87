# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import datetime

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import Expected, full_sets, joined, judge

EXPECTED = (Expected("SQL1", "BizTalkMgmtDb"), Expected("SQL2", "BizTalkMsgBoxDb"))


def row(number: int, server: str, database: str, **changes: t.Any) -> dict[str, t.Any]:
    values: dict[str, t.Any] = {
        "backup_set_id": number,
        "server_name": server,
        "database_name": database,
        "location": "D:\\Backup",
        "file_name": f"{database}.bak",
        "backup_type": "db",
        "backup_time": datetime(2026, 11, 22, 9, 0),
        "set_complete": True,
    }
    return values | changes


def whole_set(number: int, **changes: t.Any) -> list[dict[str, t.Any]]:
    return [row(number, "SQL1", "BizTalkMgmtDb", **changes), row(number, "sql2", "BIZTALKMSGBOXDB", **changes)]


GOOD = whole_set(8)
LOG = whole_set(9, backup_type="lg")


@pytest.mark.parametrize(
    ("rows", "forced", "problems"),
    [
        (GOOD, False, []),
        pytest.param([*GOOD, *LOG], False, [], id="the log backup that follows is no full one"),
        pytest.param(whole_set(8, backup_type="db "), False, [], id="char(2) may be padded"),
        ([], False, ["no new full backup set"]),
        pytest.param(LOG, False, ["no new full backup set"], id="a log backup alone"),
        (GOOD, True, ["still pending"]),
        (whole_set(8, set_complete=False), False, ["not marked complete"]),
        pytest.param([GOOD[0], GOOD[1] | {"set_complete": 0}], False, ["not marked complete"], id="one row"),
        (GOOD[:1], False, ["lacks BizTalkMsgBoxDb on SQL2"]),
        ([*GOOD, row(8, "SQL1", "Old")], False, ["does not list: Old on SQL1"]),
        pytest.param([row(8, "SQL1", "BizTalkMgmtDb"), row(8, "SQL9", "BizTalkMsgBoxDb")], False, ["lacks", "SQL9"]),
        pytest.param([*whole_set(7), *GOOD[:1]], False, ["set 8 lacks"], id="the newest counts, not the best"),
    ],
)
def test_the_set_is_judged(rows: list[dict[str, t.Any]], forced: bool, problems: list[str]) -> None:
    verdict = judge(rows, EXPECTED, forced=forced)
    assert verdict.good is (not problems)
    text = "; ".join(verdict.problems)
    assert all(problem in text for problem in problems), text


def test_a_database_that_failed_is_named_and_the_set_is_called_unusable() -> None:
    problems = "; ".join(judge(whole_set(8, set_complete=False)[:1], EXPECTED, forced=True).problems)
    assert "BizTalkMsgBoxDb on SQL2" in problems
    assert "cannot be restored as a set" in problems


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("D:\\Backup", "D:\\Backup\\a.bak"),
        ("\\\\nas\\share\\", "\\\\nas\\share\\a.bak"),
        ("https://x/c", "https://x/c/a.bak"),
        ("https://x/c/", "https://x/c/a.bak"),
    ],
)
def test_location_and_name_make_a_path(location: str, path: str) -> None:
    assert joined(location, "a.bak") == path


def test_sets_come_oldest_first_whatever_the_rows_order() -> None:
    assert [found.id for found in full_sets([*whole_set(12), *whole_set(9)])] == [9, 12]


def test_a_file_tells_where_it_is_and_when_it_was_made() -> None:
    (file,) = full_sets(GOOD[:1])[0].files
    assert file.as_result() == {
        "server": "SQL1",
        "name": "BizTalkMgmtDb",
        "file": "D:\\Backup\\BizTalkMgmtDb.bak",
        "type": "full",
        "finished": "2026-11-22T09:00:00",
        "size": None,
        "seconds": None,
    }
