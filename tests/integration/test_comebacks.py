# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that come back after they were stopped are stopped again before anything is installed."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, run, states
from tests.lab.invariants import broken
from tests.lab.paths import SINGLE_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

HOST = "BTSSvc$ProcessingHost"
# In seconds of the lab, of which there are 20 in one of ours: while another one still stops, and during the backup.
WHILE_STOPPING = {HOST: {"resurrects_after": 5.0}, "RuleEngineUpdateService": {"stop_seconds": 60.0}}
DURING_THE_BACKUP = {HOST: {"resurrects_after": 25.0}}


@pytest.mark.long
@pytest.mark.parametrize("behaviours", [WHILE_STOPPING, DURING_THE_BACKUP])
def test_a_service_that_somebody_starts_again_is_stopped_again(
    open_lab: Callable[..., Lab], behaviours: dict[str, t.Any]
) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=[{"name": "BTS1", "behaviours": behaviours}]) as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode == 0, result.stdout
        asked = [
            (event.kind, event["origin"])
            for event in lab.run_events()
            if event.kind in ("service.stop_requested", "service.start_requested") and event["service"] == HOST
        ]
        assert asked == [
            ("service.stop_requested", "Stop-Service"),
            ("service.start_requested", "somebody"),
            ("service.stop_requested", "Stop-Service"),
            ("service.start_requested", "sc.exe"),
        ]
        assert broken(lab.events.events) == {}
        assert states(lab) == before
