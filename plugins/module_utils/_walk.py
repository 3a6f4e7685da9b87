# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Walks through a package, container by container, and collects what lies in it.

Nothing is run, and nothing is written outside a private folder that is removed in any case.
"""

from __future__ import annotations

import contextlib
import tempfile
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._archive import ArchiveError, ArchiveTimeoutError
from ansible_collections.biztalk.patching.plugins.module_utils._burn import MANIFEST, read_manifest
from ansible_collections.biztalk.patching.plugins.module_utils._cabinet import BrokenStreamError
from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents, Payload
from ansible_collections.biztalk.patching.plugins.module_utils._embedded import Span
from ansible_collections.biztalk.patching.plugins.module_utils._folder import folder_members
from ansible_collections.biztalk.patching.plugins.module_utils._formats import extension, recognise
from ansible_collections.biztalk.patching.plugins.module_utils._installer import InstallerError, read_installer
from ansible_collections.biztalk.patching.plugins.module_utils._member import OnDisk
from ansible_collections.biztalk.patching.plugins.module_utils._opener import Limits, Opener
from ansible_collections.biztalk.patching.plugins.module_utils._pe import read_program_file
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import read_setup_xml
from ansible_collections.biztalk.patching.plugins.module_utils._sql_text import search_program, search_text

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ansible_collections.biztalk.patching.plugins.module_utils._archive import Archiver
    from ansible_collections.biztalk.patching.plugins.module_utils._formats import Format
    from ansible_collections.biztalk.patching.plugins.module_utils._installer import InstallerFile
    from ansible_collections.biztalk.patching.plugins.module_utils._member import Blob, Member
    from ansible_collections.biztalk.patching.plugins.module_utils._pe import ProgramFile

_HEAD = 4096


@dataclass(frozen=True)
class _Place:
    """Where the walk is: the path through the containers, and the File table that names what comes next."""

    shown: str
    depth: int
    files: dict[str, InstallerFile] = field(default_factory=dict)


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
        self._open(path, _format(OnDisk(path), path.name), _Place("", 0))
        if self.contents.unreadable and self.contents.unreadable[0][0] == "":
            raise ArchiveError(self.contents.unreadable[0][1])
        if not self.contents.payloads and not self.contents.installers:
            raise ArchiveError("it holds no files")

    def folder(self, root: Path) -> None:
        for member in folder_members(root):
            self._opener.count(1, member.size)
            try:
                if member.content:
                    self._look(member.content, _Place(member.name, 0))
                else:
                    self._give_up(member.name, member.problem)
            except OSError as error:
                self._give_up(member.name, error.strerror or str(error))

    def _look(self, content: Blob, place: _Place, named: InstallerFile | None = None) -> None:
        format_ = _format(content, place.shown)
        if format_ == "program":
            self._look_at_program(content, place)
            return
        version = named.version if named else ""
        source = "MSI File table" if version else ""
        self.contents.payloads.append(Payload(place.shown, content.size, None, version, source))
        if format_ in ("archive", "compound"):
            with content.on_disk() as path:
                self._open(path, format_, place)
        elif format_ == "setup_xml":
            self.contents.setup_xmls.append((place.shown, read_setup_xml(content.read())))
        elif format_ == "script":
            self.contents.sql.append((place.shown, "is a script"))
        else:
            self._judge_text(content, place.shown, format_)

    def _look_at_program(self, content: Blob, place: _Place) -> None:
        try:
            program = _program(content)
        except ValueError as error:
            self.contents.payloads.append(Payload(place.shown, content.size))
            self._give_up(place.shown, str(error))
            return
        source = "PE version resource" if program.version else ""
        self.contents.payloads.append(Payload(place.shown, content.size, program.architecture, program.version, source))
        with self._noting_failures(place):
            self._open_program(content, place, program)

    def _judge_text(self, content: Blob, shown: str, format_: Format) -> None:
        if format_ == "unknown":
            self._give_up(shown, "its format is unknown")
        elif format_ != "leaf":
            with content.open() as file:
                found = search_text(file)
            if format_ != "data" and found:
                self.contents.sql.append((shown, f"holds SQL or calls a script ({found.text})"))
            elif found and found.is_statement:
                self._give_up(shown, f"it is data or a document, but holds SQL ({found.text})")
            elif format_ == "text":
                self._give_up(shown, "it is a text, but its name does not tell what for")

    def _open(self, path: Path, format_: Format, place: _Place) -> None:
        """Look at every member of a container."""
        with self._noting_failures(place):
            if format_ == "compound":
                self._open_installer(path, place)
            elif format_ == "program":
                self._open_program(OnDisk(path), place, _program(OnDisk(path)))
            else:
                self._open_archive(path, place)

    @contextlib.contextmanager
    def _noting_failures(self, place: _Place) -> Iterator[None]:
        """A container that cannot be opened is noted, with the reason; too many within one another are an error."""
        self._opener.check_depth(place.depth, place.shown)
        try:
            yield
        except ArchiveTimeoutError:
            raise
        except (ArchiveError, InstallerError, ValueError) as error:
            self._give_up(place.shown, str(error))

    def _open_program(self, content: Blob, place: _Place, program: ProgramFile) -> None:
        explained = [Span(0, program.end)]
        if program.certificates:
            start = program.certificates.offset
            explained.append(Span(start, start + program.certificates.size))
        for part in self._opener.parts(content, explained):
            self._part(part, place)
        self._add_named_scripts(place.shown, place.files.values())

    def _open_archive(self, path: Path, place: _Place) -> None:
        whole = True
        for part in self._opener.parts(OnDisk(path)):
            whole = False
            self._part(part, place)
        if whole:
            self._open_whole(path, "", place)

    def _open_whole(self, path: Path, kind: str, place: _Place) -> None:
        mark = self.contents.mark()
        try:
            self._members(self._opener.archive(path, kind), place)
        except BrokenStreamError:
            self.contents.forget_since(mark)
            self._members(self._opener.archive(path, kind, written=True), place)

    def _part(self, part: Member, place: _Place) -> None:
        """An archive within another file is no payload of its own: what is in it is."""
        if part.content is None:
            return
        if not part.kind and _format(part.content, "") == "text":
            self._judge_text(part.content, place.shown, "command")
        elif not part.kind:
            self._give_up(place.shown, f"{part.name} are of an unknown format")
        else:
            with part.content.on_disk() as path:
                if part.kind == "Compound":
                    self._open(path, "compound", place)
                else:
                    self._open_whole(path, part.kind, place)

    def _open_installer(self, path: Path, place: _Place) -> None:
        installer = read_installer(path)
        self.contents.installers.append((place.shown, installer))
        self.contents.sql.extend((place.shown, how) for how in installer.sql)
        for stream in self._opener.compound(path):
            if stream.content and _format(stream.content, stream.name) == "archive":
                with stream.content.on_disk() as cabinet:
                    self._open(cabinet, "archive", _Place(place.shown, place.depth + 1, dict(installer.files)))
            else:
                self._members([stream], place)
                self._judge_custom_action(stream, place)
        self._add_named_scripts(place.shown, installer.files.values())

    def _judge_custom_action(self, stream: Member, place: _Place) -> None:
        """A program among an installer's streams is no file that it installs, but code that it runs."""
        if stream.content and _format(stream.content, stream.name) == "program":
            found = search_program(stream.content.read())
            if found:
                reason = f"the installer may run it, and it holds SQL or calls a script ({found.text})"
                self._give_up(_join(place.shown, stream.name), reason)

    def _members(self, members: Iterable[Member], place: _Place) -> None:
        for member in members:
            if member.name == MANIFEST and member.content and (files := read_manifest(member.content.read())):
                place.files.update(files)
                continue
            named = place.files.get(member.name)
            inner = _Place(_join(place.shown, named.name if named else member.name), place.depth + 1)
            if member.problem:
                self._give_up(inner.shown if member.name else place.shown, member.problem)
            if member.content:
                self._look(member.content, inner, named)
            elif member.name:
                self._absent(inner.shown, member.size)

    def _absent(self, shown: str, size: int) -> None:
        """A file whose content could not be had: its name may tell."""
        self.contents.payloads.append(Payload(shown, size))
        if extension(shown) == "sql":
            self.contents.sql.append((shown, "is a script"))

    def _add_named_scripts(self, shown: str, files: Iterable[InstallerFile]) -> None:
        """Scripts that an installer's table names but that lie elsewhere, or cannot be had."""
        scripts = [file.name for file in files if extension(file.name) == "sql"]
        held = {payload.path for payload in self.contents.payloads} if scripts else set()
        self.contents.sql += [(shown, f"names {name}") for name in scripts if _join(shown, name) not in held]

    def _give_up(self, shown: str, reason: str) -> None:
        self.contents.unreadable.append((shown, reason))


def _format(content: Blob, name: str) -> Format:
    with content.open() as file:
        return recognise(name, file.read(_HEAD))


def _program(content: Blob) -> ProgramFile:
    with content.open() as file:
        return read_program_file(file)


def _join(shown: str, name: str) -> str:
    return f"{shown}/{name}" if shown else name
