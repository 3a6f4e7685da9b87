# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PowerShell that win_reboot sends, recognised by what the installed ansible.windows really sends."""

from __future__ import annotations

import functools
import importlib
import json
import re
import typing as t

from tests.lab.winrm.core_scripts import lines_of, script_of
from tests.lab.winrm.programs import run_program
from tests.lab.winrm.shells import Outcome

if t.TYPE_CHECKING:
    from tests.lab.winrm.session import Session

_REBOOT_HOST = "ansible_collections.ansible.windows.plugins.plugin_utils._reboot"
_DELAY, _MESSAGE = 86399, "MESSAGE"
_UUID = re.compile(r"success-[0-9a-f-]{36}")
# Between 1601, where Windows counts from, and 1970, in its ticks of 100 ns.
_EPOCH, _TICKS = 11_644_473_600, 10_000_000

Action = t.Callable[["Session", "re.Match[str]"], Outcome]


def reboot_script(script: str) -> tuple[Action, re.Match[str]] | None:
    """What a script of win_reboot does, or None where it is none of them."""
    text = lines_of(script)
    return next(((action, match) for pattern, action in _patterns() if (match := pattern.fullmatch(text))), None)


class _Recorder:
    """A connection to a computer that does all that win_reboot asks for, and writes down how it asks."""

    def __init__(self) -> None:
        self.scripts: list[str] = []

    def exec_command(self, command: str, **_options: t.Any) -> tuple[int, bytes, bytes]:
        script = script_of(command)
        self.scripts.append(lines_of(script))
        if found := _UUID.search(script):
            return 0, found[0].encode(), b""
        # A new time of boot each time it is asked for, and an exit code in JSON for the restart.
        return 0, json.dumps({"rc": 0}).encode() if "shutdown.exe" in script else str(len(self.scripts)).encode(), b""

    def get_option(self, name: str) -> t.Any:
        raise KeyError(name)


@functools.cache
def _patterns() -> tuple[tuple[re.Pattern[str], Action], ...]:
    boot_time, reboot, _again, test = _recorded(None)
    _boot_time, reboot_for_own_test, _again, _own_test = _recorded("exit 0")
    # What win_reboot puts after every command of its own.
    end = boot_time.removeprefix(_module().__dict__["_DEFAULT_BOOT_TIME_COMMAND"])
    test_before, test_after = _UUID.split(test)
    return (
        (re.compile(re.escape(boot_time)), _boot_time_of),
        (_reboot_pattern(reboot), _reboot),
        (_reboot_pattern(reboot_for_own_test), _reboot),
        (re.compile(re.escape(rf"C:\Windows\System32\shutdown.exe /a{end}")), _abort),
        (re.compile(f"{re.escape(test_before)}(?P<id>{_UUID.pattern}){re.escape(test_after)}"), _test_logon),
    )


def _recorded(test_command: str | None) -> list[str]:
    recorder = _Recorder()
    _module().__dict__["reboot_host"](
        "win_reboot", recorder, msg=_MESSAGE, pre_reboot_delay=_DELAY, test_command=test_command
    )
    return recorder.scripts


def _module() -> t.Any:
    return importlib.import_module(_REBOOT_HOST)


def _reboot_pattern(script: str) -> re.Pattern[str]:
    before, between, after = re.split(f"{_DELAY}|'{_MESSAGE}'", script)
    message = "'(?:[^']|'')*'"
    return re.compile(rf"{re.escape(before)}(?P<seconds>\d+){re.escape(between)}{message}{re.escape(after)}")


def _boot_time_of(session: Session, _match: re.Match[str]) -> Outcome:
    ticks = int((session.computer.power.boot_time.timestamp() + _EPOCH) * _TICKS)
    return Outcome(stdout=f"{ticks}\r\n".encode())


def _reboot(session: Session, match: re.Match[str]) -> Outcome:
    result = run_program(session, ["shutdown.exe", "/r", "/t", match["seconds"], "/c", "win_reboot"])
    answer = {"stdout": result.stdout.strip(), "stderr": result.stderr.strip(), "rc": result.code}
    return Outcome(stdout=f"{json.dumps(answer)}\r\n".encode())


def _abort(session: Session, _match: re.Match[str]) -> Outcome:
    result = run_program(session, ["shutdown.exe", "/a"])
    return Outcome(result.code, result.stdout.encode(), result.stderr.encode())


def _test_logon(_session: Session, match: re.Match[str]) -> Outcome:
    """The key that the logon screen makes is there as soon as the computer can be reached."""
    return Outcome(stdout=f"{match['id']}\r\n".encode())
