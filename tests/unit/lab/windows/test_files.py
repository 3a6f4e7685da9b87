# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from tests.lab.events import EventLog
from tests.lab.windows.files import FileError, Files

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.events import Event

ORIGIN = "test"


class Drive(t.NamedTuple):
    files: Files
    log: EventLog

    @property
    def events(self) -> list[Event]:
        return self.log.events


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Drive]:
    log = EventLog(tmp_path / "events.jsonl")
    yield Drive(Files("BTS1", log, (r"C:\Windows\Temp",)), log)
    log.close()


@pytest.mark.parametrize(
    "path",
    [
        r"C:\Windows\Temp\Setup.log",
        r"c:\WINDOWS\temp\SETUP.LOG",
        "C:/Windows/Temp/Setup.log",
        r"C:\Windows\.\Temp\..\Temp\\Setup.log",
        r"C:\..\Windows\Temp\Setup.log",
    ],
)
def test_a_file_is_found_however_its_path_is_written(path: str, drive: Drive) -> None:
    drive.files.write(r"C:\Windows\Temp\Setup.log", b"text", ORIGIN)
    assert drive.files.exists(path)
    assert not drive.files.is_dir(path)
    assert drive.files.read(path) == b"text"
    assert drive.files.node(path).path == r"C:\Windows\Temp\Setup.log"
    assert drive.files.mtime(path) == drive.files.node(path).modified


def test_a_file_that_is_written_again_keeps_its_name(drive: Drive) -> None:
    drive.files.write(r"C:\Windows\Temp\Setup.log", b"old", ORIGIN)
    drive.files.write(r"c:\windows\temp\SETUP.LOG", b"new", ORIGIN)
    assert [(node.path, node.data) for node in drive.files.list(r"C:\WINDOWS\TEMP")] == [
        (r"C:\Windows\Temp\Setup.log", b"new")
    ]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "Setup.log",
        r"Temp\Setup.log",
        r"\Windows\Setup.log",
        "C:Setup.log",
        r"\\server\share\Setup.log",
        "/Windows/Setup.log",
        r"1:\Setup.log",
        r"C:\Windows\Setup?.log",
        r"C:\Windows\*.log",
        'C:\\Windows\\"Setup.log',
        "C:\\Windows\\Setup\n.log",
        r"C:\Windows\a|b",
    ],
)
def test_what_is_no_absolute_path_of_a_local_drive_is_refused(path: str, drive: Drive) -> None:
    with pytest.raises(FileError, match="not an absolute path"):
        drive.files.write(path, b"", ORIGIN)


def refused(act: t.Callable[[Files], t.Any], message: str) -> t.Any:
    return pytest.param(act, message, id=message)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        refused(lambda files: files.read(r"C:\Nowhere.txt"), r"Could not find C:\Nowhere.txt on BTS1"),
        refused(lambda files: files.list(r"C:\Nowhere"), r"Could not find C:\Nowhere on BTS1"),
        refused(lambda files: files.remove(r"C:\Gone", ORIGIN), r"Could not find C:\Gone on BTS1"),
        refused(lambda files: files.read(r"C:\Windows"), r"C:\Windows on BTS1 is a folder"),
        refused(lambda files: files.write(r"C:\Windows\temp", b"", ORIGIN), r"C:\Windows\temp on BTS1 is a folder"),
        refused(lambda files: files.write(r"C:\No\a.txt", b"", ORIGIN), r"a part of the path C:\No\a.txt on BTS1"),
        refused(lambda files: files.write(r"C:\a.txt\b", b"", ORIGIN), r"a part of the path C:\a.txt\b on BTS1"),
        refused(lambda files: files.make_dir(r"C:\A.TXT"), r"C:\A.TXT on BTS1 is a file"),
        refused(lambda files: files.make_dir(r"C:\a.txt\b\c"), r"C:\a.txt on BTS1 is a file"),
    ],
)
def test_a_refusal_changes_nothing(act: t.Callable[[Files], t.Any], message: str, drive: Drive) -> None:
    drive.files.write(r"C:\a.txt", b"text", ORIGIN)
    before = drive.files.list("C:\\")
    with pytest.raises(FileError) as caught:
        act(drive.files)
    assert message in str(caught.value)
    assert drive.files.list("C:\\") == before
    assert len(drive.events) == 1


def test_a_folder_is_made_with_those_above_it(drive: Drive) -> None:
    drive.files.make_dir(r"C:\Windows\Temp\a\b")
    drive.files.make_dir(r"c:\windows\temp\A\B")
    assert drive.files.is_dir(r"C:\Windows\Temp\a")
    assert [node.path for node in drive.files.list(r"C:\Windows\Temp\a")] == [r"C:\Windows\Temp\a\b"]


def test_a_folder_lists_only_what_lies_directly_in_it(drive: Drive) -> None:
    for name in ("b.txt", "A.txt"):
        drive.files.write(rf"C:\Windows\Temp\{name}", b"", ORIGIN)
    drive.files.make_dir(r"C:\Windows\Temp\c\deep")
    drive.files.make_dir(r"C:\Windows\Temporary")
    names = [node.path.rpartition("\\")[2] for node in drive.files.list(r"C:\Windows\Temp")]
    assert names == ["A.txt", "b.txt", "c"]


def test_a_folder_is_removed_with_all_that_is_in_it_and_nothing_else(drive: Drive) -> None:
    drive.files.make_dir(r"C:\Windows\Temp\a\b")
    drive.files.make_dir(r"C:\Windows\Temp\ab")
    drive.files.remove(r"C:\Windows\TEMP\A", ORIGIN)
    assert [node.path for node in drive.files.list(r"C:\Windows\Temp")] == [r"C:\Windows\Temp\ab"]
    assert not drive.files.exists(r"C:\Windows\Temp\a\b")


def test_writing_and_removing_are_events(drive: Drive) -> None:
    drive.files.write("C:/Windows/Temp/a.txt", b"abc", ORIGIN)
    drive.files.remove(r"C:\Windows\Temp\a.txt", ORIGIN)
    path = r"C:\Windows\Temp\a.txt"
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert [(event.kind, event.fields) for event in drive.events] == [
        ("file.written", {"computer": "BTS1", "path": path, "sha256": digest, "origin": ORIGIN}),
        ("file.removed", {"computer": "BTS1", "path": path, "origin": ORIGIN}),
    ]
