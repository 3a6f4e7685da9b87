# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
import subprocess
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._installer import (
    InstallerError,
    InstallerFile,
    read_installer,
    sql_in_tables,
)
from tests.lab.packages.installer import build_msi
from tests.lab.packages.patch import Patch
from tests.lab.packages.spec import PackageSpec

if t.TYPE_CHECKING:
    from pathlib import Path

SPEC = PackageSpec(kb="90000009", title="Microsoft BizTalk Server 2020 Hotfix", version="3.13.9.0", architecture="x64")
TRANSFORMS = ("#T1ToU1", "T1ToU1")
Tables = dict[str, tuple[dict[str, t.Any], ...]]
SCRIPT: Tables = {"SqlScript": ({"Script": "x"},)}


@pytest.fixture(scope="module")
def msi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("msi")
    build_msi(SPEC, {"a long name.dll": b"MZ", "msgboxlogic.sql": b"GO"}, folder)
    return folder / "installer.msi"


def test_an_installer_states_what_it_is(msi: Path) -> None:
    installer = read_installer(msi)
    assert (installer.kind, installer.architectures) == ("msi", ("x64",))
    assert installer.subject == SPEC.title
    assert installer.product_codes == (f"{{{str(SPEC.product_code).upper()}}}",)
    assert installer.properties["ProductVersion"] == "3.13.9"
    assert installer.sql == ()


def test_the_file_table_gives_the_names_of_the_cabinets_entries(msi: Path) -> None:
    assert list(read_installer(msi).files.values()) == [
        InstallerFile("a long name.dll", 2, ""),
        InstallerFile("msgboxlogic.sql", 2, ""),
    ]


@pytest.mark.parametrize("name", ["msgboxlogic.sql", "MSGBOX~1.SQL|msgboxlogic.sql"])
def test_the_long_name_of_a_file_counts(name: str) -> None:
    row = {"FileName": name, "FileSize": 7, "Version": None}
    assert InstallerFile.from_row(row) == InstallerFile("msgboxlogic.sql", 7, "")


