# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_command and win_shell."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.unit.lab.winrm.conftest import Runner


@pytest.mark.parametrize(
    "options",
    [
        {"_raw_params": " whoami "},
        {"cmd": "whoami.exe"},
        {"argv": [r"C:\Windows\System32\whoami.exe"]},
        {"cmd": r"c:\windows\system32\WHOAMI"},
    ],
)
def test_ways_to_name_a_program(run: Runner, options: dict[str, t.Any]) -> None:
    result = run("win_command", **options)
    assert (result["changed"], result["rc"], result["stdout"]) == (True, 0, "lab\\patchadmin\r\n")


@pytest.mark.parametrize("cmd", ["notepad.exe", r"C:\Other\whoami.exe", "whoami.com", "dir"])
def test_a_program_that_is_not_there(run: Runner, cmd: str) -> None:
    result = run("win_command", cmd=cmd)
    assert (result["failed"], result["rc"]) == (True, 2)
    assert f"Failed to run: '{cmd}'" in result["msg"]


def test_an_exit_code_fails_the_task(run: Runner) -> None:
    result = run("win_command", cmd="sc.exe query nothing")
    assert (result["failed"], result["rc"], result["msg"]) == (True, 1060, "non-zero return code")


@pytest.mark.parametrize(("option", "path"), [("creates", r"C:\Windows\Temp"), ("removes", r"C:\none")])
def test_there_is_nothing_to_do(run: Runner, option: str, path: str) -> None:
    result = run("win_command", cmd="whoami", **t.cast("dict[str, t.Any]", {option: path}))
    assert (result["skipped"], result["changed"], result["rc"]) == (True, False, 0)


def test_a_package_is_a_program_too(run: Runner, package: str) -> None:
    result = run("win_command", argv=[package, "/quiet"])
    assert result["rc"] == 3010
    assert run.events("install.finished")


def test_shell_runs_one_command_after_another(run: Runner, computer: Computer) -> None:
    run("win_service", name="RuleEngineUpdateService", state="stopped")
    text = 'sc.exe start "BTSSvc$ReceiveHost" & sc.exe start RuleEngineUpdateService'
    result = run("win_shell", cmd=text, executable="cmd")
    assert (result["rc"], result["cmd"]) == (0, text)
    for name in ("BTSSvc$ReceiveHost", "RuleEngineUpdateService"):
        service = computer.services.get(name)
        assert service is not None
        assert service.wait_for("running", 5)


@pytest.mark.parametrize(
    ("cmd", "code"),
    [("sc query nothing & whoami", 0), ("whoami & sc query nothing", 1060), ("sc query nothing && whoami", 1060)],
)
def test_the_last_exit_code_counts(run: Runner, cmd: str, code: int) -> None:
    assert run("win_shell", cmd=cmd, executable="cmd.exe")["rc"] == code


def test_shell_expands_variables_and_knows_no_other_program(run: Runner) -> None:
    result = run("win_shell", cmd="%ComputerName%", executable="cmd")
    assert (result["rc"], "'BTS2' is not recognized" in result["stderr"]) == (1, True)


@pytest.mark.parametrize(
    "options",
    [
        {"cmd": "whoami"},
        {"cmd": "whoami", "executable": "pwsh"},
        {"cmd": "whoami > nul", "executable": "cmd"},
        {"cmd": '"whoami" & whoami', "executable": "cmd"},
        {"cmd": "whoami", "executable": "cmd", "stdin": "x"},
    ],
)
def test_refusals(run: Runner, options: dict[str, t.Any]) -> None:
    assert run("win_shell", **options)["msg"].startswith("The lab refuses")
