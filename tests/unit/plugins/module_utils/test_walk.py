# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages of many makes, opened by the real 7-Zip."""

from __future__ import annotations

import shutil
import struct
import subprocess
import typing as t
import zipfile
from pathlib import Path

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._archive import (
    ArchiveError,
    Deadline,
    LimitError,
    SevenZip,
    find_seven_zip,
)
from ansible_collections.biztalk.patching.plugins.module_utils._opener import Limits
from ansible_collections.biztalk.patching.plugins.module_utils._sql_answer import answer_sql
from ansible_collections.biztalk.patching.plugins.module_utils._walk import read_contents
from tests.lab.packages.installer import build_msi
from tests.lab.packages.patch import Patch
from tests.lab.packages.pe import portable_executable
from tests.lab.packages.shapes import burn, cabinet, iexpress
from tests.lab.packages.spec import PackageSpec
from tests.lab.packages.version_resource import VersionInfo

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents

SPEC = PackageSpec(kb="90000009", title="Microsoft BizTalk Server 2020 Hotfix", version="3.13.9.0", architecture="x64")
VERSION = VersionInfo("3.13.9.0", ())
STUB = portable_executable("x86", VERSION, dll=False)
DLL = portable_executable("x64", VERSION, dll=True)
SETUP_XML = b'<a><b f="a.dll"/></a>'
PATCH = Patch("{A70BB119-0B5B-56AD-8C72-8F5BC43946C4}", ("{3C3532C8-182B-5AD9-8EEF-D42434251F0E}",))
PLAIN = {"Setup.xml": SETUP_XML, "a.dll": DLL}


def code(texts: bytes) -> bytes:
    return portable_executable("x64", VERSION, dll=True, section=(b".rdata", texts))


def seven_zip_archive(folder: Path, members: dict[str, bytes], kind: str, *options: str) -> bytes:
    source = folder / f"{kind}-source"
    source.mkdir()
    for name, content in members.items():
        (source / name).write_bytes(content)
    target = folder / f"packed.{kind}"
    subprocess.run(
        [program(), "a", f"-t{kind}", *options, str(target), "."], cwd=source, check=True, timeout=30, stdout=-3
    )
    return target.read_bytes()


def program() -> str:
    found = find_seven_zip()
    assert found is not None
    return found


def inspect(folder: Path, content: bytes, name: str = "package.exe", limits: Limits | None = None) -> Contents:
    (folder / name).write_bytes(content)
    scratch = folder / "scratch"
    scratch.mkdir()
    try:
        archiver = SevenZip(program(), Deadline(30))
        return read_contents(folder / name, archiver, limits or Limits(), str(scratch))
    finally:
        assert list(scratch.iterdir()) == [], "the private folder is not removed"


def paths(contents: Contents) -> list[str]:
    return sorted(payload.path for payload in contents.payloads)


@pytest.mark.parametrize("kind", ["zip", "7z"])
@pytest.mark.parametrize("stub", [b"", STUB], ids=["archive", "self-extractor"])
def test_archives_of_7_zip(tmp_path: Path, kind: str, stub: bytes) -> None:
    contents = inspect(tmp_path, stub + seven_zip_archive(tmp_path, PLAIN, kind))
    assert paths(contents) == ["Setup.xml", "a.dll"]
    assert len(contents.setup_xmls) == 1
    assert (contents.sql, contents.unreadable) == ([], [])


@pytest.mark.parametrize("stub", [b"", STUB], ids=["cabinet", "self-extractor"])
def test_cabinets(tmp_path: Path, stub: bytes) -> None:
    contents = inspect(tmp_path, stub + cabinet(PLAIN))
    (dll,) = (payload for payload in contents.payloads if payload.path == "a.dll")
    assert (dll.architecture, dll.version, dll.version_source) == ("x64", "3.13.9.0", "PE version resource")
    assert contents.unreadable == []


def test_a_cabinet_as_a_resource_as_iexpress_makes_it(tmp_path: Path) -> None:
    contents = inspect(tmp_path, iexpress({**PLAIN, "x.sql": b"GO"}, VERSION))
    assert paths(contents) == ["Setup.xml", "a.dll", "x.sql"]
    assert contents.unreadable == []