def test_a_strange_table_is_not_talked_about(msi: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A module's output is its result."""
    strange = tmp_path / "a.msi"
    strange.write_bytes(msi.read_bytes())
    table = (
        "CREATE TABLE `_Validation` (`Table` CHAR(32) NOT NULL, `Column` CHAR(32) NOT NULL, `Nullable` CHAR(4) NOT NULL"
        ", `MinValue` LONG, `MaxValue` LONG, `KeyTable` CHAR(255), `KeyColumn` SHORT, `Category` CHAR(32),"
        " `Set` CHAR(255), `Description` CHAR(255) PRIMARY KEY `Table`, `Column`)"
    )
    row = "INSERT INTO `_Validation` (`Table`, `Column`, `Nullable`) VALUES ('Gone', 'Key', 'N')"
    subprocess.run([shutil.which("msibuild") or "msibuild", strange, "-q", table, row], check=True, timeout=30)
    assert read_installer(strange).kind == "msi"
    assert capsys.readouterr().out == ""


TABLES: dict[str, tuple[Tables, list[str]]] = {
    "WiX's scripts": (SCRIPT, ["table SqlScript has 1 row(s)"]),
    "WiX's tables without rows": ({"SqlScript": (), "SqlString": ()}, []),
    "the check of a table": ({"_SqlValidation": ({"Table": "x"},)}, []),
    "a command line of a custom action": (
        {"CustomAction": ({"Action": "Run", "Source": None, "Target": "osql -i x.SQL"},)},
        ["table CustomAction: names x.SQL"],
    ),
    "a statement in a custom action": (
        {"CustomAction": ({"Action": "Run", "Source": "x", "Target": "drop table y"},)},
        ["table CustomAction: holds SQL"],
    ),
    "a table of the package's own": (
        {"BtsScripts": ({"File": "SQL\\x.sql", "Order": 1},)},
        ["table BtsScripts: names x.sql"],
    ),
    "a library for SQL": ({"Registry": ({"Value": "Microsoft.Adapters.Sql.dll", "Name": "A.B.Sql"},)}, []),
    "another custom action": ({"CustomAction": ({"Action": "Run", "Source": "x.dll", "Target": "Main"},)}, []),
}


@pytest.mark.parametrize(("tables", "expected"), TABLES.values(), ids=TABLES.keys())
def test_sql_in_tables(tables: Tables, expected: list[str]) -> None:
    assert list(sql_in_tables(tables)) == expected


def test_what_is_no_installer(tmp_path: Path) -> None:
    (tmp_path / "a.msi").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with pytest.raises(InstallerError, match="tables cannot be read"):
        read_installer(tmp_path / "a.msi")


def test_a_compound_file_of_another_program(msi: Path, tmp_path: Path) -> None:
    with pytest.raises(InstallerError, match=r"neither an \.msi nor an \.msp"):
        read_installer(with_class(msi, tmp_path / "a.msi", bytes(16)))


PATCH = Patch("{A70BB119-0B5B-56AD-8C72-8F5BC43946C4}", ("{3C3532C8-182B-5AD9-8EEF-D42434251F0E}",))


def test_a_patch_states_its_code_and_its_targets(tmp_path: Path) -> None:
    (tmp_path / "a.msp").write_bytes(PATCH.build({"f12": ("a.dll", b"MZ")}))
    installer = read_installer(tmp_path / "a.msp")
    assert (installer.kind, installer.architectures, installer.subject) == ("msp", (), "Patch")
    assert (installer.patch_codes, installer.product_codes) == ((PATCH.code,), PATCH.targets)
    assert installer.sql == ()


@pytest.mark.parametrize(
    ("files", "strings", "expected"),
    [
        ({"f12": ("a.dll", b"MZ")}, ("osql -i [#F1]x.sql",), "names [#F1]x.sql"),
        ({"f12": ("a.dll", b"MZ")}, ("DROP TABLE x",), "holds SQL"),
        ({"f12": ("a.dll", b"MZ")}, ("x" * 70_000, "x.sql"), "names x.sql"),
        ({"x.sql.1234": ("", b"GO")}, (), "names x.sql"),
    ],
)
def test_sql_in_the_transforms_of_a_patch(
    tmp_path: Path, files: dict[str, tuple[str, bytes]], strings: tuple[str, ...], expected: str
) -> None:
    (tmp_path / "a.msp").write_bytes(PATCH.build(files, strings))
    assert read_installer(tmp_path / "a.msp").sql == tuple(f"transform {name} {expected}" for name in TRANSFORMS)


def test_a_script_that_a_patch_adds_and_a_table_of_scripts(tmp_path: Path) -> None:
    files = {"f12": ("MSGBOX~1.SQL|msgboxlogic.sql", b"GO"), "f13": ("Extra", b"")}
    (tmp_path / "a.msp").write_bytes(PATCH.build(files, tables={"SqlScript": b""}))
    assert read_installer(tmp_path / "a.msp").sql == (
        "transform #T1ToU1 changes table SqlScript",
        "transform T1ToU1 changes table SqlScript",
        "transform T1ToU1 names MSGBOX~1.SQL, msgboxlogic.sql",
    )


def test_the_file_table_of_a_transform_gives_names_where_it_adds_files(tmp_path: Path) -> None:
    files = {"f12": ("RULES~1.XML|Rules.xml", b"<a/>"), "f13": ("", b"MZ")}
    (tmp_path / "a.msp").write_bytes(PATCH.build(files))
    assert read_installer(tmp_path / "a.msp").files == {
        "f12": InstallerFile("Rules.xml", 4, ""),
        "f13": InstallerFile("f13", 2, ""),
    }


def test_a_patch_states_for_which_product_it_is(tmp_path: Path) -> None:
    product = "{3C3532C8-182B-5AD9-8EEF-D42434251F0E}"
    patch = replace(
        PATCH,
        template="x64;1033",
        revision=f"{product}3.13.717.0;{product}3.13.717.0;{product}",
        metadata={"DisplayName": "Microsoft BizTalk Server 2020 Hotfix [KB 9000001]", "AllowRemoval": "0"},
    )
    (tmp_path / "a.msp").write_bytes(patch.build({"f12": ("a.dll", b"MZ")}))
    installer = read_installer(tmp_path / "a.msp")
    assert installer.architectures == ("x64",)
    assert installer.properties == {
        "DisplayName": "Microsoft BizTalk Server 2020 Hotfix [KB 9000001]",
        "AllowRemoval": "0",
        "BaselineVersion": "3.13.717.0",
        "TargetLanguage": "1033",
    }


def test_sql_in_a_patchs_own_tables(tmp_path: Path) -> None:
    patch = replace(PATCH, metadata={"Description": "Runs x.sql"})
    (tmp_path / "a.msp").write_bytes(patch.build({"f12": ("a.dll", b"MZ")}))
    assert read_installer(tmp_path / "a.msp").sql == ("table MsiPatchMetadata: names x.sql",)


def with_class(msi: Path, path: Path, new: bytes) -> Path:
    """A copy whose root storage is of another class, which is what tells the kinds apart."""
    class_of_an_msi = bytes.fromhex("84100c0000000000c000000000000046")
    content = msi.read_bytes()
    assert content.count(class_of_an_msi) == 1
    path.write_bytes(content.replace(class_of_an_msi, new))
    return path
