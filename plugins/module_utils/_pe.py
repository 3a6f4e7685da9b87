# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the headers of a Windows program file tell: for which processor it is, and its version.

Read here and not with a library, because only a few hundred bytes of each payload are needed.
Sources: Microsoft's "PE Format" and VS_FIXEDFILEINFO; ECMA-335 II.25.3.3 (CLI header).
"""

from __future__ import annotations

import struct
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ._architecture import Architecture

_MACHINES: dict[int, Architecture] = {0x014C: "x86", 0x8664: "x64", 0x0200: "ia64", 0xAA64: "arm64"}
_PE32_PLUS = 0x20B
_RESOURCES, _CLI_HEADER = 2, 14
_IL_ONLY, _REQUIRES_32_BIT, _PREFERS_32_BIT = 0x1, 0x2, 0x20000
_FIXED_FILE_INFO = struct.pack("<I", 0xFEEF04BD)
_LARGEST_RESOURCES = 16 * 1024 * 1024


@dataclass(frozen=True)
class ProgramFile:
    """`architecture` is `any` for a .NET assembly without native code; `version` is empty where none is stated."""

    architecture: Architecture
    version: str


def read_program_file(image: t.BinaryIO) -> ProgramFile:
    """Raises ValueError where the file is no complete PE file."""
    try:
        headers = _Headers(image)
        return ProgramFile(_architecture(headers), _version(headers))
    except struct.error:
        raise ValueError("its PE headers are incomplete") from None


class _Headers:
    """The headers of a PE file, and access to what its data directories point to."""

    def __init__(self, image: t.BinaryIO) -> None:
        self._image = image
        if self._read(0, 2) != b"MZ":
            raise ValueError("it is no program file")
        (offset,) = struct.unpack("<I", self._read(0x3C, 4))
        signature, self.machine, sections, size = struct.unpack("<4sHH12xH2x", self._read(offset, 24))
        if signature != b"PE\0\0":
            raise ValueError("it is a program for DOS or 16-bit Windows, or damaged")
        self._optional = self._read(offset + 24, size)
        table = self._read(offset + 24 + size, 40 * sections)
        self._sections = [struct.unpack_from("<8x4I", table, 40 * number) for number in range(sections)]

    def directory(self, number: int, limit: int) -> bytes:
        """Up to `limit` bytes of what a data directory points to; empty where it points to nothing."""
        (magic,) = struct.unpack_from("<H", self._optional)
        entry = (112 if magic == _PE32_PLUS else 96) + 8 * number
        if len(self._optional) < entry + 8:
            return b""
        address, size = struct.unpack_from("<II", self._optional, entry)
        for virtual_size, start, raw_size, raw in self._sections:
            if address and start <= address < start + max(virtual_size, raw_size):
                return self._read(raw + address - start, min(size, limit))
        return b""

    def _read(self, offset: int, size: int) -> bytes:
        self._image.seek(offset)
        return self._image.read(size)


def _architecture(headers: _Headers) -> Architecture:
    architecture = _MACHINES.get(headers.machine, "unknown")
    cli = headers.directory(_CLI_HEADER, 20)
    if architecture != "x86" or not cli:
        return architecture
    (flags,) = struct.unpack_from("<I", cli, 16)
    wants_32_bit = flags & _REQUIRES_32_BIT and not flags & _PREFERS_32_BIT
    return "any" if flags & _IL_ONLY and not wants_32_bit else architecture


def _version(headers: _Headers) -> str:
    resources = headers.directory(_RESOURCES, _LARGEST_RESOURCES)
    found = resources.find(_FIXED_FILE_INFO)
    if found < 0 or len(resources) < found + 16:
        return ""
    high, low = struct.unpack_from("<II", resources, found + 8)
    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"
