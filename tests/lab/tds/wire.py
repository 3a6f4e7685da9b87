# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Little-endian numbers and counted strings, as TDS has them in every structure."""

from __future__ import annotations

import struct


class MalformedError(ValueError):
    """A client sent something that [MS-TDS] does not allow, or that this server cannot read."""


class Reader:
    """Reads a message from front to back."""

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position

    @property
    def exhausted(self) -> bool:
        return self.position >= len(self.data)

    def take(self, size: int) -> bytes:
        end = self.position + size
        if size < 0 or end > len(self.data):
            raise MalformedError(f"{size} bytes at {self.position} of a message of {len(self.data)} bytes")
        chunk = self.data[self.position : end]
        self.position = end
        return chunk

    def number(self, size: int, *, signed: bool = False) -> int:
        return int.from_bytes(self.take(size), "little", signed=signed)

    def u8(self) -> int:
        return self.number(1)

    def u16(self) -> int:
        return self.number(2)

    def u32(self) -> int:
        return self.number(4)

    def b_varchar(self) -> str:
        return self.take(self.u8() * 2).decode("utf-16-le")

    def us_varchar(self) -> str:
        return self.take(self.u16() * 2).decode("utf-16-le")


def b_varchar(text: str) -> bytes:
    return bytes([len(encoded := text[:255].encode("utf-16-le")) // 2]) + encoded


def us_varchar(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<H", len(encoded) // 2) + encoded


def skip_all_headers(reader: Reader) -> None:
    """[MS-TDS] 2.2.5.3: a batch and a remote procedure call begin with headers that count their own length."""
    reader.take(int.from_bytes(reader.data[reader.position : reader.position + 4], "little"))
