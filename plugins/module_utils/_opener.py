# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens one container: lists it, extracts what must be looked into, within limits."""

from __future__ import annotations

import collections
import posixpath
import shutil
import stat
import typing as t
from dataclasses import dataclass, field

from ansible_collections.biztalk.patching.plugins.module_utils._archive import LimitError, NotAnArchiveError
from ansible_collections.biztalk.patching.plugins.module_utils._cabinet import (
    BrokenStreamError,
    is_streamed,
    streamed_members,
)
from ansible_collections.biztalk.patching.plugins.module_utils._embedded import (
    Image,
    Span,
    embedded_archives,
    unexplained,
)
from ansible_collections.biztalk.patching.plugins.module_utils._member import Member, OnDisk

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._archive import Archiver, Entry, Listing
    from ansible_collections.biztalk.patching.plugins.module_utils._member import Blob

_COMPOUND = "Compound"
# A path of Windows has 260 characters. Folders within one another by the thousand would exhaust Python's stack where
# they are removed.
_MOST_FOLDERS = 130


@dataclass(frozen=True)
class Limits:
    """How far an inspection goes. Beyond it is an error: half a package gives no answer."""

    total_bytes: int = 4 * 1024**3
    entries: int = 20_000
    depth: int = 6


@dataclass
class Opener:
    archiver: Archiver
    limits: Limits
    private: Path
    _opened: int = 0
    _entries: int = 0
    _bytes: int = 0
    _listings: dict[tuple[Path, str], Listing] = field(default_factory=dict)
    """Of what was listed already but not yet opened."""

    def archive(self, path: Path, kind: str = "", *, written: bool = False) -> Iterator[Member]:
        """Raises ArchiveError where the file is no archive, or not of this kind.

        BrokenStreamError asks for another try with `written`: then 7-Zip writes all of it, and tells what it cannot.
        """
        listing = self._listings.pop((path, kind), None) or self.archiver.list(path, kind)
        if written or not is_streamed(listing) or any(map(_refusal, listing.entries)):
            yield from self._members(path, kind, listing)
        else:
            yield from self._streamed(path, kind, listing)

    def compound(self, path: Path) -> Iterator[Member]:
        """The streams of a Windows Installer file but its tables and its summary."""
        yield from self._members(path, _COMPOUND, self.archiver.list(path, _COMPOUND), _streams)

    def parts(self, blob: Blob, explained: Sequence[Span] = ()) -> Iterator[Member]:
        """The archives that lie in a file, and what lies neither in one of them nor in the spans `explained`.

        A file that is one archive from its beginning to its end has no parts.
        """
        with blob.open() as file:
            image = Image(file)
            archives = list(embedded_archives(image))
            if [(span.start, span.end) for span in archives] == [(0, image.size)]:
                return
            for span in (*archives, *unexplained(image, (*explained, *archives))):
                if self._opens_there(blob, archives, span):
                    yield Member(_words(span), span.size, blob, kind=span.kind)
                else:
                    yield from self._part(image, span)

    def count(self, entries: int, size: int) -> None:
        self._entries += entries
        self._bytes += size
        if self._entries > self.limits.entries:
            raise LimitError(f"it holds more than {self.limits.entries} files")
        if self._bytes > self.limits.total_bytes:
            raise LimitError(f"its files take more than {self.limits.total_bytes} bytes")

    def check_depth(self, depth: int, shown: str) -> None:
        if depth > self.limits.depth:
            raise LimitError(f"{shown} lies deeper than {self.limits.depth} containers within one another")

    def _opens_there(self, blob: Blob, archives: Sequence[Span], span: Span) -> bool:
        """Whether 7-Zip itself finds just this one in the file, so that a large file need not be copied."""
        if archives != [span] or span.kind != "cab" or not isinstance(blob, OnDisk):
            return False
        try:
            listing = self.archiver.list(blob.path, span.kind)
        except NotAnArchiveError:
            return False
        if listing.offset != span.start:
            return False
        self._listings[blob.path, span.kind] = listing
        return True

    def _part(self, image: Image, span: Span) -> Iterator[Member]:
        folder = self._folder()
        folder.mkdir()
        try:
            path = folder / "part"
            with path.open("wb") as copy:
                for piece in image.pieces(span):
                    copy.write(piece)
            yield Member(_words(span), span.size, OnDisk(path), kind=span.kind)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _folder(self) -> Path:
        self._opened += 1
        return self.private / str(self._opened)

    def _streamed(self, path: Path, kind: str, listing: Listing) -> Iterator[Member]:
        before = self._entries, self._bytes
        self.count(len(listing.entries), sum(entry.size for entry in listing.entries))
        folder = self._folder()
        folder.mkdir()
        try:
            with self.archiver.stream(path, kind) as stream:
                yield from streamed_members(listing.entries, stream, folder / "content")
        except BrokenStreamError:
            self._entries, self._bytes = before
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _members(
        self,
        path: Path,
        kind: str,
        listing: Listing,
        choose: Callable[[Sequence[Entry]], Sequence[Entry]] = lambda entries: entries,
    ) -> Iterator[Member]:
        entries = choose(listing.entries)
        room = self.limits.total_bytes - self._bytes
        self.count(len(entries), sum(entry.size for entry in entries))
        if listing.problem:
            yield Member("", 0, problem=f"it is damaged ({listing.problem})")
        opened = [entry.name for entry in entries if not _refusal(entry)]
        times = collections.Counter(posixpath.normpath(entry.name) for entry in entries)
        folder = self._folder()
        try:
            problem = self.archiver.extract(path, opened, folder, room, kind) if opened else ""
            inside = _Inside(folder)
            for entry in entries:
                if times[posixpath.normpath(entry.name)] > 1:
                    # The one that was written last has taken the place of the others.
                    yield Member(entry.name, entry.size, problem="several files bear this name")
                else:
                    yield _member(entry, inside, problem)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _words(span: Span) -> str:
    return f"{span.size} bytes from {span.start} on"


def _streams(entries: Sequence[Entry]) -> list[Entry]:
    """Without the tables, the summaries, and the storages, which 7-Zip lists like empty streams."""
    storages = {posixpath.dirname(entry.name) for entry in entries}
    return [
        entry
        for entry in entries
        if entry.name not in storages and not posixpath.basename(entry.name).startswith(("!", "["))
    ]


class _Inside:
    """The files that lie in a folder; links and whatever they lead to do not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = folder.resolve()
        self._parents: dict[str, bool] = {}

    def find(self, name: str) -> Path | None:
        """A name that the file system cannot bear is no file either."""
        path, parent = self._folder / name, posixpath.dirname(name)
        try:
            if parent not in self._parents:
                self._parents[parent] = (self._folder / parent).resolve().is_relative_to(self._root)
            return path if self._parents[parent] and stat.S_ISREG(path.lstat().st_mode) else None
        except (OSError, ValueError):
            return None


def _refusal(entry: Entry) -> str:
    """Why it is not extracted, if it is not."""
    if entry.encrypted:
        return "it is encrypted"
    return f"it lies in more than {_MOST_FOLDERS} folders" if entry.name.count("/") > _MOST_FOLDERS else ""


def _member(entry: Entry, inside: _Inside, problem: str) -> Member:
    if refusal := _refusal(entry):
        return Member(entry.name, entry.size, problem=refusal)
    if path := inside.find(entry.name):
        return Member(entry.name, entry.size, OnDisk(path), problem)
    return Member(entry.name, entry.size, problem=problem or "it could not be extracted under its name")
