# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.winrm.command_line import CommandLineError, Step, join, split, steps


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", []),
        ("  a   b\tc ", ["a", "b", "c"]),
        ('"a b" c', ["a b", "c"]),
        (r"C:\x\ y", ["C:\\x\\", "y"]),
        ('a""', ["a"]),
        ('""', [""]),
        (r"a\"b", ['a"b']),
        (r'"a\\" b', ["a\\", "b"]),
        ('/fi "IMAGENAME eq mmc.exe"', ["/fi", "IMAGENAME eq mmc.exe"]),
    ],
)
def test_split(text: str, arguments: list[str]) -> None:
    """The examples of Microsoft's page on parsing C command-line arguments, and those of our own use."""
    assert split(text) == arguments


@given(st.lists(st.text(alphabet='ab \\"\t$', min_size=0, max_size=8)))
def test_join_and_split_are_inverse(arguments: list[str]) -> None:
    assert split(join(arguments)) == arguments


def test_steps() -> None:
    assert steps('sc.exe start "A & B" & b&&c || d') == [
        Step("&", 'sc.exe start "A & B"'),
        Step("&", "b"),
        Step("&&", "c"),
        Step("||", "d"),
    ]


@pytest.mark.parametrize("text", ["", "a &", "& a", "a > nul", "a | b", "(a)", "a ^& b", "a 2>&1"])
def test_what_the_lab_does_not_know_of_cmd(text: str) -> None:
    with pytest.raises(CommandLineError):
        steps(text)


@pytest.mark.parametrize(
    ("operator", "exit_code", "runs"),
    [("&", 0, True), ("&", 1, True), ("&&", 0, True), ("&&", 5, False), ("||", 0, False), ("||", 5, True)],
)
def test_when_a_step_runs(operator: str, exit_code: int, runs: bool) -> None:
    assert Step(operator, "x").runs_after(exit_code) is runs
