# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_service and win_service_info."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.windows.spec import Behaviour

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.unit.lab.winrm.conftest import Runner

HOST = "BTSSvc$ProcessingHost"


def state(computer: Computer, name: str) -> str:
    service = computer.services.get(name)
    assert service is not None
    return service.state


def test_info_of_all_services(run: Runner) -> None:
    services = {item["name"]: item for item in run("win_service_info")["services"]}
    assert {HOST, "BTSSvc$ReceiveHost", "ENTSSO", "W3SVC"} <= services.keys()
    assert (
        services[HOST].items()
        >= {
            "state": "started",
            "start_mode": "auto",
            "dependencies": ["ENTSSO"],
            "username": r"LAB\svc-biztalk",
        }.items()
    )
    assert services[HOST]["process_id"] > 0
    assert HOST in services["ENTSSO"]["dependency_of"]
    assert services["Spooler"]["username"] == r"NT AUTHORITY\SYSTEM"


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("btssvc$processinghost", [HOST]),
        ("BTSSvc*", [HOST, "BTSSvc$ReceiveHost"]),
        ("World Wide Web Publishing Service", []),
    ],
)
def test_info_of_some_services(run: Runner, name: str, names: list[str]) -> None:
    result = run("win_service_info", name=name)
    assert [item["name"] for item in result["services"]] == names
    assert result["exists"] is bool(names)


def test_stop_and_start(run: Runner, computer: Computer) -> None:
    assert run("win_service", name=HOST, state="stopped")["state"] == "stopped"
    assert state(computer, HOST) == "stopped"
    assert not run("win_service", name=HOST, state="stopped")["changed"]
    result = run("win_service", name=HOST, state="started")
    assert (result["changed"], result["state"], state(computer, HOST)) == (True, "running", "running")
    assert run.events("service.stop_requested")[-1]["origin"] == "ansible.windows.win_service"


def test_check_mode_changes_nothing_and_says_what_it_would(run: Runner, computer: Computer) -> None:
    result = run("win_service", check=True, diff=True, name=HOST, state="stopped", start_mode="disabled")
    assert (result["changed"], result["state"], result["start_mode"]) == (True, "stopped", "disabled")
    assert result["diff"]["before"]["state"] == "started"
    assert result["diff"]["after"]["state"] == "stopped"
    assert state(computer, HOST) == "running"
    assert run("win_service_info", name=HOST)["services"][0]["start_mode"] == "auto"


def test_dependents_need_force(run: Runner, computer: Computer) -> None:
    result = run("win_service", name="ENTSSO", state="stopped")
    assert "because it has dependent services" in result["msg"]
    assert state(computer, "ENTSSO") == "running"
    assert run("win_service", name="ENTSSO", state="stopped", force_dependent_services=True)["changed"]
    assert (state(computer, "ENTSSO"), state(computer, HOST)) == ("stopped", "stopped")


def test_a_restart(run: Runner) -> None:
    before = run("win_service_info", name=HOST)["services"][0]["process_id"]
    assert run("win_service", name=HOST, state="restarted")["changed"]
    assert run("win_service_info", name=HOST)["services"][0]["process_id"] != before


def test_a_disabled_service_does_not_start(run: Runner, computer: Computer) -> None:
    assert run("win_service", name="BTSSvc$ReceiveHost", start_mode="disabled")["changed"]
    result = run("win_service", name="BTSSvc$ReceiveHost", state="started")
    assert "cannot be started due to the following error" in result["msg"]
    assert state(computer, "BTSSvc$ReceiveHost") == "stopped"


def test_a_service_that_gives_up_while_it_starts(
    run: Runner, computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computer.world.instances["SQL1"], "damaged", lambda: ["BizTalkMgmtDb"])
    run("win_service", name=HOST, state="stopped")
    assert "Failed to start service" in run("win_service", name=HOST, state="started")["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "nothing"}, "Service 'nothing' is not installed"),
        ({"name": HOST, "state": "paused"}, "does not model"),
        ({"name": HOST, "description": "other"}, "does not model"),
    ],
)
def test_refusals(run: Runner, options: dict[str, t.Any], message: str) -> None:
    assert message in run("win_service", **options)["msg"]


def test_recovery_actions_and_exit_codes(run: Runner) -> None:
    found = {item["name"]: item for item in run("win_service_info")["services"]}
    host = found["BTSSvc$ProcessingHost"]
    assert (host["failure_actions"], host["win32_exit_code"]) == ([{"delay_ms": 60000, "type": "restart"}], 0)
    assert found["ENTSSO"]["failure_actions"] == []
    assert found["BTSSvc$ReceiveHost"]["win32_exit_code"] == 1077


def test_a_service_that_hangs_in_its_stop_does_not_start(run: Runner, computer: Computer) -> None:
    service = computer.services.get(HOST)
    assert service is not None
    service.behaviour = Behaviour(hangs="stop")
    service.stop("test")

    result = run("win_service", name=HOST, state="started")
    assert result["failed"]
    assert "Failed to start service" in result["msg"]
    assert service.state == "stop_pending"
