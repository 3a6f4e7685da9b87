# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it: real arguments, real packages, the real 7-Zip."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import run_module
from tests.lab.packages import build, default_packages

if t.TYPE_CHECKING:
    from pathlib import Path

Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    for spec in default_packages():
        build(spec, folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda **arguments: run_module("package_select", arguments, capsys)


@pytest.mark.parametrize(
    ("pattern", "reported", "expected", "rule"),
    [
        ("*KB5009901*", "AMD64", "BTS2020-KB5009901-x64-ENU.exe", "R2"),
        ("*KB5009901*", "32-bit", "BTS2020-KB5009901-x86-ENU.exe", "R2"),
        ("*KB90000002*", "64-bit", "BTS2020-KB90000002-x86-ENU.exe", "R1"),
    ],
)
def test_the_right_download_is_chosen(
    run: Run, folder: Path, pattern: str, reported: str, expected: str, rule: str
) -> None:
    result = run(packages=[f"{folder}/{pattern}"], architecture=reported, _ansible_check_mode=True)
    assert result["changed"] is False
    assert result["path"] == str(folder / expected)
    assert result["architecture"] in ("x86", "x64")
    assert rule in result["why"]
    assert result["package"]["file_name"] == expected
    assert result["chain"] == [{key: result[key] for key in ("path", "why", "package")}]


def test_a_chain_has_one_download_for_each_update(run: Run, folder: Path) -> None:
    result = run(packages=[str(folder)], architecture="x64", chain=True)
    assert [link["package"]["kb"] for link in result["chain"]] == ["5009901", "90000001", "90000002"]


FAILURES = {
    "different updates": ("", "AMD64", "different updates"),
    "no download for it": ("BTS2020-KB5009901-x64-ENU.exe", "x86", "No package fits an x86 computer"),
    "missing": ("missing.exe", "AMD64", "No package is found at"),
    "Itanium": ("", "IA64", "does not run on IA64"),
}


@pytest.mark.parametrize(("name", "reported", "problem"), FAILURES.values(), ids=FAILURES.keys())
def test_what_cannot_be_chosen_fails_clearly(run: Run, folder: Path, name: str, reported: str, problem: str) -> None:
    result = run(packages=[f"{folder}/{name}"], architecture=reported)
    assert result["failed"] is True
    assert problem in result["msg"]


def test_the_operators_answer_is_taken(run: Run, folder: Path) -> None:
    result = run(packages=[f"{folder}/*KB5009901*"], architecture="AMD64", assume_sql="no")
    assert (result["package"]["has_sql"], result["package"]["has_sql_found"]) == ("no", "yes")
