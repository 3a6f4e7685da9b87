# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._archive import Entry, Listing, NotAnArchiveError
from ansible_collections.biztalk.patching.plugins.module_utils._embedded import Span
from ansible_collections.biztalk.patching.plugins.module_utils._opener import Limits, Opener
from tests.lab.packages.shapes import cabinet

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass
class FakeArchiver:
    """An archiver that follows whatever names an archive has, as a careless one would."""

    listing: Listing
    write: Callable[[Path], None] = lambda folder: None
    problem: str = ""
    listed: int = 0

    def list(self, path: Path, kind: str = "") -> Listing:
        del path, kind
        self.listed += 1
        if not self.listing.kind:
            raise NotAnArchiveError("no archive")
        return self.listing

    def extract(self, path: Path, names: t.Sequence[str], target: Path, room: int, kind: str = "") -> str:
        del path, names, room, kind
        target.mkdir()
        self.write(target)
        return self.problem


def opener(private: Path, *names: str, write: Callable[[Path], None], problem: str = "") -> Opener:
    listing = Listing("zip", tuple(Entry(name, 1) for name in names))
    return Opener(FakeArchiver(listing, write, problem), Limits(), private)


LINKS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "a link": ("a.dll", lambda folder: (folder / "a.dll").symlink_to(folder / "b.dll")),
    "a link to a file elsewhere": ("a.dll", lambda folder: (folder / "a.dll").symlink_to("/etc/passwd")),
    "a file through a link": ("d/passwd", lambda folder: (folder / "d").symlink_to("/etc")),
    "a path upwards": ("../b.dll", lambda folder: None),
    "an absolute path": ("/etc/passwd", lambda folder: None),
    "a folder": ("a.dll", lambda folder: (folder / "a.dll").mkdir()),
    "nothing": ("a.dll", lambda folder: None),
}


@pytest.mark.parametrize(("name", "write"), LINKS.values(), ids=LINKS.keys())
def test_only_plain_files_in_the_private_folder_are_read(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    def write_both(folder: Path) -> None:
        (folder / "b.dll").touch()
        (folder.parent / "b.dll").touch()
        write(folder)

    (member,) = opener(tmp_path, name, write=write_both).archive(tmp_path)
    assert member.path is None
    assert member.problem == "it could not be extracted under its name"


def test_the_content_of_a_member_is_there_until_the_next_container(tmp_path: Path) -> None:
    members = opener(tmp_path, "a.dll", write=lambda folder: (folder / "a.dll").touch()).archive(tmp_path)
    path = next(members).path
    assert path is not None
    assert path.exists()
    assert list(members) == []
    assert not path.exists()


def test_a_problem_of_the_extraction_belongs_to_its_members(tmp_path: Path) -> None:
    (member,) = opener(tmp_path, "a.dll", write=lambda folder: None, problem="Data Error").archive(tmp_path)
    assert (member.path, member.problem) == (None, "Data Error")


def parts(private: Path, content: bytes, *explained: Span) -> list[str]:
    (private / "file").write_bytes(content)
    return [
        part.name
        for part in Opener(FakeArchiver(Listing("", ())), Limits(), private).parts(private / "file", explained)
    ]


def test_a_file_that_is_explained_as_a_whole_has_no_parts(tmp_path: Path) -> None:
    assert parts(tmp_path, b"program" + bytes(20), Span(0, 7)) == []


def test_what_is_not_explained_is_a_part(tmp_path: Path) -> None:
    assert parts(tmp_path, b"program" + bytes(5) + b"data", Span(0, 7)) == ["9 bytes from 7 on"]


def test_files_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    both = opener(tmp_path, "a.dll", "./a.dll", "b.dll", write=lambda folder: (folder / "b.dll").touch())
    assert [member.problem for member in both.archive(tmp_path)] == ["several files bear this name"] * 2 + [""]


def test_an_archive_that_7_zip_finds_itself_is_listed_once(tmp_path: Path) -> None:
    content = cabinet({"a.txt": b"a"})
    (tmp_path / "a.exe").write_bytes(b"stub" + content)
    archiver = FakeArchiver(Listing("Cab", (Entry("a.txt", 1),), offset=4))
    opener = Opener(archiver, Limits(), tmp_path)
    (part,) = opener.parts(tmp_path / "a.exe", [Span(0, 4)])
    assert part.path == tmp_path / "a.exe"
    for times in (1, 2):
        assert [member.name for member in opener.archive(tmp_path / "a.exe", part.kind)] == ["a.txt"]
        assert archiver.listed == times


@pytest.mark.parametrize("kind", ["Cab", ""])
def test_an_archive_that_7_zip_finds_elsewhere_or_not_at_all_is_cut_out(tmp_path: Path, kind: str) -> None:
    content = cabinet({"a.txt": b"a"})
    (tmp_path / "a.exe").write_bytes(b"stub" + content)
    archiver = FakeArchiver(Listing(kind, (Entry("a.txt", 1),), offset=5))
    cut = [part.path for part in Opener(archiver, Limits(), tmp_path).parts(tmp_path / "a.exe", [Span(0, 4)])]
    assert cut == [tmp_path / "1" / "part"]


def test_folders_within_one_another_by_the_hundred_are_not_extracted(tmp_path: Path) -> None:
    deep, allowed = "a/" * 131 + "a.dll", "a/" * 130 + "a.dll"
    members = list(opener(tmp_path, deep, allowed, write=lambda folder: None).archive(tmp_path))
    assert [member.problem for member in members] == [
        "it lies in more than 130 folders",
        "it could not be extracted under its name",
    ]
