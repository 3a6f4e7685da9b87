# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.powershell import ParameterBindingError, Script

STOP = """
# Stops them at once.
param([string[]] $Name)
Stop-Service -Name $Name -Force -NoWait
"""


def test_a_command_with_its_parameters() -> None:
    script = Script.parse(STOP)
    assert not script.supports_should_process
    assert script.bind({"name": ["a", "b"]}) == [("Stop-Service", {"name": ["a", "b"], "force": True, "nowait": True})]


def test_commands_one_after_the_other() -> None:
    script = Script.parse("param($Name)\nStop-Service -Name $Name\n\n  # again\n  Start-Service `\n    -Name $Name\n")
    assert script.bind({"Name": "a"}) == [("Stop-Service", {"name": "a"}), ("Start-Service", {"name": "a"})]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Get-Content -Path 'C:\\it''s'", {"path": "C:\\it's"}),
        ('Get-Content -Path "C:\\a b" -Raw', {"path": "C:\\a b", "raw": True}),
        ("Stop-Process -Id 12, 13", {"id": [12, 13]}),
        ("Stop-Service -Name 'BTSSvc$A', ENTSSO -Force:$false", {"name": ["BTSSvc$A", "ENTSSO"], "force": False}),
        ("Stop-Service -Name a `\n -Force", {"name": "a", "force": True}),
        ("<# long\ntext #>\nStop-Service -Name a", {"name": "a"}),
    ],
)
def test_values(text: str, arguments: dict[str, t.Any]) -> None:
    ((_name, found),) = Script.parse(text).bind({})
    assert found == arguments


def test_should_process() -> None:
    text = "[CmdletBinding(SupportsShouldProcess)]\nparam()\nStop-Service -Name a"
    assert Script.parse(text).supports_should_process


def test_declared_parameters() -> None:
    text = (
        "param([Parameter(Mandatory)][string] $A, [Parameter(Mandatory = $false)] [int[]]$B, $C)\nGet-Content -Path $A"
    )
    assert Script.parse(text).parameters == {"a": True, "b": False, "c": False}


@pytest.mark.parametrize(
    ("given", "message"),
    [({"name": "a", "other": 1}, "matches parameter name 'other'"), ({}, "missing mandatory parameters: name")],
)
def test_parameters_that_do_not_bind(given: dict[str, t.Any], message: str) -> None:
    script = Script.parse("param([Parameter(Mandatory)] [string] $Name)\nStop-Service -Name $Name")
    with pytest.raises(ParameterBindingError, match=message):
        script.bind(given)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Get-Service | Stop-Service",
        "param([string] $Name)",
        "Stop-Service -Name a\n$x = 1",
        "Stop-Service -Name a; Start-Service -Name b",
        "$x = 1",
        "Stop-Service a",
        "Stop-Service -Name $(hostname)",
        'Stop-Service -Name "$env:X"',
        "param([string] $Name\nStop-Service -Name a",
        "param([string] $Name = 'a')\nStop-Service -Name $Name",
        "if ($true) { Stop-Service -Name a }",
        "tasklist.exe",
    ],
)
def test_a_script_that_is_more_than_commands(text: str) -> None:
    with pytest.raises(RefusedError):
        Script.parse(text)


def test_a_variable_of_nowhere() -> None:
    with pytest.raises(RefusedError, match=r"uses \$other"):
        Script.parse("Stop-Service -Name $other").bind({})
