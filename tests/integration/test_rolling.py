# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolling updates: one computer after the other, while the others work."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, changes, run, states
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.paths import SMALL_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

ROLLING = (*CLOSE_APPLICATIONS, "-e", "biztalk_mode=rolling")
WITHOUT_SQL = "90000002"


def update(lab: Lab, kb: str) -> tuple[str, str]:
    return "-e", f"{{biztalk_packages: ['{lab.library.downloads(kb)}']}}"


@pytest.mark.long
def test_at_least_two_of_three_computers_always_serve(lab: Lab) -> None:
    before = states(lab)

    result = run("patch", lab, *ROLLING, *update(lab, WITHOUT_SQL))

    assert result.returncode == 0, result.stdout
    history = History(lab.events.events)
    assert [item.computer for item in history.installs] == ["BTS1", "BTS2", "BTS3"]
    assert states(lab) == before
    assert broken(lab.events.events, rolling=True) == {}
    assert not history.of_kind("backup.database")
    assert not [event for _, event in history.of_kind("service.stop_requested") if event["role"] == "agent"]


def test_an_update_with_sql_is_refused(single_lab: Lab) -> None:
    result = run("patch", single_lab, *ROLLING)

    assert result.returncode != 0
    assert "cannot be installed while the group is up" in result.stdout
    assert changes(single_lab.run_events()) == []


def test_a_failure_stops_the_run_and_leaves_the_other_computer_working(open_lab: Callable[..., Lab]) -> None:
    computers = [{"name": "BTS1", "install": {"exit_codes": [1603]}}]
    with open_lab(SMALL_TOPOLOGY, computers=computers) as lab:
        before = states(lab)

        result = run("patch", lab, *ROLLING, *update(lab, WITHOUT_SQL))

        assert result.returncode != 0
        assert "1603" in result.stdout
        assert {item.computer for item in History(lab.events.events).installs} == {"BTS1"}
        after = states(lab)
        assert {key: state for key, state in after.items() if key[0] == "BTS2"} == {
            key: state for key, state in before.items() if key[0] == "BTS2"
        }
        assert broken(lab.events.events, rolling=True) == {}