@pytest.mark.parametrize("name", ["x.exe", "x.dll", "x.dat", "x.png"])
def test_a_cabinet_within_a_program_within_the_package(tmp_path: Path, name: str) -> None:
    inner = iexpress({"x.sql": b"GO"}, VERSION)
    contents = inspect(tmp_path, STUB + cabinet({**PLAIN, name: inner}))
    assert contents.sql == [(f"{name}/x.sql", "is a script")]


@pytest.mark.parametrize("name", ["a.png", "web.config", "Readme.txt", "x.mof", "f12", "x"])
def test_an_archive_under_a_harmless_name_is_opened(tmp_path: Path, name: str) -> None:
    contents = inspect(tmp_path, STUB + cabinet({**PLAIN, name: cabinet({"x.sql": b"GO"})}))
    assert contents.sql == [(f"{name}/x.sql", "is a script")]


def test_a_bundle_of_wix_burn(tmp_path: Path) -> None:
    contents = inspect(tmp_path, burn({"mba.dll": DLL}, {**PLAIN, "SQL\\x.sql": b"GO"}, VERSION))
    assert paths(contents) == ["SQL/x.sql", "Setup.xml", "a.dll", "mba.dll"]
    assert contents.sql == [("SQL/x.sql", "is a script")]
    assert contents.unreadable == []


def test_several_setup_xmls_in_several_languages(tmp_path: Path) -> None:
    one, other = {"ENU/Setup.xml": SETUP_XML, "a.dll": DLL}, {"DEU/setup.XML": b'<a><b f="x.sql"/></a>'}
    contents = inspect(tmp_path, STUB + cabinet(one | other))
    assert answer_sql(contents).evidence == ("DEU/setup.XML names x.sql (a/b@f)",)


def test_one_of_several_setup_xmls_that_cannot_be_read(tmp_path: Path) -> None:
    members = {"ENU/Setup.xml": SETUP_XML, "a.dll": DLL, "DEU/Setup.xml": b"<a>"}
    assert answer_sql(inspect(tmp_path, STUB + cabinet(members))).found == "unknown"


def test_a_patch_alone_is_a_package(tmp_path: Path) -> None:
    contents = inspect(tmp_path, PATCH.build({"f12": ("a.dll", DLL), "f13": ("x.sql", b"EXEC sp_x")}), "u.msp")
    assert paths(contents) == ["a.dll", "x.sql"]
    assert contents.sql == [("", "transform T1ToU1 names x.sql"), ("x.sql", "is a script")]


def test_a_patch(tmp_path: Path) -> None:
    patch = PATCH.build({"f12": ("a.dll", DLL), "f13": ("b.dll", DLL)})
    contents = inspect(tmp_path, STUB + cabinet({"Setup.xml": SETUP_XML, "u.msp": patch}))
    assert paths(contents) == ["Setup.xml", "u.msp", "u.msp/a.dll", "u.msp/b.dll"]
    assert (contents.sql, contents.unreadable) == ([], [])


def test_a_patch_with_a_script(tmp_path: Path) -> None:
    patch = PATCH.build({"f12": ("a.dll", DLL), "f13": ("x.sql", b"EXEC sp_x")})
    contents = inspect(tmp_path, STUB + cabinet({"Setup.xml": SETUP_XML, "u.msp": patch}))
    assert contents.sql == [("u.msp", "transform T1ToU1 names x.sql"), ("u.msp/x.sql", "is a script")]
    assert contents.unreadable == []


# What the cabinet of a patch holds under the key f12 -> what of it cannot be judged.
KEYS: dict[str, tuple[tuple[str, bytes], list[str]]] = {
    "a text whose name the patch tells": (("Rules.config", b"EXEC sp_x"), []),
    "a text whose name it does not tell": (("", b"EXEC sp_x"), ["u.msp/f12"]),
    "a library whose name it does not tell": (("", DLL), []),
    "a cabinet whose name it does not tell": (("", cabinet({"a.dll": DLL})), []),
    "the difference to a file that is installed": (("", b"PA19" + bytes(range(60))), ["u.msp/f12"]),
}


@pytest.mark.parametrize(("file", "unknown"), KEYS.values(), ids=KEYS.keys())
def test_a_key_without_a_name_is_judged_by_the_content(
    tmp_path: Path, file: tuple[str, bytes], unknown: list[str]
) -> None:
    contents = inspect(tmp_path, STUB + cabinet({"Setup.xml": SETUP_XML, "u.msp": PATCH.build({"f12": file})}))
    assert contents.sql == []
    assert [shown for shown, _reason in contents.unreadable] == unknown


