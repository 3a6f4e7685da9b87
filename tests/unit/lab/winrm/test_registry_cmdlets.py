# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-ChildItem and Get-ItemProperty on the registry."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.windows.registry import Value
from tests.lab.winrm import cmdlets
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.streams import converted

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer

ONE, TWO = r"HKLM:\SOFTWARE\Contoso\One", r"HKLM:\SOFTWARE\Contoso\Two"


def run(computer: Computer, cmdlet: str = "Get-ChildItem", **parameters: t.Any) -> tuple[list[t.Any], list[str]]:
    streams = cmdlets.run(computer, cmdlet, parameters, "continue")
    return streams.output, [str(error) for error in streams.errors]


def test_the_names_of_the_sub_keys_of_several_keys_come_in_one_list(computer: Computer) -> None:
    for path in (rf"{ONE}\A", rf"{ONE}\B", rf"{TWO}\C"):
        computer.registry.set(path)
    assert run(computer, literalpath=[ONE, TWO], name=True) == (["A", "B", "C"], [])


def test_a_key_that_is_not_there_is_an_error_and_the_others_are_listed(computer: Computer) -> None:
    computer.registry.set(rf"{TWO}\C")
    output, errors = run(computer, literalpath=[ONE, TWO], name=True)
    assert output == ["C"]
    assert "One" in errors[0]


@pytest.mark.parametrize(
    "parameters", [{"literalpath": ONE}, {"literalpath": r"C:\Windows", "name": True}, {"name": True}]
)
def test_nothing_else_is_known(computer: Computer, parameters: dict[str, t.Any]) -> None:
    with pytest.raises(RefusedError):
        run(computer, **parameters)


def test_the_values_of_keys_come_with_what_powershell_adds(computer: Computer) -> None:
    computer.registry.set(ONE, Text="a", Number=7)
    computer.registry.set(rf"{TWO}\Empty")
    (found,), (error,) = run(computer, "Get-ItemProperty", literalpath=[ONE.lower(), rf"{TWO}\Empty", rf"{TWO}\None"])
    provider = "Microsoft.PowerShell.Core\\Registry"
    assert converted(found, 0) == {
        "Text": "a",
        "Number": 7,
        "PSPath": rf"{provider}::HKEY_LOCAL_MACHINE\software\contoso\one",
        "PSParentPath": rf"{provider}::HKEY_LOCAL_MACHINE\software\contoso",
        "PSChildName": "one",
        "PSDrive": "HKLM",
        "PSProvider": provider,
    }
    assert "None" in error


def test_other_values_are_refused(computer: Computer) -> None:
    computer.registry.set(ONE).values["Many"] = Value("REG_MULTI_SZ", ["a"])
    with pytest.raises(RefusedError, match="Many"):
        run(computer, "Get-ItemProperty", literalpath=ONE)


def test_write_output_writes_what_it_is_given(computer: Computer) -> None:
    assert run(computer, "Write-Output", inputobject=["a", ONE]) == (["a", ONE], [])
