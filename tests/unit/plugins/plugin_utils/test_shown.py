# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.plugin_utils import _shown
from ansible_collections.biztalk.patching.plugins.plugin_utils._shown import Shown
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeClock


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(_shown.display, "display", said.append)
    return said


def test_what_is_new_is_shown_once_and_the_last_again_after_a_while(said: list[str]) -> None:
    clock = FakeClock()
    shown = Shown(30, clock=clock)
    for lines, seconds in ((["one"], 10), (["one"], 10), (["one", "two"], 29), (["one", "two"], 31), ([], 31)):
        clock.sleep(seconds)
        shown.update(lines)
    assert said == ["  00:10 one", "  00:49 two", "  01:20 still two", "  01:51 still two"]


def test_before_the_first_line_it_says_that_it_begins(said: list[str]) -> None:
    clock = FakeClock()
    shown = Shown(30, clock=clock)
    clock.sleep(31)
    shown.update([])
    assert said == ["  00:31 still beginning"]


def test_what_changes_at_each_look_is_shown_once_in_the_interval(said: list[str]) -> None:
    clock = FakeClock()
    shown = Shown(20, "bts1", clock)
    for number in range(7):
        shown.seldom(f"look {number}")
        clock.sleep(10)
    assert said == ["  00:20 bts1: look 2", "  00:40 bts1: look 4", "  01:00 bts1: look 6"]
