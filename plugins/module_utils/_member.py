# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file in a container, and its content: on disk, or in memory where it is small and comes as a stream."""

from __future__ import annotations

import contextlib
import io
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Blob(t.Protocol):
    @property
    def size(self) -> int:
        """In bytes."""

    def open(self) -> t.BinaryIO:
        """To be closed by the caller."""

    def read(self) -> bytes:
        """All of it."""

    def on_disk(self) -> contextlib.AbstractContextManager[Path]:
        """For those who read files only: where it lies as long as they do."""


@dataclass(frozen=True)
class OnDisk:
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def open(self) -> t.BinaryIO:
        return self.path.open("rb")

    def read(self) -> bytes:
        return self.path.read_bytes()

    def on_disk(self) -> contextlib.AbstractContextManager[Path]:
        return contextlib.nullcontext(self.path)


@dataclass(frozen=True)
class InMemory:
    content: bytes
    place: Path
    """Where in the private folder it is written if that is wanted."""

    @property
    def size(self) -> int:
        return len(self.content)

    def open(self) -> t.BinaryIO:
        return io.BytesIO(self.content)

    def read(self) -> bytes:
        return self.content

    @contextlib.contextmanager
    def on_disk(self) -> Iterator[Path]:
        self.place.write_bytes(self.content)
        try:
            yield self.place
        finally:
            self.place.unlink()


@dataclass(frozen=True)
class Member:
    """`content` is there until the next member is asked for, if it could be had at all.

    `kind` is 7-Zip's name of the format where the file is an archive that was cut out of another file.
    """

    name: str
    size: int
    content: Blob | None = None
    problem: str = ""
    kind: str = ""
