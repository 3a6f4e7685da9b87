# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LOGIN7 ([MS-TDS] 2.2.6.4): who connects, from where, with which program, to which database."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.lab.tds.wire import MalformedError, Reader

FIXED_PART = 36
OPTION_FLAGS_2 = 25
TYPE_FLAGS = 26
INTEGRATED_SECURITY = 0x80
READ_ONLY_INTENT = 0x20
NAMES = ("host", "user", "password", "program", "server", "extension", "library", "language", "database")


@dataclass(frozen=True)
class Login:
    user: str
    password: str = field(repr=False)
    database: str
    host: str
    program: str
    server: str
    integrated: bool
    encrypted: bool = False
    read_only: bool = False

    @classmethod
    def parse(cls, payload: bytes, *, encrypted: bool) -> Login:
        if len(payload) < FIXED_PART + 4 * len(NAMES):
            raise MalformedError("LOGIN7 is too short")
        reader = Reader(payload, FIXED_PART)
        places = {name: (reader.u16(), reader.u16()) for name in NAMES}

        def raw(name: str) -> bytes:
            offset, length = places[name]
            return payload[offset : offset + 2 * length]

        texts = {name: raw(name).decode("utf-16-le") for name in ("user", "database", "host", "program", "server")}
        integrated = bool(payload[OPTION_FLAGS_2] & INTEGRATED_SECURITY)
        read_only = bool(payload[TYPE_FLAGS] & READ_ONLY_INTENT)
        return cls(
            **texts, password=reveal(raw("password")), integrated=integrated, encrypted=encrypted, read_only=read_only
        )


def reveal(obfuscated: bytes) -> str:
    """[MS-TDS] 2.2.6.4: each byte of a password was rotated by four bits and then combined with 0xA5."""
    plain = bytes(((byte ^ 0xA5) << 4 & 0xF0) | ((byte ^ 0xA5) >> 4) for byte in obfuscated)
    return plain.decode("utf-16-le")
