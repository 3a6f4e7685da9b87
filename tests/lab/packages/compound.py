# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes compound files ([MS-CFB], version 3), because msitools make an .msi but no .msp."""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass, field

_SECTOR, _MINI_SECTOR, _SMALL = 512, 64, 4096
_FREE, _END, _TABLE_SECTOR, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_BLACK = 1


@dataclass
class Storage:
    class_id: str
    streams: dict[str, bytes] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    class_id: bytes = bytes(16)
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = 0

    def pack(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<III", self.left, self.right, self.child)
        size = len(self.content)
        return (
            struct.pack("<64sHBB", name, len(name), self.kind, _BLACK)
            + links
            + struct.pack("<16sIQQIQ", self.class_id, 0, 0, 0, self.start, size)
        )


def compound_file(root: Storage) -> bytes:
    entries: list[_Entry] = []
    _add(entries, "Root Entry", root, _ROOT)
    writer = _Sectors()
    mini = _mini_stream(entries)
    for entry in entries:
        if entry.kind == _STREAM and len(entry.content) >= _SMALL:
            entry.start = writer.add(entry.content)
    entries[0].content = mini.content
    entries[0].start = writer.add(mini.content) if mini.content else _END
    directory = b"".join(entry.pack() for entry in entries)
    directory_start = writer.add(directory + _Entry("", 0).pack() * (-len(entries) % 4))
    table = b"".join(struct.pack("<I", number) for number in mini.chain)
    mini_start = writer.add(table + b"\xff" * (-len(table) % _SECTOR)) if table else _END
    return writer.finish(directory_start, mini_start)


def _add(entries: list[_Entry], name: str, storage: Storage, kind: int) -> int:
    number = len(entries)
    own = _Entry(name, kind, class_id=uuid.UUID(storage.class_id).bytes_le)
    entries.append(own)
    children = []
    for child, content in storage.streams.items():
        entries.append(_Entry(child, _STREAM, content))
        children.append(len(entries) - 1)
    children += [_add(entries, child, inner, _STORAGE) for child, inner in storage.storages.items()]
    own.child = _tree(entries, sorted(children, key=lambda at: (len(entries[at].name), entries[at].name.upper())))
    return number


def _tree(entries: list[_Entry], ordered: list[int]) -> int:
    """A balanced tree of siblings; its root."""
    if not ordered:
        return _NONE
    middle = len(ordered) // 2
    top = entries[ordered[middle]]
    top.left, top.right = _tree(entries, ordered[:middle]), _tree(entries, ordered[middle + 1 :])
    return ordered[middle]


@dataclass
class _Mini:
    content: bytes = b""
    chain: list[int] = field(default_factory=list)


def _mini_stream(entries: list[_Entry]) -> _Mini:
    """Small streams share one stream, in sectors of their own."""
    mini = _Mini()
    for entry in entries:
        if entry.kind == _STREAM and len(entry.content) < _SMALL:
            count = -(-len(entry.content) // _MINI_SECTOR)
            entry.start = len(mini.chain) if count else _END
            mini.chain += [*range(len(mini.chain) + 1, len(mini.chain) + count), _END] if count else []
            mini.content += entry.content + bytes(-len(entry.content) % _MINI_SECTOR)
    return mini


class _Sectors:
    def __init__(self) -> None:
        self._content = bytearray()
        self._chain: list[int] = []

    def add(self, content: bytes) -> int:
        start, count = len(self._chain), -(-len(content) // _SECTOR)
        self._chain += [*range(start + 1, start + count), _END]
        self._content += content + bytes(-len(content) % _SECTOR)
        return start

    def finish(self, directory: int, mini: int) -> bytes:
        count = 1
        while (len(self._chain) + count) * 4 > count * _SECTOR:
            count += 1
        tables = list(range(len(self._chain), len(self._chain) + count))
        chain = [*self._chain, *[_TABLE_SECTOR] * count]
        chain += [_FREE] * (count * _SECTOR // 4 - len(chain))
        places = [*tables, *[_FREE] * (109 - count)]
        mini_count = 0 if mini == _END else 1 + sum(1 for _ in self._following(mini))
        header = struct.pack(
            "<8s16sHH2sHH6xIIIIIIIII",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            bytes(16),
            *(0x3E, 3, b"\xfe\xff", 9, 6),
            *(0, count, directory, 0, _SMALL, mini, mini_count, _END, 0),
        )
        return header + struct.pack("<109I", *places) + bytes(self._content) + struct.pack(f"<{len(chain)}I", *chain)

    def _following(self, start: int) -> list[int]:
        chain = []
        while (start := self._chain[start]) != _END:
            chain.append(start)
        return chain
