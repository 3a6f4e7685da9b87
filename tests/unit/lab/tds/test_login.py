# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import struct

import pytest

from tests.lab.tds.login import Login, reveal
from tests.lab.tds.wire import MalformedError


def obfuscate(text: str) -> bytes:
    return bytes(((byte << 4 & 0xF0) | byte >> 4) ^ 0xA5 for byte in text.encode("utf-16-le"))


def login7(*, flags: int = 0, types: int = 0, **texts: str) -> bytes:
    names = ("host", "user", "password", "program", "server", "extension", "library", "language", "database")
    offset, places, data = 94, b"", b""
    for name in names:
        text = texts.get(name, "")
        places += struct.pack("<HH", offset + len(data), len(text))
        data += obfuscate(text) if name == "password" else text.encode("utf-16-le")
    fixed = bytearray(36)
    fixed[25], fixed[26] = flags, types
    return (bytes(fixed) + places).ljust(94, b"\0") + data


def test_parse() -> None:
    payload = login7(host="BTS1", user="patching", password="Pä$$wort", program="ansible", server="sql1", database="X")
    login = Login.parse(payload, encrypted=True)
    assert login == Login("patching", "Pä$$wort", "X", "BTS1", "ansible", "sql1", integrated=False, encrypted=True)
    assert "wort" not in repr(login)


def test_integrated() -> None:
    assert Login.parse(login7(flags=0x80), encrypted=True).integrated


@pytest.mark.parametrize(("types", "expected"), [(0, False), (0x20, True)])
def test_application_intent(types: int, expected: bool) -> None:
    assert Login.parse(login7(types=types), encrypted=True).read_only is expected


def test_too_short() -> None:
    with pytest.raises(MalformedError):
        Login.parse(b"\0" * 40, encrypted=False)


def test_reveal() -> None:
    assert reveal(obfuscate("Sql-Patching-1!")) == "Sql-Patching-1!"
