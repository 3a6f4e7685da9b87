# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The content of an RT_VERSION resource of a PE file (Microsoft's VS_VERSIONINFO structure)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_ENGLISH_US = 0x0409
_UNICODE = 1200


@dataclass(frozen=True)
class VersionInfo:
    file_version: str
    strings: tuple[tuple[str, str], ...]


def version_block(version: VersionInfo) -> bytes:
    strings = b"".join(_aligned(_block(key, _text(value), len(value) + 1, text=True)) for key, value in version.strings)
    table = _block(f"{_ENGLISH_US:04X}{_UNICODE:04X}", b"", 0, text=True, children=strings)
    string_info = _aligned(_block("StringFileInfo", b"", 0, text=True, children=table))
    translation = _block("Translation", struct.pack("<HH", _ENGLISH_US, _UNICODE), 4, text=False)
    var_info = _block("VarFileInfo", b"", 0, text=True, children=translation)
    fixed = _fixed_file_info(version.file_version)
    return _block("VS_VERSION_INFO", fixed, len(fixed), text=False, children=string_info + var_info)


def _block(key: str, value: bytes, value_length: int, *, text: bool, children: bytes = b"") -> bytes:
    body = _aligned(bytes(6) + _text(key)) + value
    if children:
        body = _aligned(body) + children
    return struct.pack("<HHH", len(body), value_length, int(text)) + body[6:]


def _fixed_file_info(file_version: str) -> bytes:
    major, minor, build, revision = (int(part) for part in file_version.split("."))
    high, low = major << 16 | minor, build << 16 | revision
    return struct.pack("<13I", 0xFEEF04BD, 0x10000, high, low, high, low, 0x3F, 0, 0x40004, 2, 0, 0, 0)


def _text(value: str) -> bytes:
    return value.encode("utf-16-le") + b"\0\0"


def _aligned(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
