# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Walks through a package, container by container, and collects what lies in it.

Nothing is run, and nothing is written outside a private folder that is removed in any case.
"""

from __future__ import annotations

import tempfile
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._archive import ArchiveError, ArchiveTimeoutError
from ansible_collections.biztalk.patching.plugins.module_utils._formats import (
    base_name,
    decode,
    extension,
    must_be_opened,
    recognise,
)
from ansible_collections.biztalk.patching.plugins.module_utils._installer import InstallerError, read_installer
from ansible_collections.biztalk.patching.plugins.module_utils._opener import Limits, Opener
from ansible_collections.biztalk.patching.plugins.module_utils._pe import read_program_file
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import is_sql_text, read_setup_xml

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Architecture
    from ansible_collections.biztalk.patching.plugins.module_utils._archive import Archiver
    from ansible_collections.biztalk.patching.plugins.module_utils._formats import Format
    from ansible_collections.biztalk.patching.plugins.module_utils._installer import Installer, InstallerFile
    from ansible_collections.biztalk.patching.plugins.module_utils._opener import Member
    from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import SetupXml

_HEAD = 4096
_LARGEST_TEXT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Payload:
    """A file that the package carries. `path` leads to it through the containers: `KB5009901.msi/BTSMsgCore.dll`."""

    path: str
    size: int
    architecture: Architecture | None = None
    version: str = ""
    version_source: str = ""

    @property
    def name(self) -> str:
        return base_name(self.path)


@dataclass
class Contents:
    payloads: list[Payload] = field(default_factory=list)
    setup_xmls: list[tuple[str, SetupXml]] = field(default_factory=list)
    installers: list[tuple[str, Installer]] = field(default_factory=list)
    sql: list[tuple[str, str]] = field(default_factory=list)
    """Payload, and how it shows SQL."""
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    """Payload, and why it could not be judged."""


@dataclass(frozen=True)
class _Place:
    """Where the walk is: the path through the containers, and the File table that names what comes next."""

    shown: str
    depth: int
    files: Mapping[str, InstallerFile] = field(default_factory=dict)


def read_contents(package: Path, archiver: Archiver, limits: Limits, scratch: str | None = None) -> Contents:
    """Walk through `package`, a file or a folder; the private folder is made in `scratch`.

    Raises ArchiveError where the package itself is no archive or is damaged, and LimitError.
    """
    with tempfile.TemporaryDirectory(prefix="biztalk-package-", dir=scratch) as private:
        walk = _Walk(Opener(archiver, limits, Path(private)))
        if package.is_dir():
            walk.folder(package)
        else:
            walk.package(package)
    return walk.contents


class _Walk:
    def __init__(self, opener: Opener) -> None:
        self.contents = Contents()
        self._opener = opener

    def package(self, path: Path) -> None:
        """The outermost file: where it cannot be opened or is damaged, there is no package."""
        self._open(path, _format(path, path.name), _Place("", 0))
        if self.contents.unreadable and self.contents.unreadable[0][0] == "":
            raise ArchiveError(self.contents.unreadable[0][1])
        if not self.contents.payloads and not self.contents.installers:
            raise ArchiveError("it holds no files")

    def folder(self, root: Path) -> None:
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                name, size = path.relative_to(root).as_posix(), path.stat().st_size
                self._opener.count(1, size)
                if must_be_opened(name):
                    self._look(path, _Place(name, 0))
                else:
                    self.contents.payloads.append(Payload(name, size))

    def _look(self, path: Path, place: _Place, named: InstallerFile | None = None) -> None:
        format_ = _format(path, place.shown)
        self.contents.payloads.append(self._payload(path, place.shown, format_, named))
        if format_ in ("archive", "compound") or (format_ == "program" and extension(place.shown) == "exe"):
            self._open(path, format_, place)
        elif format_ == "setup_xml":
            self.contents.setup_xmls.append((place.shown, read_setup_xml(path.read_bytes())))
        elif format_ == "script":
            self.contents.sql.append((place.shown, "is a script"))
        elif format_ == "text":
            self._search_text(path, place.shown)
        elif format_ == "unknown":
            self._give_up(place.shown, "its format is unknown")

    def _payload(self, path: Path, shown: str, format_: Format, named: InstallerFile | None) -> Payload:
        size = path.stat().st_size
        if format_ == "program":
            try:
                with path.open("rb") as file:
                    program = read_program_file(file)
            except ValueError as error:
                self._give_up(shown, str(error))
            else:
                source = "PE version resource" if program.version else ""
                return Payload(shown, size, program.architecture, program.version, source)
        version = named.version if named else ""
        return Payload(shown, size, None, version, "MSI File table" if version else "")

    def _open(self, path: Path, format_: Format, place: _Place) -> None:
        """Look at every member of a container; one that cannot be opened is noted, with the reason."""
        self._opener.check_depth(place.depth, place.shown)
        try:
            if format_ == "compound":
                self._open_installer(path, place)
            elif format_ == "program":
                for part in self._opener.parts(path):
                    self._part(part, place)
            else:
                self._members(self._opener.archive(path), place)
        except ArchiveTimeoutError:
            raise
        except (ArchiveError, InstallerError) as error:
            self._give_up(place.shown, str(error))

    def _part(self, part: Member, place: _Place) -> None:
        """An archive within a program is no payload of its own: what is in it is."""
        if part.path:
            self._open(part.path, _format(part.path, part.name), place)
        if part.problem:
            self._give_up(place.shown, part.problem)

    def _open_installer(self, path: Path, place: _Place) -> None:
        installer = read_installer(path)
        self.contents.installers.append((place.shown, installer))
        self.contents.sql.extend((place.shown, how) for how in installer.sql)
        for stream in self._opener.compound(path):
            if stream.path and _format(stream.path, stream.name) == "archive":
                self._open(stream.path, "archive", _Place(place.shown, place.depth + 1, installer.files))
            else:
                self._members([stream], place)

    def _members(self, members: Iterable[Member], place: _Place) -> None:
        for member in members:
            named = place.files.get(member.name)
            inner = _Place(_join(place.shown, named.name if named else member.name), place.depth + 1)
            if member.problem:
                self._give_up(inner.shown if member.name else place.shown, member.problem)
            if member.path:
                self._look(member.path, inner, named)
            elif member.name:
                self.contents.payloads.append(Payload(inner.shown, member.size))

    def _search_text(self, path: Path, shown: str) -> None:
        """Command files and the like may call a script or hold statements."""
        with path.open("rb") as file:
            text = decode(file.read(_LARGEST_TEXT))
        if ".sql" in text.casefold() or is_sql_text(text):
            self.contents.sql.append((shown, "holds SQL or calls a script"))

    def _give_up(self, shown: str, reason: str) -> None:
        self.contents.unreadable.append((shown, reason))


def _format(path: Path, name: str) -> Format:
    with path.open("rb") as file:
        return recognise(name, file.read(_HEAD))


def _join(shown: str, name: str) -> str:
    return f"{shown}/{name}" if shown else name
