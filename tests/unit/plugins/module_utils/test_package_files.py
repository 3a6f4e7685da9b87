# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._package import PackageError
from ansible_collections.biztalk.patching.plugins.module_utils._package_files import find_packages

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.exe",
        "a.exe",
        "Readme.txt",
        "packages.json",
        "unpacked/Setup.xml",
        "unpacked/x.dll",
        "empty/x.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["a.exe"], ["a.exe"]),
        (["."], ["a.exe", "b.exe"]),
        (["*.exe"], ["a.exe", "b.exe"]),
        (["b.exe", "*.exe"], ["b.exe", "a.exe"]),
        (["unpacked"], ["unpacked"]),
        (["*/Setup.xml"], ["unpacked/Setup.xml"]),
    ],
)
def test_files_folders_and_patterns(folder: Path, wanted: list[str], expected: list[str]) -> None:
    found = find_packages(f"{folder}/{text}" for text in wanted)
    assert [path.relative_to(folder).as_posix() for path in found] == expected


@pytest.mark.parametrize("wanted", ["missing.exe", "*.cab", "empty", "missing/*.exe"])
def test_what_leads_to_no_package_is_named(folder: Path, wanted: str) -> None:
    with pytest.raises(PackageError, match="No package is found at .*/" + wanted.replace("*", r"\*")):
        find_packages([f"{folder}/{wanted}"])


@pytest.mark.parametrize("wanted", ["", "  "])
def test_an_empty_path_is_not_the_current_folder(wanted: str) -> None:
    with pytest.raises(PackageError, match="path of a package is empty"):
        find_packages([wanted])


def test_nothing_is_no_package() -> None:
    with pytest.raises(PackageError, match="No package is given"):
        find_packages([])
