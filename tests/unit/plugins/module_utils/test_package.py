# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import shutil
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._archive import Deadline, SevenZip, find_seven_zip
from ansible_collections.biztalk.patching.plugins.module_utils._package import PackageError, inspect_package
from tests.lab.packages import BuiltPackage, build, default_packages
from tests.lab.packages.patch import Patch
from tests.lab.packages.publisher import Publisher
from tests.lab.packages.shapes import cabinet

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], BuiltPackage]:
    folder = tmp_path_factory.mktemp("packages")
    return {(spec.kb, spec.architecture): build(spec, folder) for spec in default_packages()}


def inspect(path: Path, **options: t.Any) -> dict[str, t.Any]:
    return inspect_package(path, seven_zip(), **options).as_result()


def seven_zip() -> SevenZip:
    program = find_seven_zip()
    assert program is not None
    return SevenZip(program, Deadline(30))


def test_every_package_of_the_lab_is_known_for_what_it_is(built: dict[tuple[str, str], BuiltPackage]) -> None:
    for package in built.values():
        spec, result = package.spec, inspect(package.path)
        assert result["sha256"] == package.sha256
        assert result["size"] == package.path.stat().st_size
        assert result["kb"] == spec.kb
        assert result["title"] == spec.title
        assert result["product"] == spec.product
        assert result["version"] == spec.version
        assert result["minimum_version"] == spec.minimum_version
        assert result["languages"] == [spec.language]
        assert result["architecture"] == spec.architecture
        assert result["kind"] == ("cumulative_update" if "Cumulative" in spec.title else "hotfix")
        assert result["number"] == (4 if "Cumulative" in spec.title else None)
        assert result["patch_codes"] == [f"{{{str(spec.patch_code).upper()}}}"]
        assert result["product_codes"] == [f"{{{str(spec.product_code).upper()}}}"]
        assert result["target_product_codes"] == []
        assert sorted(result["sql_scripts"]) == sorted(script.name for script in spec.sql_scripts)
        assert {file["name"] for file in result["files"]} == {*spec.dlls, *(script.name for script in spec.sql_scripts)}
        assert result["signature"]["status"] == "unsigned"


@pytest.mark.parametrize(
    ("kb", "has_sql", "outage", "rollback"),
    [("5009901", "yes", True, "uninstall_and_restore"), ("90000001", "no", False, "uninstall")],
)
def test_sql_decides_what_follows(
    built: dict[tuple[str, str], BuiltPackage], kb: str, has_sql: str, *, outage: bool, rollback: str
) -> None:
    result = inspect(built[kb, "x64"].path)
    assert result["has_sql"] == result["has_sql_found"] == has_sql
    assert (result["requires_group_outage"], result["requires_backup"]) == (outage, outage)
    assert result["rollback_method"] == rollback


def test_the_operators_answer_decides_what_follows(built: dict[tuple[str, str], BuiltPackage]) -> None:
    result = inspect(built["5009901", "x64"].path, assume_sql="no")
    assert (result["has_sql"], result["has_sql_found"], result["assume_sql"]) == ("no", "yes", "no")
    assert result["rollback_method"] == "uninstall"
    assert "assume_sql" in result["warnings"][0]


def test_a_renamed_package_is_known_by_its_content(built: dict[tuple[str, str], BuiltPackage], tmp_path: Path) -> None:
    renamed = tmp_path / "BTS2016-KB1111111-x86-DEU.exe"
    renamed.write_bytes(built["5009901", "x64"].path.read_bytes())
    result = inspect(renamed)
    assert (result["kb"], result["architecture"], result["languages"]) == ("5009901", "x64", ["ENU"])
    warnings = "\n".join(result["warnings"])
    for contradiction in (
        "1111111 after the file's name",
        "2016 after the file's name",
        "says x86, but the package is",
    ):
        assert contradiction in warnings


