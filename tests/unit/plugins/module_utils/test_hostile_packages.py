# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages that mean harm, or that nobody can make sense of: one clear error or an unknown, and nothing left behind."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import typing as t
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.biztalk.patching.plugins.module_utils._archive import (
    Deadline,
    LimitError,
    SevenZip,
    find_seven_zip,
)
from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents
from ansible_collections.biztalk.patching.plugins.module_utils._opener import Limits
from ansible_collections.biztalk.patching.plugins.module_utils._package import Package, PackageError, inspect_package
from ansible_collections.biztalk.patching.plugins.module_utils._program import (
    Confinement,
    ProgramError,
    ProgramTimeoutError,
    run_program,
)
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import read_setup_xml
from ansible_collections.biztalk.patching.plugins.module_utils._sql_answer import answer_sql
from benchmarks.mutations import run
from tests.lab.packages.shapes import cabinet

SETUP_XML = b'<a><b f="a.dll"/></a>'
MEGABYTE = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> t.Iterator[Path]:
    """A folder for the package; the other one, for what is unpacked, must be empty in the end."""
    (tmp_path / "scratch").mkdir()
    yield tmp_path
    assert list((tmp_path / "scratch").iterdir()) == []


def inspect(path: Path, limits: Limits | None = None) -> Package:
    program = find_seven_zip()
    assert program is not None
    return inspect_package(path, SevenZip(program, Deadline(60)), limits=limits, scratch=str(path.parent / "scratch"))


def zip_file(folder: Path, members: list[tuple[str, bytes]]) -> Path:
    path = folder / "package.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # zipfile itself warns of duplicate names.
        for name, content in members:
            archive.writestr(name, content)
    return path


