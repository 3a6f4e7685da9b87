# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._architecture import (
    Architecture,
    ArchitectureError,
    computer_architecture,
    judge_package,
    template_architecture,
)


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ("AMD64", "x64"),
        ("x64", "x64"),
        ("x86_64", "x64"),
        ("x86-64", "x64"),
        ("EM64T", "x64"),
        ("64-bit", "x64"),
        ("64-Bit", "x64"),
        ("64 bits", "x64"),
        ("64-разрядная", "x64"),
        ("64 ビット", "x64"),
        ("64 位", "x64"),
        (" amd64 \r\n", "x64"),
        ("x86", "x86"),
        ("X86", "x86"),
        ("i386", "x86"),
        ("i686", "x86"),
        ("32-bit", "x86"),
        ("32 bits", "x86"),
        ("32-разрядная", "x86"),
    ],
)
def test_windows_words_for_a_computer(reported: str, expected: str) -> None:
    assert computer_architecture(reported) == expected


@pytest.mark.parametrize("reported", ["IA64", "Itanium", "ARM64", "arm", "ARM 64-bit Processor"])
def test_a_processor_that_biztalk_does_not_run_on(reported: str) -> None:
    with pytest.raises(ArchitectureError, match="does not run on"):
        computer_architecture(reported)


@pytest.mark.parametrize("reported", ["", "Windows", "sparc"])
def test_no_architecture(reported: str) -> None:
    with pytest.raises(ArchitectureError, match="names no architecture"):
        computer_architecture(reported)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Intel;1033", "x86"),
        (";1033", "x86"),
        ("x64;1033,1031", "x64"),
        ("AMD64;0", "x64"),
        ("Intel64;1033", "ia64"),
        ("Arm64;1033", "arm64"),
        ("Alpha;1033", "unknown"),
    ],
)
def test_the_template_of_an_installer(template: str, expected: str) -> None:
    assert template_architecture(template) == expected


Stated = list[tuple[str, Architecture]]
# Installers, programs, the file's name -> the package's architecture, and what the reason must mention.
PACKAGES: dict[str, tuple[Stated, Stated, Architecture | None, str, str]] = {
    "an installer": ([("a.msi", "x64")], [("a.dll", "x64")], None, "x64", "installer a.msi"),
    "the installer outweighs 32-bit files in it": ([("a.msi", "x64")], [("a.dll", "x86")], None, "x64", "a.msi"),
    "installers for both": ([("a.msi", "x64"), ("b.msi", "x86")], [], None, "any", "b.msi for x86"),
    "a patch does not tell": ([("a.msp", "unknown")], [("a.dll", "x64")], None, "x64", "a.dll"),
    "libraries": ([], [("a.dll", "x86"), ("b.dll", "any")], None, "x86", "a.dll"),
    "a 32-bit setup program counts for nothing": ([], [("Setup.exe", "x86"), ("a.dll", "x64")], None, "x64", "a.dll"),
    "only a program": ([], [("a.exe", "x86")], None, "x86", "a.exe"),
    "managed code only": ([], [("a.dll", "any")], None, "any", "any processor"),
    "both": ([], [("a.dll", "x86"), ("b.dll", "x64")], None, "any", "a.dll for x86"),
    "Itanium": ([], [("a.dll", "x86"), ("b.dll", "ia64")], None, "ia64", "b.dll"),
    "the content outweighs the name": ([("a.msi", "x64")], [], "x86", "x64", "a.msi"),
    "only the name": ([], [], "x64", "x64", "only its file name"),
    "nothing": ([], [], None, "unknown", "neither"),
}


@pytest.mark.parametrize(("installers", "programs", "named", "expected", "why"), PACKAGES.values(), ids=PACKAGES.keys())
def test_for_which_computers_a_package_is(
    installers: Stated, programs: Stated, named: Architecture | None, expected: str, why: str
) -> None:
    verdict = judge_package(installers, programs, named)
    assert verdict.architecture == expected
    assert why in verdict.why
