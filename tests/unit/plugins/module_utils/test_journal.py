# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._journal import Journal, read_journal

if t.TYPE_CHECKING:
    from pathlib import Path


def events(path: Path) -> list[str]:
    return [entry["event"] for entry in read_journal(path)]


def test_what_was_noted_comes_along_to_the_end_of_the_other_file(tmp_path: Path) -> None:
    first, second = Journal(), Journal()
    first.move(tmp_path / "run.journal")
    first.note("run", 1.0)
    second.move(tmp_path / "new.journal")
    second.note("again", 2.0)

    second.move(tmp_path / "run.journal")
    second.note("end", 3.0)

    assert events(tmp_path / "run.journal") == ["run", "again", "end"]
    assert not (tmp_path / "new.journal").exists()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    journal = Journal()
    journal.move(tmp_path / "group" / "run.journal")
    journal.note("run", 1.0)

    assert (tmp_path / "group" / "run.journal").stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_off_is_left_out_and_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    path.write_text('\n{"event": "run", "at": 1}\n{"event": "fact", "at": 2, "na', encoding="utf-8")
    journal = Journal()
    journal.move(path)
    journal.note("end", 3.0)

    assert events(path) == ["run", "end"]


def test_what_is_no_entry_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    path.write_text('[]\n{"event": "x"}\nnull\n', encoding="utf-8")

    assert read_journal(path) == []
    assert read_journal(tmp_path / "none.journal") == []
