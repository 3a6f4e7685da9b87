# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import io
import struct

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._pe import read_program_file
from tests.lab.packages.pe import portable_executable
from tests.lab.packages.version_resource import VersionInfo

VERSION = VersionInfo("3.13.844.1", (("FileVersion", "3.13.844.1"), ("ProductName", "BizTalk Sërver")))
PE32 = portable_executable("x86", VERSION, dll=True)
PE32_PLUS = portable_executable("x64", VERSION, dll=True)

_COFF = 64 + 4
_OPTIONAL = _COFF + 20
_CLI_DIRECTORY = 14
_IL_ONLY, _REQUIRES_32_BIT, _PREFERS_32_BIT = 0x1, 0x2, 0x20000


def with_machine(machine: int) -> bytes:
    return PE32[:_COFF] + struct.pack("<H", machine) + PE32[_COFF + 2 :]


def managed(image: bytes, flags: int, directories: int) -> bytes:
    """Gives `image` a CLI header with `flags` in the free space behind its code."""
    content = bytearray(image)
    text_address, text_offset, room = 0x1000, 0x400, 0x40
    struct.pack_into("<II", content, _OPTIONAL + directories + 8 * _CLI_DIRECTORY, text_address + room, 72)
    struct.pack_into("<IHHIII", content, text_offset + room, 72, 2, 5, 0, 0, flags)
    sections = _OPTIONAL + directories + 16 * 8
    struct.pack_into("<I", content, sections + 8, 0x200)
    return bytes(content)


IMAGES = {
    "x86": (PE32, "x86"),
    "x64": (PE32_PLUS, "x64"),
    "Itanium": (with_machine(0x0200), "ia64"),
    "ARM": (with_machine(0xAA64), "arm64"),
    "another processor": (with_machine(0x0166), "unknown"),
    ".NET for any processor": (managed(PE32, _IL_ONLY, 96), "any"),
    ".NET that asks for 32 bits": (managed(PE32, _IL_ONLY | _REQUIRES_32_BIT, 96), "x86"),
    ".NET that prefers 32 bits": (managed(PE32, _IL_ONLY | _REQUIRES_32_BIT | _PREFERS_32_BIT, 96), "any"),
    ".NET with native code": (managed(PE32, 0, 96), "x86"),
    ".NET compiled for x64": (managed(PE32_PLUS, _IL_ONLY, 112), "x64"),
}


@pytest.mark.parametrize(("image", "expected"), IMAGES.values(), ids=IMAGES.keys())
def test_for_which_processor_a_program_is(image: bytes, expected: str) -> None:
    program = read_program_file(io.BytesIO(image))
    assert program.architecture == expected
    assert program.version == "3.13.844.1"
    assert program.strings == {"ProductName": "BizTalk Sërver", "FileVersion": "3.13.844.1"}
    assert program.certificates is None


def test_a_program_without_a_version() -> None:
    image = PE32.replace(struct.pack("<I", 0xFEEF04BD), bytes(4))
    assert read_program_file(io.BytesIO(image)).version == ""


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        (b"", "no program"),
        (b"PK\x03\x04", "no program"),
        (b"MZ", "incomplete"),
        (b"MZ" + bytes(200), "DOS"),
        (PE32[:70], "incomplete"),
        (PE32[:100], "incomplete"),
    ],
)
def test_what_is_no_program(image: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_program_file(io.BytesIO(image))


def test_a_program_cut_off_anywhere_gives_an_answer_or_one_error() -> None:
    for image in (PE32, PE32_PLUS, managed(PE32, _IL_ONLY, 96)):
        for length in range(len(image)):
            with contextlib.suppress(ValueError):
                assert read_program_file(io.BytesIO(image[:length])).architecture in ("x86", "x64", "any")
