# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._architecture import (
    Architecture,
    ComputerArchitecture,
    Verdict,
)
from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents
from ansible_collections.biztalk.patching.plugins.module_utils._identity import Identity
from ansible_collections.biztalk.patching.plugins.module_utils._package import Package, PackageError
from ansible_collections.biztalk.patching.plugins.module_utils._selection import select, select_chain
from ansible_collections.biztalk.patching.plugins.module_utils._signature import Signature
from ansible_collections.biztalk.patching.plugins.module_utils._sql_answer import SqlAnswer

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._update_name import Kind


def package(
    name: str,
    architecture: Architecture,
    kb: str = "1",
    *,
    kind: Kind = "hotfix",
    version: str = "",
    sha256: str = "",
    language: str = "ENU",
    number: int | None = None,
) -> Package:
    return Package(
        path=Path(name),
        size=1,
        sha256=sha256 or name,
        identity=Identity(kb=kb, kind=kind, number=number, version=version, languages=(language,)),
        verdict=Verdict(architecture, "because"),
        sql=SqlAnswer("no", (), ()),
        signature=Signature("unsigned"),
        contents=Contents(),
    )


X86, X64 = package("x86.exe", "x86"), package("x64.exe", "x64")
ANY, IA64 = package("any.exe", "any"), package("ia64.exe", "ia64")

CHOICES: dict[str, tuple[list[Package], ComputerArchitecture, str, str]] = {
    "R1 on x64": ([X86], "x64", "x86.exe", "R1"),
    "only x86 on x86": ([X86], "x86", "x86.exe", "R2"),
    "R2 on x64": ([X86, X64], "x64", "x64.exe", "R2"),
    "R2 on x86": ([X86, X64], "x86", "x86.exe", "R2"),
    "R2 whatever the order": ([X64, X86], "x64", "x64.exe", "R2"),
    "one for both on x64": ([ANY], "x64", "any.exe", "alike"),
    "one for both on x86": ([ANY], "x86", "any.exe", "alike"),
    "Itanium is passed over": ([IA64, X86], "x64", "x86.exe", "R1"),
    "the same file twice": ([X64, package("copy.exe", "x64", sha256="x64.exe")], "x64", "copy.exe", "R2"),
}


@pytest.mark.parametrize(("packages", "computer", "expected", "why"), CHOICES.values(), ids=CHOICES.keys())
def test_the_download_for_a_computer(
    packages: list[Package], computer: ComputerArchitecture, expected: str, why: str
) -> None:
    selection = select(packages, computer)
    assert selection.package.path.name == expected
    assert why in selection.why


FAILURES: dict[str, tuple[list[Package], ComputerArchitecture, str]] = {
    "only x64 on x86": ([X64], "x86", r"No package fits an x86 computer: x64\.exe .* Add the x86 download"),
    "only Itanium": ([IA64], "x64", r"No package fits .* ia64\.exe \(KB 1, ia64"),
    "unknown": ([package("a.exe", "unknown")], "x64", "No package fits"),
    "two builds": (
        [package("a.exe", "x64", version="3.1.1"), package("b.exe", "x64", version="3.1.2")],
        "x64",
        r"equally: a\.exe \(KB 1, x64, ENU, 3\.1\.1\); b\.exe \(KB 1, x64, ENU, 3\.1\.2\)",
    ),
    "two languages": (
        [package("a.exe", "x64"), package("b.exe", "x64", language="DEU")],
        "x64",
        r"equally: a\.exe \(KB 1, x64, ENU, no version\); b\.exe \(KB 1, x64, DEU, no version\)",
    ),
    "two for 32-bit and 64-bit computers": (
        [package("a.exe", "x86"), package("b.exe", "x86", language="DEU")],
        "x64",
        "fit an x64 computer equally",
    ),
    "one of them without a number": ([X64, package("b.exe", "x64", "")], "x64", "different updates .*KB unknown"),
    "two updates": ([X64, package("b.exe", "x86", "2")], "x64", r"different updates .*KB 1.*KB 2"),
}


@pytest.mark.parametrize(("packages", "computer", "problem"), FAILURES.values(), ids=FAILURES.keys())
def test_no_download_or_too_many(packages: list[Package], computer: ComputerArchitecture, problem: str) -> None:
    with pytest.raises(PackageError, match=problem):
        select(packages, computer)


def test_a_chain_is_in_the_order_of_installation() -> None:
    packages = [
        package("fix.exe", "x64", "3", version="3.10.2.0"),
        package("older-fix.exe", "x64", "2", version="3.9.2.0"),
        package("cu-x86.exe", "x86", "4", kind="cumulative_update"),
        package("cu-x64.exe", "x64", "4", kind="cumulative_update"),
        package("fp.exe", "x86", "6", kind="feature_pack"),
        package("sp.exe", "x86", "5", kind="service_pack"),
    ]
    chain = select_chain(packages, "x64")
    names = ["sp.exe", "fp.exe", "cu-x64.exe", "older-fix.exe", "fix.exe"]
    assert [selection.package.path.name for selection in chain] == names


def test_cumulative_updates_that_tell_no_version_are_in_the_order_of_their_numbers() -> None:
    packages = [package(f"cu{n}.exe", "x64", f"{n}", kind="cumulative_update", number=n) for n in (10, 2, 3)]
    chain = select_chain(packages, "x64")
    assert [selection.package.path.name for selection in chain] == ["cu2.exe", "cu3.exe", "cu10.exe"]


def test_a_chain_in_which_one_update_has_no_download_for_the_computer() -> None:
    with pytest.raises(PackageError, match=r"No package fits an x86 computer: cu\.exe"):
        select_chain([package("sp.exe", "x86", "5"), package("cu.exe", "x64", "6")], "x86")


def test_a_chain_needs_the_number_of_each_update() -> None:
    with pytest.raises(PackageError, match=r"No KB number is found in a\.exe"):
        select_chain([package("a.exe", "x64", ""), X64], "x64")