def test_a_patch_whose_texts_are_damaged_is_named(tmp_path: Path) -> None:
    patch = PATCH.build({"f12": ("a.dll", DLL)}, ("y" * 77,))
    damaged = patch.replace(struct.pack("<HH", 77, 1), struct.pack("<HH", 78, 1))
    contents = inspect(tmp_path, STUB + cabinet({"Setup.xml": SETUP_XML, "u.msp": damaged}))
    assert contents.unreadable[0] == (
        "u.msp",
        "its tables cannot be read (ValueError: the texts of a transform do not fit their lengths)",
    )


def test_an_archive_behind_an_archive(tmp_path: Path) -> None:
    both = cabinet(PLAIN) + seven_zip_archive(tmp_path, {"x.sql": b"GO"}, "zip")
    contents = inspect(tmp_path, both, "package.cab")
    assert paths(contents) == ["Setup.xml", "a.dll", "x.sql"]


def test_two_cabinets_in_one_program(tmp_path: Path) -> None:
    contents = inspect(tmp_path, STUB + cabinet({"Setup.xml": SETUP_XML}) + cabinet({"x.sql": b"GO"}))
    assert paths(contents) == ["Setup.xml", "x.sql"]
    assert contents.sql == [("x.sql", "is a script")]


def test_a_cabinet_that_breaks_off_is_looked_at_as_far_as_it_goes(tmp_path: Path) -> None:
    """What was seen before the break is not counted twice."""
    picture = b"GIF89a" + bytes(100_000)
    damaged = bytearray(cabinet({"Setup.xml": SETUP_XML, "b.gif": picture, "c.gif": picture}))
    damaged[-10] ^= 0xFF
    contents = inspect(tmp_path, STUB + cabinet({**PLAIN, "inner.cab": bytes(damaged)}))
    inner = [f"inner.cab/{name}" for name in ("Setup.xml", "b.gif", "c.gif")]
    assert paths(contents) == ["Setup.xml", "a.dll", "inner.cab", *inner]
    assert [shown for shown, _setup_xml in contents.setup_xmls] == ["Setup.xml", "inner.cab/Setup.xml"]
    assert {reason for _shown, reason in contents.unreadable} == {"ERROR: Data Error : c.gif"}


def test_containers_within_containers(tmp_path: Path) -> None:
    inner = STUB + cabinet({"y.cab": cabinet({"SQL\\x.sql": b"GO"})})
    contents = inspect(tmp_path, STUB + cabinet({**PLAIN, "inner.exe": inner}))
    assert ("inner.exe/y.cab/SQL/x.sql", "is a script") in contents.sql


def test_a_program_without_an_archive_is_an_ordinary_payload(tmp_path: Path) -> None:
    contents = inspect(tmp_path, STUB + cabinet({**PLAIN, "Setup.exe": STUB}))
    assert "Setup.exe" in paths(contents)
    assert contents.unreadable == []


def test_names_in_an_installer_come_from_its_file_table(tmp_path: Path) -> None:
    (tmp_path / "msi").mkdir()
    msi = build_msi(SPEC, {"a.dll": DLL, "msgboxlogic.sql": b"GO"}, tmp_path / "msi")
    contents = inspect(tmp_path, STUB + cabinet({"Setup.xml": SETUP_XML, "u.msi": msi}))
    assert paths(contents) == ["Setup.xml", "u.msi", "u.msi/a.dll", "u.msi/msgboxlogic.sql"]
    assert contents.sql == [("u.msi/msgboxlogic.sql", "is a script")]


