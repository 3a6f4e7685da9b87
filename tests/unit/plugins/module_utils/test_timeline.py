# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _timeline
from ansible_collections.biztalk.patching.plugins.module_utils._report_outage import Lane, Outage
from ansible_collections.biztalk.patching.plugins.module_utils._story import Segment
from ansible_collections.biztalk.patching.plugins.module_utils._timeline import Bar, Picture, draw
from ansible_collections.biztalk.patching.tests.unit.plugins.journals import (
    failed_patch,
    good_patch,
    report,
    rollback,
)

RIGHT_END = _timeline.WIDTH - _timeline.RIGHT


def drawn(entries: list[dict[str, t.Any]]) -> Picture:
    made = report(entries)
    picture = draw(made.lanes, made.outage)
    assert picture
    return picture


def bars(picture: Picture, lane: str) -> list[Bar]:
    (row,) = [row for row in picture.rows if row.name == lane]
    return list(row.bars)


def test_there_is_a_lane_for_each_computer_and_instance_and_the_outage_is_marked() -> None:
    picture = drawn(good_patch())

    assert [(row.name, row.kind) for row in picture.rows] == [
        ("BTS1", "computer"),
        ("BTS2", "computer"),
        ("SQL1", "sql"),
    ]
    assert [piece.kind for piece in bars(picture, "BTS1")] == ["down", "plan", "stop", "install", "start", "settle"]
    assert [piece.kind for piece in bars(picture, "SQL1")] == ["down", "backup", "agent_down", "idle", "agent_up"]
    assert picture.outage
    assert (picture.outage.text, picture.outage.open) == ("down for 2 min 13 s", False)
    assert dict(picture.kinds)["agent_down"] == "Stop SQL Server Agent"


@pytest.mark.parametrize("entries", [good_patch(), failed_patch(), rollback()], ids=["good", "failed", "rollback"])
def test_all_bars_lie_inside_the_picture_and_in_their_lanes(entries: list[dict[str, t.Any]]) -> None:
    picture = drawn(entries)

    for row in picture.rows:
        for piece in row.bars:
            assert piece.x >= _timeline.LABELS
            assert piece.x + piece.width <= RIGHT_END + 0.1
            assert piece.width >= _timeline.NARROWEST
            assert row.y <= piece.y
            assert piece.y + piece.height <= row.y + _timeline.LANE
    assert picture.rows[-1].y + _timeline.LANE <= picture.bottom
    assert all(_timeline.LABELS <= mark.x <= RIGHT_END for mark in picture.marks)


def test_places_go_with_the_time() -> None:
    picture = drawn(good_patch())
    first, second = bars(picture, "BTS1"), bars(picture, "BTS2")
    installs = [next(piece for piece in row if piece.kind == "install") for row in (first, second)]

    assert installs[0].width == pytest.approx(installs[1].width, abs=0.1)
    assert installs[0].x + installs[0].width < installs[1].x


def test_a_group_that_is_still_down_has_an_open_end() -> None:
    picture = drawn(failed_patch())

    assert picture.outage
    assert picture.outage.open
    assert picture.outage.text.endswith("so far")
    assert picture.outage.x + picture.outage.width == pytest.approx(RIGHT_END, abs=0.1)


def test_an_end_that_was_not_seen_is_told() -> None:
    segment = Segment("bts1", "install", 0, 60, open=True)
    picture = draw([Lane("BTS1", "computer", (segment,), ())], Outage(0, 60, open=True))

    assert picture
    (piece,) = picture.rows[0].bars
    assert piece.open
    assert piece.title == "Install: 1 min, its end was not seen"


def test_what_took_no_time_at_the_end_is_seen_too() -> None:
    segments = (Segment("bts1", "install", 0, 60), Segment("bts1", "check", 60, 60))
    picture = draw([Lane("BTS1", "computer", segments, ())], None)

    assert picture
    assert picture.rows[0].bars[-1].x + _timeline.NARROWEST <= RIGHT_END


def test_the_phase_that_failed_is_marked() -> None:
    failed = [(row.name, piece.kind) for row in drawn(failed_patch()).rows for piece in row.bars if piece.failed]

    assert failed == [("BTS2", "install")]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, ""), (1.0, ""), (60.0, "Install")], ids=["no time", "too narrow", "wide"]
)
def test_words_stand_only_where_there_is_room(seconds: float, text: str) -> None:
    segments = (Segment("bts1", "install", 0, seconds), Segment("bts1", "start", 60, 120))
    picture = draw([Lane("BTS1", "computer", segments, ())], None)

    assert picture
    assert picture.rows[0].bars[0].text == text


@pytest.mark.parametrize("seconds", [0.0, 3.0, 59.0, 3600.0, 200_000.0, 5_000_000.0])
def test_the_axis_has_a_few_marks_whatever_the_run_took(seconds: float) -> None:
    picture = draw([Lane("BTS1", "computer", (Segment("bts1", "install", 0, seconds),), ())], None)

    assert picture
    assert 1 <= len(picture.marks) <= (_timeline.MARKS + 1 if seconds < 700_000 else 60)
    assert picture.marks[0].text == "0"


def test_where_nothing_was_done_there_is_no_picture() -> None:
    assert draw([Lane("BTS1", "computer", (), ())], None) is None