def test_a_patch_within_is_known_for_what_it_states(tmp_path: Path) -> None:
    product = "{3C3532C8-182B-5AD9-8EEF-D42434251F0E}"
    patch = Patch(
        code="{A70BB119-0B5B-56AD-8C72-8F5BC43946C4}",
        targets=(product,),
        template="x64;1031",
        revision=f"{product}3.12.774.0;{product}3.12.774.0;{product}",
        metadata={"DisplayName": "Microsoft BizTalk Server 2016 CU7", "AllowRemoval": "0"},
    )
    members = {"Setup.xml": b"<a/>", "u.msp": patch.build({"f1": ("", b"EXEC sp_x")})}
    (tmp_path / "x.cab").write_bytes(cabinet(members))
    result = inspect(tmp_path / "x.cab")
    stated = ("title", "kind", "number", "product", "minimum_version", "languages", "architecture", "patch_codes")
    assert [result[name] for name in stated] == [
        "Microsoft BizTalk Server 2016 CU7",
        "cumulative_update",
        7,
        "Microsoft BizTalk Server 2016",
        "3.12.774.0",
        ["DEU"],
        "x64",
        [patch.code],
    ]
    assert (result["product_codes"], result["target_product_codes"]) == ([], [product])
    assert (result["has_sql"], result["has_sql_evidence"]) == (
        "unknown",
        ["u.msp/f1: it is a text, but its name does not tell what for"],
    )
    assert any("cannot be uninstalled" in warning for warning in result["warnings"])


def test_a_patch_for_both_architectures_is_for_any_computer(tmp_path: Path) -> None:
    patches = {f"{template}.msp": Patch("", (), template=f"{template};1033").build({}) for template in ("x64", "Intel")}
    (tmp_path / "x.cab").write_bytes(cabinet({"Setup.xml": b"<a/>", **patches}))
    assert inspect(tmp_path / "x.cab")["architecture"] == "any"


def test_a_missing_file_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"missing\.exe cannot be read: No such file"):
        inspect(tmp_path / "missing.exe")


def test_a_damaged_file_is_one_error_that_says_what_to_do(
    built: dict[tuple[str, str], BuiltPackage], tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.exe"
    damaged.write_bytes(built["5009901", "x64"].path.read_bytes()[:5000])
    with pytest.raises(PackageError, match=r"damaged\.exe cannot be inspected: it is damaged .*download it again"):
        inspect(damaged)


def test_a_signed_package(built: dict[tuple[str, str], BuiltPackage], tmp_path: Path) -> None:
    path, publisher = tmp_path / "signed.exe", Publisher.create(tmp_path / "publisher")
    shutil.copyfile(built["5009901", "x64"].path, path)
    publisher.sign(path)
    for publishers, trusted in (([], False), ([str(publisher.authority)], True)):
        signature = inspect(path, publishers=publishers)["signature"]
        assert (signature["status"], signature["trusted"]) == ("intact", trusted)
    with pytest.raises(PackageError, match=r"signed\.exe cannot be judged: .*none\.pem"):
        inspect(path, publishers=[str(tmp_path / "none.pem")])


def test_another_checksum_than_the_expected_one(built: dict[tuple[str, str], BuiltPackage]) -> None:
    package = inspect_package(built["5009901", "x64"].path, seven_zip())
    package.expect_checksum(None)
    package.expect_checksum(package.sha256.upper())
    with pytest.raises(PackageError, match="is not the expected one"):
        package.expect_checksum("0" * 64)


def test_a_package_cut_off_anywhere_never_answers_no_sql(
    built: dict[tuple[str, str], BuiltPackage], tmp_path: Path
) -> None:
    content = built["5009901", "x64"].path.read_bytes()
    for length in range(0, len(content), 397):
        cut = tmp_path / "cut.exe"
        cut.write_bytes(content[:length])
        with contextlib.suppress(PackageError):
            assert inspect(cut)["has_sql"] != "no"
