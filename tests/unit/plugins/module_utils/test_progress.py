# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._progress import ProgressFile, Seldom, meanwhile
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeClock, Told

if t.TYPE_CHECKING:
    from pathlib import Path


def test_only_what_is_new_is_told_one_line_each(tmp_path: Path) -> None:
    progress = ProgressFile(tmp_path / "progress")
    for text in ("one", "one", "two\nlines", "one"):
        progress.tell(text)
    assert (tmp_path / "progress").read_text(encoding="utf-8") == "one\ntwo lines\none\n"


def test_what_changes_all_the_time_is_told_seldom() -> None:
    told, clock = Told(), FakeClock()
    seldom = Seldom(told, clock, 10)
    for number in range(12):
        seldom.tell(str(number))
        clock.sleep(2)
    assert told.texts == ["0", "5", "10"]


def test_meanwhile_repeats_and_ends_with_the_block() -> None:
    before = threading.active_count()
    thrice = threading.Semaphore(0)
    with meanwhile(thrice.release, 0.001):
        assert all(thrice.acquire(timeout=10) for _time in range(3))
    assert threading.active_count() == before