CUSTOM_ACTION = "INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) VALUES ('Run', 34, 'x', '{}')"
WIX_SCRIPT = (
    "CREATE TABLE `SqlScript` (`Script` CHAR(72) NOT NULL, `BinaryKey_` CHAR(72) PRIMARY KEY `Script`)",
    "INSERT INTO `SqlScript` (`Script`, `BinaryKey_`) VALUES ('x', 'y')",
)
# What msibuild does to an installer without SQL -> the answer, and its evidence.
INSTALLERS: dict[str, tuple[tuple[str, ...], bytes, str, str]] = {
    "nothing": ((), b"", "no", "Setup.xml names no script"),
    "a script of WiX": (WIX_SCRIPT, b"", "yes", "u.msi table SqlScript has 1 row(s)"),
    "a command": ((CUSTOM_ACTION.format("osql -i x.sql"),), b"", "yes", "u.msi table CustomAction: names x.sql"),
    "a statement": ((CUSTOM_ACTION.format("DROP VIEW x"),), b"", "yes", "u.msi table CustomAction: holds SQL"),
    "another command": ((CUSTOM_ACTION.format("notepad"),), b"", "no", "Setup.xml names no script"),
    "a binary that is a script": ((), b"CREATE TABLE x", "yes", "u.msi/Binary.x holds SQL"),
    "a binary that is a text": ((), b"EXEC sp_x", "unknown", "u.msi/Binary.x: it is a text"),
    "a binary that is code": ((), DLL, "no", "Setup.xml names no script"),
    "code with a statement": ((), code(b"x\0CREATE PROCEDURE x\0"), "unknown", "u.msi/Binary.x: the installer may run"),
    "code with a call": ((), code("\0osql\0".encode("utf-16-le")), "unknown", "u.msi/Binary.x: the installer may run"),
}


@pytest.mark.parametrize(("queries", "binary", "answer", "evidence"), INSTALLERS.values(), ids=INSTALLERS.keys())
def test_sql_in_the_tables_of_an_installer(
    tmp_path: Path, queries: tuple[str, ...], binary: bytes, answer: str, evidence: str
) -> None:
    (tmp_path / "msi").mkdir()
    build_msi(SPEC, {"a.dll": DLL}, tmp_path / "msi")
    installer, stream = tmp_path / "msi/installer.msi", tmp_path / "stream"
    stream.write_bytes(binary)
    msibuild = [shutil.which("msibuild") or "msibuild", str(installer)]
    for change in ([("-q", *queries)] if queries else []) + ([("-a", "Binary.x", str(stream))] if binary else []):
        subprocess.run([*msibuild, *change], check=True, timeout=30)
    contents = inspect(tmp_path, STUB + cabinet({"Setup.xml": SETUP_XML, "u.msi": installer.read_bytes()}))
    sql = answer_sql(contents)
    assert sql.found == answer
    assert sql.evidence[0].startswith(evidence)


def test_an_installer_alone_is_a_package(tmp_path: Path) -> None:
    (tmp_path / "msi").mkdir()
    contents = inspect(tmp_path, build_msi(SPEC, {"a.dll": DLL}, tmp_path / "msi"), "u.msi")
    assert paths(contents) == ["a.dll"]
    assert contents.installers[0][1].architectures == ("x64",)


def test_a_folder_is_a_package(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    (folder / "SQL").mkdir(parents=True)
    for name, content in {**PLAIN, "SQL/x.sql": b"GO", "Readme.txt": b"x"}.items():
        (folder / name).write_bytes(content)
    contents = read_contents(folder, SevenZip(program(), Deadline(30)), Limits())
    assert paths(contents) == ["Readme.txt", "SQL/x.sql", "Setup.xml", "a.dll"]
    assert contents.sql == [("SQL/x.sql", "is a script")]


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("run.cmd", b"osql -E -i script.sql", "script.sql"),
        ("run.cmd", b"sqlcmd -Q sp_x", "sqlcmd"),
        ("run.vbs", "CREATE TABLE x".encode("utf-16"), "CREATE TABLE"),
        ("run.vbs", b" " * 5_000_000 + b"DROP VIEW x", "DROP VIEW"),
        ("f12", b"DROP VIEW x", "DROP VIEW"),
        ("run.cmd", b"echo done", None),
        ("run.ps1", b"using namespace Microsoft.BizTalk.Adapter.Sql", None),
        ("Readme.txt", b"This update changes x.sql", None),
    ],
)
def test_texts_are_searched_for_sql(tmp_path: Path, name: str, content: bytes, found: str | None) -> None:
    contents = inspect(tmp_path, STUB + cabinet({**PLAIN, name: content}))
    assert contents.sql == ([(name, f"holds SQL or calls a script ({found})")] if found else [])
    assert contents.unreadable == []


