# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a simulated computer: one drive in memory, with Windows' rules for names."""

from __future__ import annotations

import hashlib
import ntpath
import re
import threading
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

if t.TYPE_CHECKING:
    from tests.lab.events import EventLog

_FORBIDDEN = re.compile(r'[<>"|?*\x00-\x1f]')


class FileError(OSError):
    """A path that does not exist, is of the other kind, or is not a Windows path."""


@dataclass
class Node:
    """A file or, where `data` is None, a folder. `path` is as it was first written."""

    path: str
    data: bytes | None
    modified: datetime = field(default_factory=lambda: datetime.now(timezone.utc))


class Files:
    """Paths are absolute, such as `C:\\Windows`; slashes, case and `..` are normalised as Windows does."""

    def __init__(self, computer: str, events: EventLog, folders: t.Iterable[str]) -> None:
        self._computer = computer
        self._events = events
        self._lock = threading.RLock()
        self._nodes: dict[str, Node] = {}
        for folder in folders:
            self.make_dir(folder)

    def exists(self, path: str) -> bool:
        return _key(path) in self._nodes

    def is_dir(self, path: str) -> bool:
        node = self._nodes.get(_key(path))
        return node is not None and node.data is None

    def node(self, path: str) -> Node:
        """The file or folder at a path; raises `FileError` where there is none."""
        try:
            return self._nodes[_key(path)]
        except KeyError:
            raise FileError(f"Could not find {path} on {self._computer}") from None

    def read(self, path: str) -> bytes:
        data = self.node(path).data
        if data is None:
            raise FileError(f"{path} on {self._computer} is a folder")
        return data

    def mtime(self, path: str) -> datetime:
        return self.node(path).modified

    def list(self, path: str) -> list[Node]:
        """What lies directly in a folder, by name."""
        folder = _key(self.node(path).path)
        return [node for key, node in sorted(self._nodes.items()) if key != folder and ntpath.dirname(key) == folder]

    def nodes(self) -> tuple[Node, ...]:
        """Every file and folder of the computer, by name."""
        return tuple(node for _key, node in sorted(self._nodes.items()))

    def write(self, path: str, data: bytes, origin: str) -> None:
        """Write a file whole; its folder must exist."""
        with self._lock:
            if not self.is_dir(ntpath.dirname(_normal(path))):
                raise FileError(f"Could not find a part of the path {path} on {self._computer}")
            if self.is_dir(path):
                raise FileError(f"{path} on {self._computer} is a folder")
            known = self._nodes.get(_key(path))
            self._nodes[_key(path)] = Node(known.path if known else _normal(path), data)
        digest = hashlib.sha256(data).hexdigest()
        self._events.emit("file.written", computer=self._computer, path=_normal(path), sha256=digest, origin=origin)

    def make_dir(self, path: str) -> None:
        """Make a folder with those above it; raises `FileError` where a file is in the way."""
        with self._lock:
            if self.exists(path):
                if not self.is_dir(path):
                    raise FileError(f"{path} on {self._computer} is a file")
                return
            if (parent := ntpath.dirname(_normal(path))) != _normal(path):
                self.make_dir(parent)
            self._nodes[_key(path)] = Node(_normal(path), None)

    def remove(self, path: str, origin: str) -> None:
        """Delete a file, or a folder with all that is in it."""
        with self._lock:
            root = _key(self.node(path).path)
            for key in [key for key in self._nodes if key == root or key.startswith(root.rstrip("\\") + "\\")]:
                del self._nodes[key]
        self._events.emit("file.removed", computer=self._computer, path=_normal(path), origin=origin)


def _normal(path: str) -> str:
    drive, rest = ntpath.splitdrive(path)
    if not re.fullmatch("[A-Za-z]:", drive) or not rest.startswith(("\\", "/")) or _FORBIDDEN.search(rest):
        raise FileError(f"{path!r} is not an absolute path of a file on a local drive")
    return ntpath.normpath(path)


def _key(path: str) -> str:
    return _normal(path).casefold()
