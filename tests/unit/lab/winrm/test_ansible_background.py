# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes on while the connection does not: background installs, lost connections, restarts; by the real ansible."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from tests.lab.topology import InstallFaults
from tests.lab.windows.faults import Faults
from tests.unit.lab.winrm.playing import USER, inventory, play

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.windows.computer import Computer
    from tests.lab.world import World

__all__ = ["inventory"]


def install(package: str, *arguments: str, **keywords: t.Any) -> dict[str, t.Any]:
    module = {
        "path": package,
        "arguments": ["/quiet", *arguments],
        "state": "present",
        "expected_return_code": [0, 3010, 1641],
    }
    return {"ansible.windows.win_package": module, "become": True, **keywords}


@pytest.fixture
def computer(computer: Computer) -> Computer:
    for service in computer.services.all():
        if service.definition.role == "host_instance" and service.state == "running":
            service.stop("test")
            assert service.wait_for("stopped", 5)
    return computer


def test_an_install_in_the_background_survives_the_connection(
    inventory: Path, computer: Computer, world: World, package: str, tmp_path: Path
) -> None:
    world.delays = dataclasses.replace(world.delays, install=4.0)
    computer.installer.faults = Faults(InstallFaults(drops_connection=True))
    (installed,) = play(inventory, [{**install(package), "async": 60, "poll": 1}], tmp_path)
    assert (installed["rc"], installed["changed"], installed["finished"]) == (0, True, True)
    accounts = [event["account"] for event in world.events.events if event.kind == "install.started"]
    assert accounts == [USER]


def test_without_it_the_task_is_lost_but_the_install_goes_on(
    inventory: Path, computer: Computer, world: World, package: str, tmp_path: Path
) -> None:
    world.delays = dataclasses.replace(world.delays, install=0.5)
    computer.installer.faults = Faults(InstallFaults(drops_connection=True))
    (lost,) = play(inventory, [install(package, ignore_errors=True)], tmp_path)
    assert "Connection aborted" in lost["msg"]
    finished = [event["exit_code"] for event in world.events.events if event.kind == "install.finished"]
    assert finished == [0]


def test_a_job_is_asked_for_its_end_by_whoever_started_it(
    inventory: Path, world: World, package: str, tmp_path: Path
) -> None:
    status = {
        "ansible.builtin.async_status": {"jid": "{{ result_0.ansible_job_id }}"},
        "become": True,
        "until": "result_1.finished",
        "retries": 50,
        "delay": 0.2,
    }
    tasks = [{**install(package), "async": 60, "poll": 0}, status]
    started, ended = play(inventory, tasks, tmp_path)
    assert (started["finished"], ended["finished"], ended["rc"]) == (False, True, 0)


def test_win_reboot(inventory: Path, computer: Computer, world: World, tmp_path: Path) -> None:
    world.delays = dataclasses.replace(world.delays, restart=1.0)
    computer.pending_restart = True
    facts = {"ansible.windows.setup": {"gather_subset": ["!all", "!min", "platform"]}}
    before, rebooted, after = play(
        inventory, [facts, {"ansible.windows.win_reboot": {"pre_reboot_delay": 0}}, facts], tmp_path
    )
    assert (rebooted["changed"], rebooted["rebooted"]) == (True, True)
    pending = [result["ansible_facts"]["ansible_reboot_pending"] for result in (before, after)]
    assert pending == [True, False]
    kinds = [event.kind for event in world.events.events if event.kind.startswith("computer.")]
    assert kinds == ["computer.restarting", "computer.restarted"]


def test_an_update_that_restarts_the_computer(
    inventory: Path, computer: Computer, world: World, package: str, tmp_path: Path
) -> None:
    world.delays = dataclasses.replace(world.delays, restart=1.0)
    computer.installer.faults = Faults(InstallFaults(needs_restart=True))
    wait = {"ansible.builtin.wait_for_connection": {"delay": 1, "sleep": 1, "timeout": 30}}
    installed, _waited, pinged = play(inventory, [install(package), wait, {"ansible.windows.win_ping": {}}], tmp_path)
    assert (installed["rc"], pinged["ping"]) == (1641, "pong")
    assert [event["origin"] for event in world.events.events if event.kind == "computer.restarting"] == ["setup"]
