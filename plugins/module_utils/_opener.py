# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens one container: lists it, extracts what must be looked into, within limits."""

from __future__ import annotations

import shutil
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._archive import NotAnArchiveError
from ansible_collections.biztalk.patching.plugins.module_utils._formats import base_name, extension, must_be_opened

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._archive import Archiver, Entry

# 7-Zip's own splitter of mixed files: it finds each archive and each program that lies in a file.
_MIXTURE = "#"
_COMPOUND = "Compound"
_PART_EXTENSIONS = frozenset({"cab", "zip", "7z", "rar", "msi", "msp"})


class LimitError(Exception):
    """The package is larger or deeper than the operator allows."""


@dataclass(frozen=True)
class Limits:
    """How far an inspection goes. Beyond it is an error: half a package gives no answer."""

    total_bytes: int = 4 * 1024**3
    entries: int = 20_000
    depth: int = 6


@dataclass(frozen=True)
class Member:
    """A file in a container. `path` is where its content lies for now, if it was extracted."""

    name: str
    size: int
    path: Path | None = None
    problem: str = ""


@dataclass
class Opener:
    archiver: Archiver
    limits: Limits
    private: Path
    _opened: int = 0
    _entries: int = 0
    _bytes: int = 0

    def archive(self, path: Path) -> Iterator[Member]:
        """Raises ArchiveError where the file is no archive."""
        yield from self._members(path)

    def compound(self, path: Path) -> Iterator[Member]:
        """The streams of a Windows Installer file but its tables and its summary."""
        yield from self._members(path, _COMPOUND, lambda entry: not base_name(entry.name).startswith(("!", "[")))

    def parts(self, path: Path) -> Iterator[Member]:
        """The archives within a program, wherever they lie: in its resources, its sections, at its end."""
        try:
            yield from self._members(path, _MIXTURE, lambda entry: extension(entry.name) in _PART_EXTENSIONS)
        except NotAnArchiveError:
            return

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

    def _members(
        self, path: Path, kind: str = "", wanted: Callable[[Entry], bool] = lambda entry: True
    ) -> Iterator[Member]:
        listing = self.archiver.list(path, kind)
        entries = [entry for entry in listing.entries if wanted(entry)]
        self.count(len(entries), sum(entry.size for entry in entries))
        if listing.problem:
            yield Member("", 0, problem=f"it is damaged ({listing.problem})")
        opened = [entry.name for entry in entries if must_be_opened(entry.name) and not entry.encrypted]
        self._opened += 1
        folder = self.private / str(self._opened)
        try:
            problem = self.archiver.extract(path, opened, folder, kind) if opened else ""
            for entry in entries:
                yield self._member(entry, folder, problem)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _member(entry: Entry, folder: Path, problem: str) -> Member:
        if not must_be_opened(entry.name):
            return Member(entry.name, entry.size)
        if entry.encrypted:
            return Member(entry.name, entry.size, problem="it is encrypted")
        path = folder / entry.name
        if _is_plain_file(path, folder):
            return Member(entry.name, entry.size, path, problem)
        return Member(entry.name, entry.size, problem=problem or "it could not be extracted under its name")


def _is_plain_file(path: Path, folder: Path) -> bool:
    """Whether it lies in `folder` and is no link; a name that the file system cannot bear is no file either."""
    try:
        return path.resolve().is_relative_to(folder.resolve()) and path.is_file() and not path.is_symlink()
    except (OSError, ValueError):
        return False
