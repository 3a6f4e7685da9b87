# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cmdlets that work on files."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.winrm import cmdlets
from tests.lab.winrm.core_scripts import RefusedError

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer

FOLDER = r"C:\ProgramData"
FILE = rf"{FOLDER}\run.lock"


def run(computer: Computer, command: str, **parameters: t.Any) -> tuple[list[t.Any], list[str]]:
    streams = cmdlets.run(computer, command, parameters, "continue")
    return streams.output, [str(error) for error in streams.errors]


def test_of_two_that_make_a_file_one_gets_it(computer: Computer) -> None:
    assert run(computer, "New-Item", path=FILE, itemtype="File", value="first") == ([], [])
    _output, errors = run(computer, "New-Item", path=FILE, itemtype="File", value="second")
    assert "already exists" in errors[0]
    assert run(computer, "Get-Content", literalpath=FILE, raw=True)[0] == ["first"]
    run(computer, "New-Item", path=FILE, itemtype="File", value="third", force=True)
    assert run(computer, "Get-Content", literalpath=FILE)[0] == ["third"]


def test_content_is_written_and_removed(computer: Computer) -> None:
    run(computer, "Set-Content", literalpath=FILE, value='{"\u00e4": 1}', encoding="ASCII")
    assert computer.files.read(FILE) == b'{"?": 1}\r\n'
    assert run(computer, "Remove-Item", literalpath=FILE) == ([], [])
    assert not computer.files.exists(FILE)


@pytest.mark.parametrize(
    ("command", "parameters"),
    [
        ("Get-Content", {"literalpath": r"C:\nowhere.txt"}),
        ("Remove-Item", {"literalpath": r"C:\nowhere.txt"}),
        ("Set-Content", {"literalpath": r"C:\nowhere\file.txt", "encoding": "ascii"}),
    ],
)
def test_what_is_not_there_is_an_error(computer: Computer, command: str, parameters: dict[str, t.Any]) -> None:
    _output, errors = run(computer, command, **parameters)
    assert "nowhere" in errors[0]


@pytest.mark.parametrize(
    ("command", "parameters"),
    [
        ("Get-Content", {"path": rf"{FOLDER}\*.json"}),
        ("Set-Content", {"literalpath": FILE, "value": "text"}),
        ("New-Item", {"path": FILE, "itemtype": "SymbolicLink"}),
        ("Remove-Item", {"literalpath": FILE, "recurse": True}),
    ],
)
def test_what_the_lab_does_not_know_is_refused(computer: Computer, command: str, parameters: dict[str, t.Any]) -> None:
    with pytest.raises(RefusedError):
        run(computer, command, **parameters)
