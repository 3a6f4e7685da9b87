# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses
import typing as t

import pytest

from tests.lab.winrm.modules import HANDLERS
from tests.lab.winrm.task import ModuleError, Task

if t.TYPE_CHECKING:
    from tests.unit.lab.winrm.conftest import Runner


def test_every_execution_is_in_the_event_log(run: Runner) -> None:
    run.session = dataclasses.replace(run.session, become_user="LAB\\patchadmin")
    run("win_ping", check=True)
    event = run.events("remote.task")[-1]
    assert (
        event.fields.items()
        >= {
            "computer": "BTS2",
            "module": "win_ping",
            "check_mode": True,
            "become_user": "LAB\\patchadmin",
            "failed": False,
            "changed": False,
        }.items()
    )


def test_a_task_takes_its_modelled_time(run: Runner) -> None:
    world = run.session.computer.world
    world.delays = dataclasses.replace(world.delays, remote_task=0.05)
    run("win_ping")
    assert run.events("remote.task")[-1]["seconds"] >= 0.05


def test_wrong_options_fail_and_count_as_a_task(run: Runner) -> None:
    result = run("win_ping", dta="x")
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith("Unsupported parameters for (win_ping) module: dta.")
    assert run.events("remote.task")[-1]["failed"]


@pytest.mark.parametrize("module", ["win_uri", "no_such_module"])
def test_a_module_without_a_model_is_refused(run: Runner, module: str) -> None:
    assert run(module)["msg"] == f"The lab refuses: the lab does not model the module {module}"
    assert run.events("remote.refused")[-1]["reason"] == f"the lab does not model the module {module}"


def test_check_mode_skips_what_does_not_support_it(run: Runner) -> None:
    result = run("win_command", check=True, cmd="taskkill.exe /f /im mmc.exe")
    assert (result["skipped"], result["changed"]) == (True, False)
    assert result["msg"] == "remote module (win_command) does not support check mode"
    assert not run.events("process.ended")


def test_a_failing_handler_keeps_its_result(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_task: Task) -> dict[str, t.Any]:
        raise ModuleError("broken", rc=5, changed=True)

    monkeypatch.setitem(HANDLERS, "win_ping", fail)
    result = run("win_ping", data="x")
    assert (result["failed"], result["msg"], result["rc"], result["changed"]) == (True, "broken", 5, True)
    assert result["invocation"] == {"module_args": {"data": "x"}}


def test_a_path_that_windows_cannot_have_is_a_failure(run: Runner) -> None:
    assert "not an absolute path" in run("win_file", path=r"C:\a?b", state="directory")["msg"]


def test_a_module_that_is_to_fail_does_so_once(run: Runner) -> None:
    run.session.computer.failing.append("win_service_info")

    assert "Insufficient system resources" in run("win_service_info")["msg"]
    assert not run("win_service_info").get("failed")
