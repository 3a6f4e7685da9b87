# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes small but complete Windows PE files: headers, code that returns at once, a version resource.

Layouts: Microsoft's "PE Format" specification. Written here because no compiler for Windows comes from PyPI;
the tests read the result with two independent programs.
"""

from __future__ import annotations

import struct
import typing as t
from dataclasses import dataclass

from .version_resource import VersionInfo, version_resource

if t.TYPE_CHECKING:
    from .spec import Architecture

_FILE_ALIGNMENT = 0x200
_SECTION_ALIGNMENT = 0x1000
_HEADERS_SIZE = 0x400
_MACHINE = {"x86": 0x014C, "x64": 0x8664}
_EXECUTABLE_IMAGE, _LARGE_ADDRESS_AWARE, _32BIT_MACHINE, _DLL = 0x0002, 0x0020, 0x0100, 0x2000
_SUBSYSTEM_GUI = 2
_NX_COMPAT = 0x0100
_TEXT_FLAGS, _RESOURCE_FLAGS = 0x60000020, 0x40000040
_RESOURCE_DIRECTORY = 2
# mov eax, 1; ret 12 (x86) and mov eax, 1; ret (x64): what a DLL's entry point answers when all is well.
_CODE = {"x86": bytes.fromhex("b801000000c20c00"), "x64": bytes.fromhex("b801000000c3")}


@dataclass(frozen=True)
class _Section:
    name: bytes
    address: int
    data: bytes
    flags: int

    def header(self, offset: int) -> bytes:
        size = len(_padded(self.data, _FILE_ALIGNMENT))
        return struct.pack(
            "<8sIIIIIIHHI", self.name, len(self.data), self.address, size, offset, 0, 0, 0, 0, self.flags
        )


def portable_executable(architecture: Architecture, version: VersionInfo, *, dll: bool) -> bytes:
    text = _Section(b".text", _SECTION_ALIGNMENT, _CODE[architecture], _TEXT_FLAGS)
    resource_address = 2 * _SECTION_ALIGNMENT
    resources = _Section(b".rsrc", resource_address, version_resource(version, resource_address), _RESOURCE_FLAGS)
    image = _headers(architecture, text, resources, dll=dll)
    for section in (text, resources):
        image += _padded(section.data, _FILE_ALIGNMENT)
    return image


def _headers(architecture: Architecture, text: _Section, resources: _Section, *, dll: bool) -> bytes:
    optional = _optional_header(architecture, text, resources)
    flags = (
        _EXECUTABLE_IMAGE | (_32BIT_MACHINE if architecture == "x86" else _LARGE_ADDRESS_AWARE) | (_DLL if dll else 0)
    )
    coff = struct.pack("<HHIIIHH", _MACHINE[architecture], 2, 0, 0, 0, len(optional), flags)
    dos = struct.pack("<2s58xI", b"MZ", 64)
    text_offset = _HEADERS_SIZE
    resource_offset = text_offset + len(_padded(text.data, _FILE_ALIGNMENT))
    sections = text.header(text_offset) + resources.header(resource_offset)
    return _padded(dos + b"PE\0\0" + coff + optional + sections, _HEADERS_SIZE)


def _optional_header(architecture: Architecture, text: _Section, resources: _Section) -> bytes:
    wide = architecture == "x64"
    code_size = len(_padded(text.data, _FILE_ALIGNMENT))
    data_size = len(_padded(resources.data, _FILE_ALIGNMENT))
    image_size = resources.address + len(_padded(resources.data, _SECTION_ALIGNMENT))
    word = "Q" if wide else "I"
    standard = struct.pack(
        "<HBBIIIII", 0x20B if wide else 0x10B, 14, 0, code_size, data_size, 0, text.address, text.address
    )
    if not wide:
        standard += struct.pack("<I", resources.address)
    windows = struct.pack(
        f"<{word}IIHHHHHHIIIIHH4{word}II",
        0x180000000 if wide else 0x10000000,
        _SECTION_ALIGNMENT,
        _FILE_ALIGNMENT,
        *(6, 0, 0, 0, 6, 0),
        0,
        image_size,
        _HEADERS_SIZE,
        0,
        _SUBSYSTEM_GUI,
        _NX_COMPAT,
        *(0x100000, 0x1000, 0x100000, 0x1000),
        0,
        16,
    )
    directories = [(0, 0)] * 16
    directories[_RESOURCE_DIRECTORY] = (resources.address, len(resources.data))
    return standard + windows + b"".join(struct.pack("<II", *directory) for directory in directories)


def _padded(data: bytes, alignment: int) -> bytes:
    return data + bytes(-len(data) % alignment)
