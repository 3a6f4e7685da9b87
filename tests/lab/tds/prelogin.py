# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRELOGIN ([MS-TDS] 2.2.6.5): versions, and whether the connection is encrypted."""

from __future__ import annotations

import enum
import struct
import typing as t

OPTION = struct.Struct(">BHH")
TERMINATOR = 0xFF


class Option(enum.IntEnum):
    VERSION = 0
    ENCRYPTION = 1
    INSTANCE = 2
    THREAD_ID = 3
    MARS = 4


class Encryption(enum.IntEnum):
    OFF = 0
    ON = 1
    NOT_SUPPORTED = 2
    REQUIRED = 3


def parse(payload: bytes) -> dict[int, bytes]:
    options: dict[int, bytes] = {}
    position = 0
    while payload[position] != TERMINATOR:
        kind, offset, length = OPTION.unpack_from(payload, position)
        options[kind] = payload[offset : offset + length]
        position += OPTION.size
    return options


def build(options: t.Mapping[int, bytes]) -> bytes:
    offset = len(options) * OPTION.size + 1
    head = body = b""
    for kind, value in options.items():
        head += OPTION.pack(kind, offset + len(body), len(value))
        body += value
    return head + bytes([TERMINATOR]) + body


def answer(request: bytes, version: tuple[int, int, int]) -> tuple[bytes, Encryption]:
    """The server's PRELOGIN and what was agreed: a client that can encrypt does so for the whole session."""
    wanted = parse(request).get(Option.ENCRYPTION, bytes([Encryption.NOT_SUPPORTED]))[0]
    agreed = Encryption.NOT_SUPPORTED if wanted == Encryption.NOT_SUPPORTED else Encryption.ON
    options: dict[int, bytes] = {
        Option.VERSION: struct.pack(">BBHH", *version, 0),
        Option.ENCRYPTION: bytes([agreed]),
        Option.INSTANCE: b"\0",
        Option.THREAD_ID: b"",
        Option.MARS: b"\0",
    }
    return build(options), agreed
