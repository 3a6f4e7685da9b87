# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application pools in the place of the whole of IIS, where the operator wants it so."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import run, states
from tests.lab.invariants import broken
from tests.lab.windows.app_pools import BIZTALK_POOL

if t.TYPE_CHECKING:
    from tests.lab.lab import Lab

APP_POOLS = ("-e", f'{{"biztalk_stop_iis": "app_pools", "biztalk_app_pools": ["{BIZTALK_POOL}"]}}')


@pytest.mark.long
def test_only_the_named_application_pools_are_stopped(single_lab: Lab) -> None:
    computer = single_lab.world.computers["BTS1"]
    before = states(single_lab), computer.app_pools.states()

    result = run("patch", single_lab, *APP_POOLS)

    assert result.returncode == 0, result.stdout
    # By the letter of the article IIS would have had to be stopped, as a warning in the plan says too.
    assert broken(single_lab.events.events).keys() == {"R12"}
    assert (states(single_lab), computer.app_pools.states()) == before
    workers = [event.kind for event in single_lab.run_events() if event.fields.get("image") == "w3wp.exe"]
    assert workers == ["process.ended", "process.started"]
    assert not [event for event in single_lab.run_events() if event.fields.get("service") == "W3SVC"]
