# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the headers of a Windows program file tell: for which processor it is, its version, whether it is signed.

Read here and not with a library, because only some hundred bytes of each file are needed, however large it is.
Sources: Microsoft's "PE Format" and VS_FIXEDFILEINFO; ECMA-335 II.25.3.3 (CLI header).
"""

from __future__ import annotations

import io
import struct
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ._architecture import Architecture

_MACHINES: dict[int, Architecture] = {0x014C: "x86", 0x8664: "x64", 0x0200: "ia64", 0xAA64: "arm64"}
_PE32_PLUS = 0x20B
_RESOURCES, _CERTIFICATES, _CLI_HEADER = 2, 4, 14
_RT_VERSION = 16
_IL_ONLY, _REQUIRES_32_BIT, _PREFERS_32_BIT = 0x1, 0x2, 0x20000
_FIXED_FILE_INFO = struct.pack("<I", 0xFEEF04BD)
_SYMBOL_SIZE = 18
_LARGEST_VERSION_BLOCK = 64 * 1024
_STRINGS = ("ProductName", "FileDescription", "ProductVersion", "FileVersion", "OriginalFilename", "CompanyName")


@dataclass(frozen=True)
class Certificates:
    """Where the Authenticode signature lies in the file, and the places that it does not cover."""

    offset: int
    size: int
    checksum_offset: int
    entry_offset: int


@dataclass(frozen=True)
class ProgramFile:
    """`architecture` is `any` for a .NET assembly without native code; `version` is empty where none is stated."""

    architecture: Architecture
    version: str
    strings: Mapping[str, str]
    certificates: Certificates | None
    end: int
    """Where the program ends; what the file holds behind it, Windows does not load."""


def read_program_file(image: t.BinaryIO) -> ProgramFile:
    """Raises ValueError where the file is no complete PE file."""
    try:
        headers = _Headers(image)
        block = _version_block(headers)
        return ProgramFile(
            architecture=_architecture(headers),
            version=_version(block),
            strings=dict(_strings(block)),
            certificates=headers.certificates(),
            end=headers.end(),
        )
    except struct.error:
        raise ValueError("its PE headers are incomplete") from None


class _Headers:
    """The headers of a PE file, and access to what they point to."""

    def __init__(self, image: t.BinaryIO) -> None:
        self._image = image
        if self._read(0, 2) != b"MZ":
            raise ValueError("it is no program file")
        (offset,) = struct.unpack("<I", self._read(0x3C, 4))
        signature, self.machine, sections, self._symbols, self._symbol_count, size = struct.unpack(
            "<4sHH4xIIH2x", self._read(offset, 24)
        )
        if signature != b"PE\0\0":
            raise ValueError("it is a program for DOS or 16-bit Windows, or damaged")
        self._optional_offset = offset + 24
        self._optional = self._read(self._optional_offset, size)
        table = self._read(offset + 24 + size, 40 * sections)
        self._sections = [struct.unpack_from("<8x4I", table, 40 * number) for number in range(sections)]

    def directory(self, number: int) -> tuple[int, int]:
        """Address and size of what a data directory points to; zeros where it points to nothing."""
        entry = self._entry(number)
        if len(self._optional) < entry + 8:
            return 0, 0
        address, size = struct.unpack_from("<II", self._optional, entry)
        return address, size

    def at(self, address: int, size: int) -> bytes:
        """What Windows would have at `address` in memory."""
        for virtual_size, start, raw_size, raw in self._sections:
            if start <= address < start + max(virtual_size, raw_size):
                return self._read(raw + address - start, size)
        return b""

    def certificates(self) -> Certificates | None:
        # The one directory whose address is a place in the file.
        offset, size = self.directory(_CERTIFICATES)
        entry_offset = self._optional_offset + self._entry(_CERTIFICATES)
        return Certificates(offset, size, self._optional_offset + 64, entry_offset) if size else None

    def end(self) -> int:
        """Behind the headers, the sections, and the symbols that some compilers leave there."""
        ends: list[int] = [struct.unpack_from("<60xI", self._optional)[0]]
        ends += [raw + raw_size for _virtual_size, _start, raw_size, raw in self._sections if raw_size]
        # Without all of its sections Windows does not load it; what is said of the symbols may be stale.
        if max(ends) > self._image.seek(0, io.SEEK_END):
            raise ValueError("it is cut off")
        if self._symbols:
            strings = self._symbols + _SYMBOL_SIZE * self._symbol_count
            ends.append(strings + int.from_bytes(self._read(strings, 4), "little"))
        return max(ends)

    def _entry(self, number: int) -> int:
        (magic,) = struct.unpack_from("<H", self._optional)
        return (112 if magic == _PE32_PLUS else 96) + 8 * number

    def _read(self, offset: int, size: int) -> bytes:
        self._image.seek(offset)
        return self._image.read(size)


def _architecture(headers: _Headers) -> Architecture:
    architecture = _MACHINES.get(headers.machine, "unknown")
    address, _size = headers.directory(_CLI_HEADER)
    if architecture != "x86" or not address:
        return architecture
    (flags,) = struct.unpack("<I", headers.at(address + 16, 4))
    wants_32_bit = flags & _REQUIRES_32_BIT and not flags & _PREFERS_32_BIT
    return "any" if flags & _IL_ONLY and not wants_32_bit else architecture


def _version_block(headers: _Headers) -> bytes:
    """The resource of type RT_VERSION: three directories (type, name, language) lead to it."""
    root, _size = headers.directory(_RESOURCES)
    offset = _resource(headers, root, 0, _RT_VERSION) if root else None
    for _level in ("name", "language"):
        offset = _resource(headers, root, offset, None) if offset is not None else None
    if offset is None:
        return b""
    address, size = struct.unpack("<II", headers.at(root + offset, 8))
    return headers.at(address, min(size, _LARGEST_VERSION_BLOCK))


def _resource(headers: _Headers, root: int, offset: int, wanted: int | None) -> int | None:
    """The offset of a directory's entry with the id `wanted`, or of its first one."""
    named, numbered = struct.unpack("<12xHH", headers.at(root + offset, 16))
    entries = headers.at(root + offset + 16, 8 * (named + numbered))
    for identifier, target in struct.iter_unpack("<II", entries[: len(entries) // 8 * 8]):
        if wanted in (None, identifier):
            return int(target) & 0x7FFFFFFF
    return None


def _version(block: bytes) -> str:
    found = block.find(_FIXED_FILE_INFO)
    if found < 0 or len(block) < found + 16:
        return ""
    high, low = struct.unpack_from("<II", block, found + 8)
    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"


def _strings(block: bytes) -> t.Iterator[tuple[str, str]]:
    """Each string is its length in characters (and a type), its name, and its text at the next multiple of four."""
    for name in _STRINGS:
        key = f"{name}\0".encode("utf-16-le")
        found = block.find(key)
        if found >= 6:
            (length,) = struct.unpack_from("<H", block, found - 4)
            start = found + len(key) + -(found + len(key)) % 4
            yield name, block[start : start + 2 * length].decode("utf-16-le", "replace").rstrip("\0 ")