def empty_files(count: int) -> bytes:
    """A zip file; zipfile itself takes ten seconds for so many."""
    names = [f"{number:06}.dll".encode() for number in range(count)]
    local = [struct.pack("<4s3H4I2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, len(name), 0) + name for name in names]
    step = len(local[0])
    central = [
        struct.pack("<4s4H4I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, number * step) + name
        for number, name in enumerate(names)
    ]
    places = sum(map(len, central)), sum(map(len, local))
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, *places, 0)
    return b"".join((*local, *central, end))


def test_a_bomb_is_refused_by_what_it_says_of_itself(folder: Path) -> None:
    path = zip_file(folder, [("Setup.xml", SETUP_XML), ("a.txt", bytes(20 * MEGABYTE))])
    with pytest.raises(PackageError, match=f"take more than {MEGABYTE} bytes"):
        inspect(path, Limits(total_bytes=MEGABYTE))


@pytest.mark.parametrize("size", [3 * MEGABYTE, 6 * MEGABYTE], ids=["in memory", "on disk"])
def test_a_cabinet_is_a_bomb_as_well(folder: Path, size: int) -> None:
    path = folder / "package.cab"
    path.write_bytes(cabinet({"Setup.xml": SETUP_XML, "inner.cab": cabinet({"a.gif": b"GIF89a" + bytes(size)})}))
    assert inspect(path, Limits(total_bytes=size + MEGABYTE)).sql.found == "no"
    with pytest.raises(PackageError, match=f"take more than {size} bytes"):
        inspect(path, Limits(total_bytes=size))


def test_an_archive_that_lies_about_a_size_gives_no_answer(folder: Path) -> None:
    path = zip_file(folder, [("Setup.xml", SETUP_XML), ("a.txt", bytes(5 * MEGABYTE))])
    true, lie = struct.pack("<I", 5 * MEGABYTE), struct.pack("<I", 10)
    content = path.read_bytes()
    assert content.count(true) == 2
    path.write_bytes(content.replace(true, lie))
    assert inspect(path, Limits(total_bytes=MEGABYTE)).sql.found == "unknown"


@pytest.mark.parametrize(
    "command", ["head -c 3000000 /dev/zero > $2/a", "for n in 1 2 3; do head -c 900000 /dev/zero > $2/$n; done"]
)
def test_what_is_unpacked_is_limited_whatever_the_archive_says(tmp_path: Path, command: str) -> None:
    program = tmp_path / "7zz"
    program.write_text(f'#!/bin/sh\nset -- x "{tmp_path}/out"\nmkdir -p $2\n{command}\nsleep 20\n')
    program.chmod(0o755)
    with pytest.raises(LimitError, match=f"more than the {MEGABYTE} bytes"):
        SevenZip(str(program), Deadline(60)).extract(tmp_path / "a.zip", ["a"], tmp_path / "out", MEGABYTE)


def test_a_hundred_thousand_files_are_too_many(folder: Path) -> None:
    path = folder / "package.zip"
    path.write_bytes(empty_files(100_000))
    with pytest.raises(PackageError, match="more than 20000 files"):
        inspect(path)


def test_zip_files_within_zip_files_are_too_deep(folder: Path) -> None:
    path = zip_file(folder, [("Setup.xml", SETUP_XML)])
    for number in range(8):
        path = zip_file(folder, [(f"{number}.zip", path.read_bytes())])
    with pytest.raises(PackageError, match="lies deeper than 6 containers"):
        inspect(path)


def test_folders_within_one_another_by_the_hundred(folder: Path) -> None:
    """Not by the thousand: where this fails, nobody could remove them."""
    path = zip_file(folder, [("Setup.xml", SETUP_XML), ("a/" * 140 + "a.dll", b"MZ")])
    sql = inspect(path).sql
    assert sql.found == "unknown"
    assert any("it lies in more than 130 folders" in evidence for evidence in sql.evidence)


def test_files_of_one_name_make_the_answer_unknown(folder: Path) -> None:
    path = zip_file(folder, [("Setup.xml", SETUP_XML), ("a.dat", b"DROP TABLE x"), ("a.dat", b"")])
    sql = inspect(path).sql
    assert sql.found == "unknown"
    assert any("several files bear this name" in evidence for evidence in sql.evidence)


def test_a_script_of_a_name_that_leads_outside_is_still_a_script(folder: Path) -> None:
    path = zip_file(folder, [("Setup.xml", SETUP_XML), ("../../x.sql", b"GO")])
    assert inspect(path).sql.found == "yes"
    assert not (folder.parent / "x.sql").exists()


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read every file, so the operating system's refusal is played."""
    path = zip_file(folder, [("Setup.xml", SETUP_XML)])
    really_open = Path.open

    def refuse(self: Path, *arguments: t.Any, **options: t.Any) -> t.Any:
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return really_open(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PackageError, match=r"package\.zip cannot be read: Permission denied"):
        inspect(path)


def seven_zip_archive(folder: Path, *options: str) -> Path:
    source, path = folder / "source", folder / "package.7z"
    source.mkdir()
    (source / "Setup.xml").write_bytes(SETUP_XML)
    (source / "a.dll").write_bytes(b"MZ")
    program = find_seven_zip()
    assert program is not None
    subprocess.run([program, "a", *options, str(path), "."], cwd=source, check=True, timeout=30, stdout=-3)
    return path


def test_a_package_with_a_password_is_unknown(folder: Path) -> None:
    sql = inspect(seven_zip_archive(folder, "-psecret")).sql
    assert sql.found == "unknown"
    assert "Setup.xml: it is encrypted" in sql.evidence


def test_a_package_whose_names_are_encrypted_is_one_error(folder: Path) -> None:
    with pytest.raises(PackageError, match=r"package\.7z cannot be inspected: it is encrypted, its list of files too"):
        inspect(seven_zip_archive(folder, "-psecret", "-mhe=on"))


def test_what_is_neither_a_file_nor_a_folder_is_one_error() -> None:
    with pytest.raises(PackageError, match="/dev/null is neither a file nor a folder"):
        inspect(Path("/dev/null"))


@pytest.fixture
def unpacked(folder: Path) -> Path:
    root = folder / "package"
    (root / "SQL").mkdir(parents=True)
    (root / "Setup.xml").write_bytes(SETUP_XML)
    (root / "SQL" / "a.cmd").write_bytes(b"rem")
    return root


def test_a_folder_without_anything_strange_has_no_sql(unpacked: Path) -> None:
    assert inspect(unpacked).sql.found == "no"


def test_a_folder_with_what_is_no_plain_file(unpacked: Path) -> None:
    os.mkfifo(unpacked / "SQL" / "b.dll")
    (unpacked / "c.dll").symlink_to("/etc/passwd")
    (unpacked / "D").symlink_to("/etc")
    sql = inspect(unpacked).sql
    assert sql.found == "unknown"
    assert sql.evidence == (
        "D: it is a symbolic link",
        "c.dll: it is a symbolic link",
        "SQL/b.dll: it is no plain file",
    )


def test_a_file_in_a_folder_that_may_not_be_read(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read every file, so the disk's failure is played, as the refusal is in the next test."""
    really_open = Path.open

    def fail(self: Path, *arguments: t.Any, **options: t.Any) -> t.Any:
        if self.name == "a.cmd":
            raise OSError(errno.EIO, "Input/output error")
        return really_open(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", fail)
    sql = inspect(unpacked).sql
    assert (sql.found, sql.evidence) == ("unknown", ("SQL/a.cmd: Input/output error",))


@pytest.mark.parametrize("refused", ["package", "SQL"])
def test_a_folder_that_may_not_be_listed(unpacked: Path, monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    really_scan = os.scandir

    def refuse(path: t.Any) -> t.Any:
        if isinstance(path, (str, Path)) and Path(path).name == refused:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return really_scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    if refused == "package":
        with pytest.raises(PackageError, match="package cannot be read: Permission denied"):
            inspect(unpacked)
    else:
        sql = inspect(unpacked).sql
        assert (sql.found, sql.evidence) == ("unknown", ("SQL: Permission denied",))


def test_a_document_cut_off_anywhere_never_says_no() -> None:
    content = b'<?xml version="1.0"?><Setup><File Name="a.dll"/><Script File="x.sql"/></Setup>'
    for length in range(len(content)):
        answer = answer_sql(Contents(setup_xmls=[("Setup.xml", read_setup_xml(content[:length]))]))
        assert answer.found != "no", length


def confinement(**changes: t.Any) -> Confinement:
    usual: dict[str, t.Any] = {"seconds": 20, "memory": 2**31, "output": MEGABYTE, "file_size": MEGABYTE}
    return Confinement(**(usual | changes))


def test_a_program_that_prints_without_end_is_ended() -> None:
    with pytest.raises(ProgramError, match="prints more than"):
        run_program(["sh", "-c", "while :; do echo yes; done"], confinement())


def test_a_program_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ProgramTimeoutError, match=r"longer than 0\.3 s"):
        run_program(["sleep", "20"], confinement(seconds=0.3))


def test_a_program_that_writes_too_much_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="SIGXFSZ"):
        run_program(["sh", "-c", f"exec head -c 5000000 /dev/zero > {tmp_path}/a"], confinement())
    assert (tmp_path / "a").stat().st_size <= MEGABYTE


def test_a_check_that_fails_ends_the_program() -> None:
    class StopError(Exception):
        pass

    def check() -> None:
        raise StopError

    with pytest.raises(StopError):
        run_program(["sleep", "20"], confinement(check=check))


def test_damage_never_gives_the_answer_no(tmp_path: Path) -> None:
    """The bench `python -m benchmarks.mutations` tries 20,000 cases; these are some of them."""
    outcome = run(400, seed=3, folder=tmp_path)
    assert outcome.faults == []
    assert sum(outcome.answers.values()) == 400


NAMES = st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=1, max_size=20)
TAGS = st.text("abcXYZ", min_size=1, max_size=8)


@given(script=NAMES, tag=TAGS, attribute=TAGS, as_text=st.booleans(), code=st.sampled_from(["utf-8-sig", "utf-16"]))
def test_a_script_is_found_wherever_it_stands(
    script: str, tag: str, attribute: str, code: str, *, as_text: bool
) -> None:
    value = f"SQL\\{script}.sql"
    document = f"<r><{tag}>{value}</{tag}></r>" if as_text else f'<r><{tag} {attribute}="{value}"/></r>'
    setup_xml = read_setup_xml(document.encode(code))
    assert [found.value for found in setup_xml.scripts] == [f"{script}.sql"]
    assert answer_sql(Contents(setup_xmls=[("Setup.xml", setup_xml)])).found == "yes"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_document_or_a_problem(content: bytes) -> None:
    setup_xml = read_setup_xml(content)
    assert setup_xml.problem or content.lstrip()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=3000), st.sampled_from(["exe", "msi", "msp", "cab", "zip"]))
def test_any_bytes_are_a_package_or_an_error(tmp_path: Path, content: bytes, extension: str) -> None:
    (tmp_path / "scratch").mkdir(exist_ok=True)
    path = tmp_path / f"package.{extension}"
    path.write_bytes(content)
    with pytest.raises(PackageError):
        inspect(path)
    assert list((tmp_path / "scratch").iterdir()) == []
