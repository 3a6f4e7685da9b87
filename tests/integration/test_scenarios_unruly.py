# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services and installers that do not do what they are told: the run says which, and leaves the group safe."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, run, states
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.paths import SINGLE_TOPOLOGY, SMALL_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

HOST = "BTSSvc$ProcessingHost"


def behaving(**behaviour: t.Any) -> list[dict[str, t.Any]]:
    return [{"name": "BTS1", "behaviours": {HOST: behaviour}}]


@pytest.mark.long
def test_a_service_that_hangs_while_it_stops_is_named_with_its_process(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=behaving(hangs="stop")) as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", "biztalk_stop_timeout=3")

        hanging = lab.world.computers["BTS1"].services.get(HOST)
        assert hanging is not None
        assert result.returncode != 0
        assert f"{HOST} is stop_pending, process {hanging.pid}" in result.stdout
        assert History(lab.events.events).installs == []
        assert {**states(lab), ("BTS1", HOST): "running"} == before


@pytest.mark.long
def test_a_service_that_does_not_start_at_once_is_started_again(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=behaving(start_failures=1)) as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode == 0, result.stdout
        assert broken(lab.events.events) == {}
        assert states(lab) == before


@pytest.mark.long
def test_an_installer_that_hangs_is_given_up_and_the_group_stays_down(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=[{"name": "BTS1", "install": {"hangs": True}}]) as lab:
        result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", "biztalk_install_timeout=5")

        assert result.returncode != 0
        assert "timed out" in result.stdout
        assert [item.finished for item in History(lab.events.events).installs] == [None]
        assert states(lab)["BTS1", HOST] == "stopped"
        assert broken(lab.events.events) == {}


@pytest.mark.long
def test_a_setup_that_starts_services_and_a_busy_computer_are_coped_with(open_lab: Callable[..., Lab]) -> None:
    computers = [
        {"name": "BTS1", "install": {"restarts_services": True}},
        {"name": "BTS2", "install": {"exit_codes": [1618, 1618, 0]}},
    ]
    with open_lab(SMALL_TOPOLOGY, computers=computers) as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode == 0, result.stdout
        history = History(lab.events.events)
        assert [item.exit_code for item in history.installs] == [0, 1618, 1618, 0]
        started = {
            event["role"] for _, event in history.of_kind("service.start_requested") if event["origin"] == "setup"
        }
        assert {"host_instance", "iis"} <= started
        # All of it was down again when the next computer had its turn.
        assert broken(lab.events.events) == {}
        assert states(lab) == before
        logs = sorted(path.name.partition("-bts")[2] for path in (lab.folder / "records").rglob("*.log"))
        assert logs == ["1-KB5009901.log", "2-KB5009901.log"]
