# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""shutdown.exe, and the scripts of win_reboot as the installed ansible.windows sends them."""

from __future__ import annotations

import importlib
import typing as t

import pytest

from tests.lab.winrm.core_scripts import script_of
from tests.lab.winrm.programs import run_program
from tests.lab.winrm.reboot_scripts import reboot_script

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.winrm.session import Session


# Without types of its own, thus not imported in the usual way.
_reboot: t.Any = importlib.import_module("ansible_collections.ansible.windows.plugins.plugin_utils._reboot")


class Connection:
    """What win_reboot asks, answered by the lab; the computer is said to have another time of boot each time."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.answers: list[tuple[int, str]] = []

    def exec_command(self, command: str, **_options: t.Any) -> tuple[int, bytes, bytes]:
        found = reboot_script(script_of(command))
        assert found, script_of(command)
        action, match = found
        outcome = action(self.session, match)
        self.answers.append((outcome.code, outcome.stdout.decode().strip()))
        stdout = outcome.stdout
        if stdout.strip().isdigit():
            stdout = str(len(self.answers)).encode()
        return outcome.code, stdout, outcome.stderr

    def get_option(self, name: str) -> t.Any:
        raise KeyError(name)


@pytest.fixture
def scheduled(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds: list[float] = []
    monkeypatch.setattr(computer.world.scheduler, "after", lambda delay, _action: seconds.append(delay))
    return seconds


@pytest.mark.parametrize("message", ["Reboot initiated by Ansible", "it's (time) + $100"])
def test_what_win_reboot_sends_is_understood(session: Session, scheduled: list[float], message: str) -> None:
    connection = Connection(session)
    outcome = _reboot.reboot_host("test", connection, msg=message, pre_reboot_delay=7)
    assert (outcome["rebooted"], outcome["failed"]) == (True, False)
    assert scheduled == [7.0]
    first, restart, _second, _test = connection.answers
    assert len(first[1]) == len("133000000000000000")
    assert restart == (0, '{"stdout": "", "stderr": "", "rc": 0}')


def test_a_restart_that_is_scheduled_already_is_replaced(
    session: Session, scheduled: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_reboot.display, "warning", lambda _text: None)
    assert run_program(session, ["shutdown.exe", "/r", "/t", "600"]).code == 0
    assert _reboot.reboot_host("test", Connection(session), pre_reboot_delay=7)["rebooted"]
    assert scheduled == [600.0, 7.0]


def test_other_scripts_are_none_of_it() -> None:
    assert reboot_script("Restart-Computer") is None
    assert reboot_script(r"C:\Windows\System32\shutdown.exe /a; Remove-Item C:\x") is None


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["/r", "/t", "0", "/f", "/c", "why", "/d", "p:4:1"], 0, ""),
        (["-r"], 0, ""),
        (["/a"], 1116, "no shutdown was in progress.(1116)"),
        (["/s"], 1, "does not know shutdown /s"),
        (["/r", "/a"], 1, "shutdown /r and shutdown /a only"),
        (["/r", "/t", "soon"], 1, "does not know the time soon"),
    ],
)
def test_shutdown(session: Session, scheduled: list[float], arguments: list[str], code: int, text: str) -> None:
    result = run_program(session, [r"C:\Windows\System32\shutdown.exe", *arguments])
    assert result.code == code
    assert text in result.stderr
    assert bool(scheduled) is (code == 0)
