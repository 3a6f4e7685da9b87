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

from .resources import RT_RCDATA, RT_VERSION, Resource, resource_section
from .version_resource import VersionInfo, version_block

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


def portable_executable(
    architecture: Architecture,
    version: VersionInfo,
    *,
    dll: bool,
    cabinet: bytes = b"",
    section: tuple[bytes, bytes] | None = None,
) -> bytes:
    """`cabinet` becomes a resource, as IExpress makes it; `section` is the name and content of a further section."""
    address = 2 * _SECTION_ALIGNMENT
    resources = [Resource(RT_VERSION, 1, version_block(version))]
    if cabinet:
        resources.append(Resource(RT_RCDATA, "CABINET", cabinet))
    sections = [
        _Section(b".text", _SECTION_ALIGNMENT, _CODE[architecture], _TEXT_FLAGS),
        _Section(b".rsrc", address, resource_section(resources, address), _RESOURCE_FLAGS),
    ]
    if section:
        address += len(_padded(sections[1].data, _SECTION_ALIGNMENT))
        sections.append(_Section(section[0], address, section[1], _RESOURCE_FLAGS))
    image = _headers(architecture, sections, dll=dll)
    return image + b"".join(_padded(section.data, _FILE_ALIGNMENT) for section in sections)


def _headers(architecture: Architecture, sections: list[_Section], *, dll: bool) -> bytes:
    optional = _optional_header(architecture, sections)
    flags = (
        _EXECUTABLE_IMAGE | (_32BIT_MACHINE if architecture == "x86" else _LARGE_ADDRESS_AWARE) | (_DLL if dll else 0)
    )
    coff = struct.pack("<HHIIIHH", _MACHINE[architecture], len(sections), 0, 0, 0, len(optional), flags)
    dos = struct.pack("<2s58xI", b"MZ", 64)
    table, offset = b"", _HEADERS_SIZE
    for section in sections:
        table += section.header(offset)
        offset += len(_padded(section.data, _FILE_ALIGNMENT))
    return _padded(dos + b"PE\0\0" + coff + optional + table, _HEADERS_SIZE)


def _optional_header(architecture: Architecture, sections: list[_Section]) -> bytes:
    text, resources, last = sections[0], sections[1], sections[-1]
    wide = architecture == "x64"
    code_size = len(_padded(text.data, _FILE_ALIGNMENT))
    data_size = sum(len(_padded(section.data, _FILE_ALIGNMENT)) for section in sections[1:])
    image_size = last.address + len(_padded(last.data, _SECTION_ALIGNMENT))
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
