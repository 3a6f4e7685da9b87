# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The resource section of a PE file (Microsoft's "PE Format", The .rsrc Section)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

RT_RCDATA, RT_VERSION = 10, 16
_ENGLISH_US = 0x0409
_SUBDIRECTORY = _IS_NAME = 0x80000000
_DIRECTORY, _ENTRY, _LEAF = 16, 8, 16


@dataclass(frozen=True)
class Resource:
    """`name` is a number, or a text as IExpress uses it (`CABINET`)."""

    kind: int
    name: int | str
    content: bytes


def resource_section(resources: list[Resource], address: int) -> bytes:
    """One resource of each type; three directories (type, name, language) lead to each."""
    resources = sorted(resources, key=lambda resource: resource.kind)
    level = _DIRECTORY + _ENTRY
    first = _DIRECTORY + _ENTRY * len(resources)
    place = first + (2 * level + _LEAF) * len(resources)
    root, tree, contents = _directory(0, len(resources)), b"", b""
    for number, resource in enumerate(resources):
        at = first + (2 * level + _LEAF) * number
        root += struct.pack("<II", resource.kind, _SUBDIRECTORY | at)
        start = place + len(contents)
        if isinstance(resource.name, str):
            name = struct.pack("<H", len(resource.name)) + resource.name.encode("utf-16-le")
            contents += _aligned(name)
            tree += _directory(1, 0) + struct.pack("<II", _IS_NAME | start, _SUBDIRECTORY | at + level)
            start = place + len(contents)
        else:
            tree += _directory(0, 1) + struct.pack("<II", resource.name, _SUBDIRECTORY | at + level)
        tree += _directory(0, 1) + struct.pack("<II", _ENGLISH_US, at + 2 * level)
        tree += struct.pack("<IIII", address + start, len(resource.content), 0, 0)
        contents += _aligned(resource.content)
    return root + tree + contents


def _directory(named: int, numbered: int) -> bytes:
    return struct.pack("<IIHHHH", 0, 0, 0, 0, named, numbered)


def _aligned(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
