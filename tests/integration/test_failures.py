# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that cannot go on: what is left behind is safe, and the operator is told what happened."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, record_of, report_of, run, states
from tests.lab.campaign.moment import Moment, Trigger
from tests.lab.campaign.verdict import CLAIM
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.paths import SINGLE_TOPOLOGY, SMALL_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

DOWN = ("host_instance", "rule_engine", "iis", "agent")


def nothing_runs(lab: Lab) -> bool:
    services = [service for computer in lab.world.computers.values() for service in computer.services.all()]
    return all(service.state == "stopped" for service in services if service.definition.role in DOWN)


@pytest.mark.long
def test_a_session_that_does_not_go_away_brings_everything_back_up(single_lab: Lab) -> None:
    before = states(single_lab)
    single_lab.instances["SQL1"].open_session(
        host="MON1", program="Nosy Monitor", login=r"LAB\alice", database="BizTalkMsgBoxDb"
    )

    result = run("patch", single_lab, *CLOSE_APPLICATIONS)

    assert result.returncode != 0
    assert "Nosy Monitor" in result.stdout
    assert "What was stopped is started again now." in result.stdout
    assert "Nothing was installed, and everything that ran before runs again" in result.stdout
    assert History(single_lab.events.events).installs == []
    assert states(single_lab) == before
    assert broken(single_lab.events.events) == {}
    report = report_of(single_lab)
    assert report["outcome"]["state"] == "aborted"
    assert "Nosy Monitor" in report["outcome"]["cause"]
    assert "Nosy Monitor" in [one["program"] for look in report["idle"] for one in look["seen"]]


@pytest.mark.long
def test_a_computer_that_cannot_be_stopped_brings_all_others_back_up(small_lab: Lab) -> None:
    before = states(small_lab)
    failing = small_lab.world.computers["BTS2"].failing
    # What keeps the services from starting with Windows.
    Trigger(small_lab.events, Moment("file.written", {"path": r"*\run.lock"}), lambda: failing.append("win_shell"))

    result = run("patch", small_lab, *CLOSE_APPLICATIONS)

    assert result.returncode != 0
    assert "Nothing was installed, and everything that ran before runs again" in result.stdout
    assert record_of(small_lab)["step"] == "aborted"
    assert not [one for one in small_lab.world.computers.values() if one.files.exists(CLAIM)]
    assert states(small_lab) == before
    assert broken(small_lab.events.events) == {}


@pytest.mark.long
def test_an_install_that_fails_is_tried_again_and_leaves_the_group_down(small_lab: Lab) -> None:
    before = states(small_lab)
    with small_lab.world.computers["BTS2"].installer.occupied():
        result = run("patch", small_lab, *CLOSE_APPLICATIONS)

    assert result.returncode != 0
    assert "1618" in result.stdout
    assert [item.exit_code for item in History(small_lab.events.events).installs] == [0, 1618, 1618, 1618]
    assert nothing_runs(small_lab)
    assert broken(small_lab.events.events) == {}

    again = run("patch", small_lab, *CLOSE_APPLICATIONS)

    assert again.returncode == 0, again.stdout
    assert states(small_lab) == before
    assert broken(small_lab.events.events) == {}


@pytest.mark.long
def test_an_installer_that_restarts_its_computer_ends_the_run(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SMALL_TOPOLOGY, computers=[{"name": "BTS1", "install": {"exit_codes": [1641]}}]) as lab:
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode != 0
        assert {item.computer for item in History(lab.events.events).installs} == {"BTS1"}


@pytest.mark.long
def test_a_service_that_dies_again_is_named(open_lab: Callable[..., Lab]) -> None:
    # It has no recovery action, so it stays dead.
    behaviours = {"RuleEngineUpdateService": {"dies_after": 20.0, "deaths": 9}}
    with open_lab(SINGLE_TOPOLOGY, computers=[{"name": "BTS1", "behaviours": behaviours}]) as lab:
        result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", "biztalk_settle_time=3")

        assert result.returncode != 0
        assert "RuleEngineUpdateService is stopped, exit code 1067" in result.stdout
        # What Windows wrote about it.
        assert "7034 The Rule Engine Update Service service terminated unexpectedly." in result.stdout


@pytest.mark.long
def test_a_service_that_its_recovery_action_brings_back_is_named(open_lab: Callable[..., Lab]) -> None:
    # It dies three seconds after its start and is back three seconds later, well within the settle time.
    behaviours = {"BTSSvc$ProcessingHost": {"dies_after": 60.0, "deaths": 1}}
    with open_lab(SINGLE_TOPOLOGY, computers=[{"name": "BTS1", "behaviours": behaviours}]) as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", "biztalk_settle_time=12")

        assert result.returncode != 0
        assert states(lab) == before
        text = " ".join(result.stdout.split())
        assert "BTSSvc$ProcessingHost died as process" in text
        assert "7031 The BizTalk Service BizTalk Group : ProcessingHost service terminated unexpectedly." in text


def test_an_installer_that_fails_silently_is_found_out(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=[{"name": "BTS1", "install": {"hresult": "0x80040e14"}}]) as lab:
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode != 0
        assert "HRESULT=0x80040e14" in result.stdout
        assert "Start nothing by hand: mend the cause and run patch.yml again with the same settings" in result.stdout
        assert nothing_runs(lab)


@pytest.mark.long
def test_a_connection_lost_during_the_install_does_no_harm(open_lab: Callable[..., Lab]) -> None:
    computers = [{"name": "BTS1", "install": {"drops_connection": True}}]
    computers.append({"name": "BTS2", "install": {"exit_codes": [1618, 0]}})
    with open_lab(SMALL_TOPOLOGY, computers=computers) as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode == 0, result.stdout
        assert states(lab) == before
        assert broken(lab.events.events) == {}


@pytest.mark.long
def test_an_installer_that_cannot_reach_sql_server_is_found_out(single_lab: Lab) -> None:
    # Without a logon of its own the installer is nobody on SQL Server.
    result = run("patch", single_lab, *CLOSE_APPLICATIONS, "-e", "ansible_become=false")

    assert result.returncode != 0
    assert "HRESULT=0x80040e14" in result.stdout
    assert len(History(single_lab.events.events).installs) == 1
    assert nothing_runs(single_lab)
    assert "R4" in broken(single_lab.events.events)
    assert single_lab.instances["SQL1"].damaged() == ["BizTalkMsgBoxDb", "BizTalkDTADb"]
