# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The moment of a strike is told by the event log."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.campaign.moment import Moment, Trigger
from tests.lab.events import Event, EventLog

if t.TYPE_CHECKING:
    from pathlib import Path

STOPPED = {"computer": "BTS1", "service": "W3SVC", "role": "iis"}


@pytest.mark.parametrize(
    ("moment", "fits"),
    [
        (Moment("service.stopped"), True),
        (Moment("service.stopped", {"computer": "BTS*", "role": "iis"}), True),
        (Moment("service.stopped", {"computer": "SQL*"}), False),
        (Moment("service.started"), False),
        (Moment("service.stopped", {"origin": "*"}), True),
    ],
)
def test_a_moment_is_an_event_with_fields_that_fit(moment: Moment, fits: bool) -> None:
    assert moment.fits(Event(0.0, "service.stopped", STOPPED)) is fits


def test_a_trigger_acts_once_when_its_turn_has_come_and_before_the_cause_goes_on(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    acts: list[int] = []
    trigger = Trigger(log, Moment("service.stopped", turn=2), lambda: acts.append(len(log.events)))

    for _ in range(4):
        log.emit("service.stopped", **STOPPED)

    assert acts == [2]
    assert trigger.fired.is_set()
