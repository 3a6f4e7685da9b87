# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._archive import (
    ArchiveTimeoutError,
    Deadline,
    Entry,
    NotAnArchiveError,
    SevenZip,
    find_seven_zip,
    parse_listing,
)

CABINET = """
7-Zip (z) 26.03 (x64)

Listing archive: /srv/a.exe

--
Path = /srv/a.exe
Type = Cab
Offset = 2560

----------
Path = SQL/x.sql
Size = 102
Attributes =
Block = 0

Path = SQL
Folder = +
Size = 0

Path = secret.dll
Size = 7
Encrypted = +

"""
NESTED = """
--
Path = a.msi
Type = Compound
----
Path = a.cab
Type = Cab

----------
Path = f1
Size = 3
"""
DAMAGED = """
--
Path = a.exe
Type = Cab
ERRORS:
Unexpected end of archive
Offset = 1

----------
Path = a.dll
Size =
"""
LINE_BREAK = """
--
Path = a.zip
Type = zip

----------
Path = a
b.sql
Size = 1
Comment =
{
x
}
"""


def test_a_listing_gives_files_but_no_folders() -> None:
    listing = parse_listing(CABINET)
    assert (listing.kind, listing.problem) == ("Cab", "")
    assert listing.entries == (Entry("SQL/x.sql", 102), Entry("secret.dll", 7, encrypted=True))


def test_the_outermost_format_counts() -> None:
    assert parse_listing(NESTED).kind == "Compound"


def test_damage_is_told_with_what_could_be_listed() -> None:
    listing = parse_listing(DAMAGED)
    assert listing.problem == "Unexpected end of archive"
    assert listing.entries == (Entry("a.dll", 0),)


def test_a_line_break_in_a_name_hides_nothing() -> None:
    assert parse_listing(LINE_BREAK).entries == (Entry("a\nb.sql", 1),)


def test_output_without_an_archive() -> None:
    assert parse_listing("ERROR: Cannot open the file as archive").kind == ""


def test_time_that_has_run_out_is_an_error() -> None:
    with pytest.raises(ArchiveTimeoutError, match=r"longer than 0\.5 s"):
        Deadline(0.5, time.monotonic() - 1).left()


def _seven_zip(seconds: float = 30) -> SevenZip:
    program = find_seven_zip()
    assert program is not None
    return SevenZip(program, Deadline(seconds))


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.exe").write_bytes(b"nothing")
    with pytest.raises(NotAnArchiveError, match="does not know its format"):
        _seven_zip().list(tmp_path / "a.exe")


def test_names_are_taken_literally(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    names = ["*.dll", "-x.dll", "@list.dll", "a b.dll", "ü.dll"]
    for name in names:
        (tmp_path / "in" / name).write_text(name)
    seven_zip, archive = _seven_zip(), tmp_path / "-a.zip"
    subprocess.run([seven_zip.program, "a", "-bso0", str(archive), f"{tmp_path}/in/."], check=True, timeout=30)
    assert sorted(entry.name for entry in seven_zip.list(archive).entries) == sorted(names)
    assert seven_zip.extract(archive, names[:3], tmp_path / "out", 10_000) == ""
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names[:3])


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    program, child = tmp_path / "7zz", tmp_path / "child"
    program.write_text(f"#!/bin/sh\nsleep 20 &\necho $! > {child}\nwait\n")
    program.chmod(0o755)
    started = time.monotonic()
    with pytest.raises(ArchiveTimeoutError):
        SevenZip(str(program), Deadline(1)).list(tmp_path)
    assert time.monotonic() - started < 15
    with pytest.raises(ProcessLookupError):
        _wait_for_end(int(child.read_text()))


def test_a_program_that_hangs_while_its_output_is_read_is_killed_with_its_children(tmp_path: Path) -> None:
    program, child = tmp_path / "7zz", tmp_path / "child"
    program.write_text(f"#!/bin/sh\nsleep 20 &\necho $! > {child}\nprintf abc\nwait\n")
    program.chmod(0o755)
    with pytest.raises(ArchiveTimeoutError):
        _read_all(SevenZip(str(program), Deadline(1)), tmp_path)
    with pytest.raises(ProcessLookupError):
        _wait_for_end(int(child.read_text()))


def test_who_does_not_read_on_need_not_wait(tmp_path: Path) -> None:
    program = tmp_path / "7zz"
    program.write_text("#!/bin/sh\nprintf abc\nsleep 20\n")
    program.chmod(0o755)
    started = time.monotonic()
    with SevenZip(str(program), Deadline(30)).stream(tmp_path) as stream:
        assert stream.read(2) == b"ab"
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("name", ["7zz", "7z"])
def test_a_7_zip_of_the_system_where_pip_has_brought_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_seven_zip() is None
    (tmp_path / name).touch(mode=0o755)
    assert find_seven_zip() == str(tmp_path / name)


def _read_all(archiver: SevenZip, path: Path) -> None:
    with archiver.stream(path) as stream:
        assert stream.read(3) == b"abc"
        stream.read(1)


def _wait_for_end(process: int) -> None:
    """A killed orphan is there until its new parent has taken note."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        os.kill(process, 0)
        if b") Z " in Path(f"/proc/{process}/stat").read_bytes():
            raise ProcessLookupError
    os.kill(process, signal.SIGKILL)
