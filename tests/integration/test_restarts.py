# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates that ask for a restart of the computer, by each policy."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.conftest import SCALE
from tests.integration.runs import CLOSE_APPLICATIONS, run, states
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.paths import SMALL_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab


def restarts(history: History) -> list[tuple[int, str]]:
    return [(position, event["computer"]) for position, event in history.of_kind("computer.restarting")]


@pytest.mark.long
@pytest.mark.parametrize(
    ("policy", "exit_code", "when"),
    [
        ("never", 3010, None),
        ("if_required", 3010, "at once"),
        ("at_end", 3010, "in the end"),
        ("at_end", 1641, "at once"),
    ],
)
def test_a_restart_comes_when_the_policy_says(
    open_lab: Callable[..., Lab], policy: str, exit_code: int, when: str | None
) -> None:
    computers = [{"name": "BTS1", "install": {"exit_codes": [exit_code]}}]
    # An installer that restarts its computer does not do so before its caller has the time to ask.
    with open_lab(SMALL_TOPOLOGY, computers=computers, delays={"scale": SCALE, "install": 5 / SCALE}) as lab:
        before = states(lab)

        result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", f"biztalk_restart={policy}")

        assert result.returncode == 0, result.stdout
        history = History(lab.events.events)
        first, last = history.installs
        assert first.finished is not None
        assert last.finished is not None
        assert {computer for _position, computer in restarts(history)} == ({"BTS1"} if when else set())
        for position, _computer in restarts(history):
            assert first.finished < position < last.started if when == "at once" else position > last.finished
        assert ("asks for a restart of this computer" in result.stdout) == (when is None)
        # Nothing of BizTalk came up with Windows, and in the end it would again.
        by_windows = [event for _, event in history.of_kind("service.start_requested") if event["origin"] == "boot"]
        assert {event["role"] for event in by_windows} & {"host_instance", "rule_engine", "iis"} == set()
        assert states(lab) == before
        assert broken(lab.events.events) == {}