UNREADABLE = {
    "a damaged cabinet": ("x.cab", cabinet({"y.dll": DLL * 50})[:-300]),
    "a damaged installer": ("x.msi", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)),
    "a program that is none": ("x.dll", b"hello"),
    "a program cut off": ("x.dll", DLL[:80]),
    "a program without its last byte": ("x.dll", DLL[:-1]),
    "a self-extractor without its archive": ("x.exe", STUB[:-1]),
    "an unknown format": ("x.bin", b"\x01\x00\x02\x03"),
    "a program with unknown data behind it": ("x.exe", STUB + bytes(range(200))),
    "a library with unknown data behind it": ("x.dll", DLL + bytes(range(200))),
    "a cabinet with unknown data behind it": ("x.cab", cabinet({"y.dll": DLL}) + bytes(range(200))),
    "a document that is none": ("x.chm", b"\x01\x00\x02\x03"),
    "a document that holds SQL": ("x.txt", b"ALTER TABLE y"),
    "a text whose name tells nothing": ("f12", b"EXEC sp_x"),
    "a text in UTF-32": ("x.cmd", "osql".encode("utf-32")),
}


@pytest.mark.parametrize(("name", "content"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_payload_that_cannot_be_judged_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    contents = inspect(tmp_path, STUB + cabinet({**PLAIN, name: content}))
    assert {shown.split("/")[0] for shown, _reason in contents.unreadable} == {name}


def test_encrypted_files_are_named(tmp_path: Path) -> None:
    packed = seven_zip_archive(tmp_path, {"x.dll": DLL}, "zip", "-psecret")
    contents = inspect(tmp_path, STUB + cabinet({**PLAIN, "x.zip": packed}))
    assert contents.unreadable == [("x.zip/x.dll", "it is encrypted")]


def test_an_archive_with_encrypted_names_is_named(tmp_path: Path) -> None:
    packed = seven_zip_archive(tmp_path, {"x.dll": DLL}, "7z", "-psecret", "-mhe=on")
    contents = inspect(tmp_path, STUB + cabinet({**PLAIN, "x.7z": packed}))
    assert [shown for shown, _reason in contents.unreadable] == ["x.7z"]


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", STUB, STUB[:100], (STUB + cabinet(PLAIN))[:-300], cabinet({})],
    ids=["empty", "no archive", "a program only", "half a program", "cut off", "an archive of nothing"],
)
def test_what_is_no_package_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ArchiveError):
        inspect(tmp_path, content)


HOSTILE = [
    "../../outside.dll",
    "/biztalk-outside.dll",
    "C:\\outside.dll",
    "a/../../outside.dll",
    "x" * 300 + ".dll",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_leads_outside_is_not_followed(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "hostile.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(zipfile.ZipInfo(name), DLL)
        packed.writestr("Setup.xml", SETUP_XML)
    inspect(tmp_path, archive.read_bytes(), "package.zip")
    assert not list(tmp_path.rglob("outside.dll"))
    assert not (tmp_path.parent / "outside.dll").exists()
    assert not Path("/biztalk-outside.dll").exists()


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    archive = tmp_path / "link.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        link = zipfile.ZipInfo("Setup.xml")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    contents = inspect(tmp_path, archive.read_bytes(), "package.zip")
    assert contents.setup_xmls == []
    assert [shown for shown, _reason in contents.unreadable] == ["Setup.xml"]


def test_names_that_differ_only_in_case_are_two_files(tmp_path: Path) -> None:
    archive = tmp_path / "case.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("setup.xml", SETUP_XML)
        packed.writestr("Setup.XML", b'<a b="x.sql"/>')
    contents = inspect(tmp_path, archive.read_bytes(), "package.zip")
    assert len(contents.setup_xmls) == 2


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (Limits(entries=1), "more than 1 files"),
        (Limits(total_bytes=100), "more than 100 bytes"),
        (Limits(depth=1), r"inner\.exe/y\.cab lies deeper than 1"),
    ],
)
def test_limits_are_kept(tmp_path: Path, limits: Limits, problem: str) -> None:
    inner = STUB + cabinet({"y.cab": cabinet({"z.dll": DLL})})
    with pytest.raises(LimitError, match=problem):
        inspect(tmp_path, STUB + cabinet({**PLAIN, "inner.exe": inner}), limits=limits)
