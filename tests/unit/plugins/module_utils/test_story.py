# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.biztalk.patching.plugins.module_utils._story import Story
from ansible_collections.biztalk.patching.tests.unit.plugins.journals import (
    BEGIN,
    begun,
    ended,
    entry,
    fact,
    failed,
    later,
    phase,
)


def test_what_was_not_left_lasts_until_the_journal_breaks_off() -> None:
    story = Story.parse([*begun(), entry("began", 5, lane="bts1", phase="install"), fact("x", 9, 1)])

    (segment,) = story.segments
    assert (segment.lane, segment.phase, segment.seconds, segment.open) == ("bts1", "install", 4, True)


def test_the_next_run_does_not_go_on_with_what_the_one_before_had_not_left() -> None:
    killed = [*begun(), entry("began", 5, lane="bts1", phase="install"), fact("x", 9, 1)]
    story = Story.parse(
        [*killed, *later(begun(), 100), *phase("bts1", "install", 110, 120), ended(121, succeeded=True)]
    )

    assert [(one.began - BEGIN, one.ended - BEGIN, one.open) for one in story.segments] == [
        (5, 9, True),
        (110, 120, False),
    ]
    assert [one.ended for one in story.executions] == [None, BEGIN + 121]


def test_a_phase_that_was_dropped_was_none() -> None:
    dropped = [entry("began", 1, lane="bts1", phase="stop"), entry("dropped", 2, lane="bts1", phase="stop")]

    assert Story.parse([*begun(), *dropped]).segments == ()


def test_the_first_and_the_latest_of_the_facts_of_a_name() -> None:
    story = Story.parse([fact("plan", 1, {"outcome": "outage"}), fact("plan", 2, {"outcome": "finish"})])

    assert story.plan == {"outcome": "outage"}
    assert story.latest("plan") == {"outcome": "finish"}
    assert story.latest("backup") is None
    assert story.record is None


def test_failures_keep_what_was_said() -> None:
    (failure,) = Story.parse([failed(3, "bts1", "exit code 1603", exit_code=1603)]).failures

    assert (failure.host, failure.message, failure.exit_code, failure.unreachable) == (
        "bts1",
        "exit code 1603",
        1603,
        False,
    )
