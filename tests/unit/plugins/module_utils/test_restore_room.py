# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._restore_room import moves, room_problems
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import GIB, in_backup, medium, place, present

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_media import FileInBackup
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import PresentFile

CASES: dict[str, tuple[list[PresentFile], list[FileInBackup], str | None]] = {
    "as large as today": ([present("A", 50)], [in_backup("A", 50)], None),
    "larger, with room": ([present("A", 50)], [in_backup("A", 60)], None),
    "larger, without room": (
        [present("A", 50)],
        [in_backup("A", 61)],
        "C:\\ of SQL1 has 10.0 GiB free and needs 11.0 GiB",
    ),
    "smaller": ([present("A", 50, free=0)], [in_backup("A", 1)], None),
    "two files on a volume": (
        [present("A", 1), present("A_log", 1)],
        [in_backup("A", 7), in_backup("A_log", 7)],
        "needs 12.0 GiB",
    ),
    "the file lies elsewhere today": (
        [present("A", 1, "E:\\a.mdf", "E:\\", 100), present("B", 1)],
        [in_backup("A", 90)],
        None,
    ),
    "a file that is new goes where it was": ([present("B", 1)], [in_backup("A", 11)], "C:\\ of SQL1"),
    "the longest mount point counts": (
        [present("B", 1), present("C", 1, "C:\\Data\\x", "C:\\Data\\", 100)],
        [in_backup("A", 50)],
        None,
    ),
    "a file that there is no more makes room": (
        [present("A", 50), present("A2", 20)],
        [in_backup("A", 75)],
        None,
    ),
}


@pytest.mark.parametrize(("today", "contents", "words"), CASES.values(), ids=CASES)
def test_room(today: list[PresentFile], contents: list[FileInBackup], words: str | None) -> None:
    mine = [one if one.logical_name in ("B", "C") else one.__class__(**vars(one) | {"database": "A"}) for one in today]
    problems, unknown = room_problems([medium("A", place("SQL1", "A", files=tuple(mine)), *contents)])
    assert unknown == []
    assert len(problems) == (words is not None)
    assert (words or "") in "".join(problems)


def test_the_databases_of_an_instance_share_its_volumes() -> None:
    files = (present("A", 1), present("B", 1))
    own = place("SQL1", "A", "B", files=files)
    media = [medium("A", own, in_backup("A", 7)), medium("B", own, in_backup("B", 7))]
    assert "needs 12.0 GiB" in room_problems(media)[0][0]
    other = place("SQL2", "B", files=files)
    assert room_problems([media[0], medium("B", other, in_backup("B", 7))]) == ([], [])


def test_what_an_old_sql_server_does_not_tell() -> None:
    own = place("SQL1", "A", files=(present("A", 1, volume=None),))
    problems, unknown = room_problems([medium("A", own, in_backup("A", 4000))])
    assert problems == []
    assert unknown == ["Whether SQL1 has room for C:\\Data\\A.mdf cannot be told"]


@pytest.mark.parametrize(
    ("path", "moved"),
    [("C:\\Data\\A.mdf", ()), ("c:\\DATA\\a.mdf", ()), ("E:\\A.mdf", (("A", "E:\\A.mdf"),))],
)
def test_a_file_stays_where_it_is_today(path: str, moved: tuple[tuple[str, str], ...]) -> None:
    own = place("SQL1", "A", files=(present("A", 1, path),))
    assert moves(medium("A", own, in_backup("a", GIB), in_backup("New", GIB))) == tuple(
        (name.casefold(), where) for name, where in moved
    )
