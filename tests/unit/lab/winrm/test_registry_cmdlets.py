# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-ChildItem on the registry."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.winrm import cmdlets
from tests.lab.winrm.core_scripts import RefusedError

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer

ONE, TWO = r"HKLM:\SOFTWARE\Contoso\One", r"HKLM:\SOFTWARE\Contoso\Two"


def run(computer: Computer, **parameters: t.Any) -> tuple[list[t.Any], list[str]]:
    streams = cmdlets.run(computer, "Get-ChildItem", parameters, "continue")
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
