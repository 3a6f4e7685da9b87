# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""patch.yml against the default group: the rules hold, the update is everywhere, and everything is as it was."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, changes, report_of, run, states
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.inventory import DEFAULT_UPDATE
from tests.lab.summary import phases

if t.TYPE_CHECKING:
    from tests.lab.lab import Lab

# For the whole of patch.yml; each costs seconds of the outage on real computers.
MOST_REMOTE_TASKS = 40


def test_patching_keeps_every_rule_and_a_second_run_changes_nothing(lab: Lab) -> None:
    before = states(lab)

    first = run("patch", lab, *CLOSE_APPLICATIONS)

    assert first.returncode == 0, first.stdout
    events = lab.events.events
    assert broken(events) == {}
    history = History(events)
    assert [(item.computer, item.kb, item.architecture) for item in history.installs] == [
        (name, DEFAULT_UPDATE, "x64") for name in ("BTS1", "BTS2", "BTS3")
    ]
    assert states(lab) == before
    assert lab.instances["SQL1"].damaged() == []
    # The other console, which is none of BizTalk's, is still open.
    assert [process.title for process in lab.world.computers["BTS3"].processes.all() if process.session] == [
        "Event Viewer"
    ]
    for computer in history.group_computers:
        tasks = [event for _at, event in history.of_kind("remote.task") if event["computer"] == computer]
        assert len(tasks) <= MOST_REMOTE_TASKS
    assert [phase.name for phase in phases(history)] == [
        "plan and stage",
        "stop",
        "backup",
        "agent and idle",
        "install",
        "start",
    ]

    report = report_of(lab)
    assert report["outcome"]["sentence"].startswith(
        "KB5009901 was installed on all 3 computers of the group BizTalkGroup"
    )
    assert {rule["verdict"] for rule in report["rules"]} == {"held", "not_applicable"}
    assert [lane["name"] for lane in report["lanes"]] == ["BTS1", "BTS2", "BTS3", "SQL1"]
    down = next(event for event in events if event.kind == "service.stop_requested").at
    up = [event for event in events if event.kind == "service.started"][-1].at
    assert up - down - 1 < report["outage"]["seconds"] < events[-1].at - events[0].at

    second = run("patch", lab, *CLOSE_APPLICATIONS)

    assert second.returncode == 0, second.stdout
    assert changes(lab.events.events[len(events) :]) == []
    assert "changed=0" in second.stdout
    assert "Nothing was to be done" in second.stdout
    assert report_of(lab)["outcome"]["state"] == "nothing_to_do"


def test_planning_touches_nothing_and_says_what_would_happen(lab: Lab) -> None:
    plan = run("plan", lab, *CLOSE_APPLICATIONS)

    assert plan.returncode == 2, plan.stdout
    assert "This is no error: patch.yml has something to do" in plan.stdout
    assert changes(lab.run_events()) == []
    for text in (
        "BTS1: install BTS2020-KB5009901-x64-ENU.exe (computer 1 of 3)",
        "BTS2: close Administration Console",
        "SQL1: force a full backup of all BizTalk databases, then stop SQLSERVERAGENT",
    ):
        assert text in plan.stdout


@pytest.mark.parametrize("kb", ["90000001", pytest.param("90000002", marks=pytest.mark.long)])
def test_an_update_without_sql_is_installed_everywhere(small_lab: Lab, kb: str) -> None:
    downloads = f"biztalk_packages=[{small_lab.library.downloads(kb)}]"
    result = run("patch", small_lab, *CLOSE_APPLICATIONS, "-e", f"{{{downloads.replace('=', ': ')}}}")

    assert result.returncode == 0, result.stdout
    assert broken(small_lab.events.events) == {}
    assert {item.computer for item in History(small_lab.events.events).installs if item.succeeded} == {"BTS1", "BTS2"}


def test_check_mode_walks_the_whole_way_and_changes_nothing(small_lab: Lab) -> None:
    before = states(small_lab)

    result = run("patch", small_lab, *CLOSE_APPLICATIONS, "--check")

    assert result.returncode == 0, result.stdout
    assert changes(small_lab.run_events()) == []
    assert states(small_lab) == before
    assert not list(small_lab.folder.glob("records/*/*report*"))
    assert "BTS1: install BTS2020-KB5009901-x64-ENU.exe (computer 1 of 2)" in result.stdout
