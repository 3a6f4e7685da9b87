# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import io
import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._archive import Entry, Listing, NotAnArchiveError
from ansible_collections.biztalk.patching.plugins.module_utils._cabinet import BrokenStreamError
from ansible_collections.biztalk.patching.plugins.module_utils._embedded import Span
from ansible_collections.biztalk.patching.plugins.module_utils._member import OnDisk
from ansible_collections.biztalk.patching.plugins.module_utils._opener import Limits, Opener
from tests.lab.packages.shapes import cabinet

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class FakeStream:
    def __init__(self, content: bytes, code: int = 0) -> None:
        self._content, self._code = io.BytesIO(content), code

    def read(self, size: int) -> bytes:
        return self._content.read(size)

    def wait(self) -> int:
        return self._code


@dataclass
class FakeArchiver:
    """An archiver that follows whatever names an archive has, as a careless one would."""

    listing: Listing
    write: Callable[[Path], None] = lambda folder: None
    problem: str = ""
    stream_of: FakeStream = field(default_factory=lambda: FakeStream(b""))
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

    @contextlib.contextmanager
    def stream(self, path: Path, kind: str = "") -> Iterator[FakeStream]:
        del path, kind
        yield self.stream_of


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
    assert member.content is None
    assert member.problem == "it could not be extracted under its name"


def test_the_content_of_a_member_is_there_until_the_next_container(tmp_path: Path) -> None:
    members = opener(tmp_path, "a.dll", write=lambda folder: (folder / "a.dll").touch()).archive(tmp_path)
    content = next(members).content
    assert isinstance(content, OnDisk)
    assert content.path.exists()
    assert list(members) == []
    assert not content.path.exists()


def test_a_problem_of_the_extraction_belongs_to_its_members(tmp_path: Path) -> None:
    (member,) = opener(tmp_path, "a.dll", write=lambda folder: None, problem="Data Error").archive(tmp_path)
    assert (member.content, member.problem) == (None, "Data Error")


def parts(private: Path, content: bytes, *explained: Span) -> list[str]:
    (private / "file").write_bytes(content)
    file = OnDisk(private / "file")
    return [part.name for part in Opener(FakeArchiver(Listing("", ())), Limits(), private).parts(file, explained)]


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
    program = OnDisk(tmp_path / "a.exe")
    (part,) = opener.parts(program, [Span(0, 4)])
    assert part.content == program
    for times in (1, 2):
        archiver.stream_of = FakeStream(b"a")
        assert [member.name for member in opener.archive(tmp_path / "a.exe", part.kind)] == ["a.txt"]
        assert archiver.listed == times


@pytest.mark.parametrize("kind", ["Cab", ""])
def test_an_archive_that_7_zip_finds_elsewhere_or_not_at_all_is_cut_out(tmp_path: Path, kind: str) -> None:
    content = cabinet({"a.txt": b"a"})
    (tmp_path / "a.exe").write_bytes(b"stub" + content)
    archiver = FakeArchiver(Listing(kind, (Entry("a.txt", 1),), offset=5))
    parts = Opener(archiver, Limits(), tmp_path).parts(OnDisk(tmp_path / "a.exe"), [Span(0, 4)])
    assert [part.content for part in parts] == [OnDisk(tmp_path / "1" / "part")]


ORDINARY = Listing("Cab", (Entry("a.dll", 1), Entry("d/b.dll", 1)))


def test_a_cabinet_is_streamed(tmp_path: Path) -> None:
    members = list(Opener(FakeArchiver(ORDINARY, stream_of=FakeStream(b"ab")), Limits(), tmp_path).archive(tmp_path))
    assert [member.content.open().read() for member in members if member.content] == [b"a", b"b"]
    assert list(tmp_path.iterdir()) == []


UNUSUAL = {
    "no cabinet": Listing("zip", ORDINARY.entries),
    "a damaged list": Listing("Cab", ORDINARY.entries, "Unexpected end"),
    "an encrypted file": Listing("Cab", (Entry("a.dll", 1), Entry("b.dll", 1, encrypted=True))),
    "two files of one name": Listing("Cab", (Entry("a.dll", 1), Entry("./a.dll", 1))),
    "an absolute name": Listing("Cab", (Entry("/a.dll", 1),)),
    "a name upwards": Listing("Cab", (Entry("d/../../a.dll", 1),)),
    "too many folders": Listing("Cab", (Entry("a/" * 131 + "a.dll", 1),)),
}


@pytest.mark.parametrize("listing", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_what_is_unusual_is_not_streamed(tmp_path: Path, listing: Listing) -> None:
    archiver = FakeArchiver(listing, problem="Data Error", stream_of=FakeStream(b"ab"))
    problems = [member.problem for member in Opener(archiver, Limits(), tmp_path).archive(tmp_path)]
    assert problems
    assert "" not in problems


@pytest.mark.parametrize("stream", [(b"a",), (b"abc",), (b"ab", 2)], ids=["less", "more", "an error at the end"])
def test_a_stream_that_breaks_is_counted_once(tmp_path: Path, stream: tuple[t.Any, ...]) -> None:
    archiver = FakeArchiver(ORDINARY, problem="Data Error", stream_of=FakeStream(*stream))
    opener = Opener(archiver, Limits(entries=2), tmp_path)
    with pytest.raises(BrokenStreamError):
        list(opener.archive(tmp_path))
    problems = [member.problem for member in opener.archive(tmp_path, written=True)]
    assert problems == ["Data Error", "Data Error"]
