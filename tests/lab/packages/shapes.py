# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages in the shapes that other tools than the lab's give them: IExpress, WiX Burn, Windows Installer patches.

These tools run on Windows only. What is written here follows their formats, with real cabinets inside: WiX Toolset 3's
section header (burn/engine/section.cpp) and manifest, and Windows Installer's "Patch Packages".
"""

from __future__ import annotations

import struct
import typing as t
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import cabarchive
from pymsi.streamname import encode_unicode as stream_name

from .compound import Storage, compound_file
from .pe import portable_executable

if t.TYPE_CHECKING:
    from .version_resource import VersionInfo

_PATCH, _TRANSFORM = (f"000c108{kind}-0000-0000-c000-000000000046" for kind in "62")
_SUMMARY = "\x05SummaryInformation"
_SUMMARY_FORMAT = uuid.UUID("f29f85e0-4ff9-1068-ab91-08002b27b3d9").bytes_le
_CODE_PAGE, _TEXT = 2, 30
_WINDOWS_1252 = 1252
_SIZE_OF_STUB_HEADER = 0x00F14300


def cabinet(members: dict[str, bytes]) -> bytes:
    archive = cabarchive.CabArchive()
    for name, content in members.items():
        archive[name] = cabarchive.CabFile(content)
    saved: bytes = archive.save(compress=True)
    return saved


def iexpress(members: dict[str, bytes], version: VersionInfo) -> bytes:
    """The cabinet is the resource CABINET of the program."""
    return portable_executable("x86", version, dll=False, cabinet=cabinet(members))


def burn(ux: dict[str, bytes], payloads: dict[str, bytes], version: VersionInfo) -> bytes:
    """Two containers behind the program; the manifest in the first one tells the names of what both hold."""
    numbered = [(name, f"u{number}", "Ux") for number, name in enumerate(ux)]
    attached = [(name, f"a{number}", "Attached") for number, name in enumerate(payloads)]
    manifest = _manifest(numbered, attached)
    first = cabinet({"0": manifest, **{key: ux[name] for name, key, _container in numbered}})
    second = cabinet({key: payloads[name] for name, key, _container in attached})
    # Its own size stands in the header, which does not change it.
    stub = _stub(0, len(first), len(second), version)
    return _stub(len(stub), len(first), len(second), version) + first + second


def _manifest(ux: list[tuple[str, str, str]], attached: list[tuple[str, str, str]]) -> bytes:
    def payload(name: str, key: str, container: str) -> str:
        return (
            f'<Payload Id={quoteattr(name)} FilePath={quoteattr(name)} FileSize="1" Packaging="embedded"'
            f' SourcePath="{key}" Container="{container}"/>'
        )

    return (
        '<?xml version="1.0" encoding="utf-8"?><BurnManifest xmlns="http://schemas.microsoft.com/wix/2008/Burn"><UX>'
        + "".join(payload(*file) for file in ux)
        + '</UX><Container Id="Attached" FilePath="bundle.exe" Attached="yes"/>'
        + "".join(payload(*file) for file in attached)
        + "</BurnManifest>"
    ).encode()


def _stub(size: int, ux: int, attached: int, version: VersionInfo) -> bytes:
    section = struct.pack("<II16s8I", _SIZE_OF_STUB_HEADER, 2, bytes(16), size, 0, 0, 0, 1, 2, ux, attached)
    return portable_executable("x86", version, dll=False, section=(b".wixburn", section))


@dataclass(frozen=True)
class Patch:
    code: str
    targets: tuple[str, ...]
    title: str = "Patch"

    def build(self, files: dict[str, tuple[str, bytes]], strings: tuple[str, ...] = ()) -> bytes:
        """`files` are key -> name, content; the names, and `strings`, stand in the string pool of the transform."""
        pool, data = _string_pool(
            [text for key, (name, _content) in files.items() for text in (key, name)] + [*strings]
        )
        tables = {stream_name("_StringPool", True): pool, stream_name("_StringData", True): data}
        summary = _summary({3: self.title, 7: ";".join(self.targets), 9: self.code})
        return compound_file(
            Storage(
                _PATCH,
                {
                    _SUMMARY: summary,
                    stream_name("PCW_CAB_Update", False): cabinet(
                        {key: content for key, (_name, content) in files.items()}
                    ),
                },
                {
                    name: Storage(_TRANSFORM, {_SUMMARY: _summary({3: "Transform"}), **tables})
                    for name in ("T1ToU1", "#T1ToU1")
                },
            )
        )


def _string_pool(strings: list[str]) -> tuple[bytes, bytes]:
    pool = struct.pack("<I", _WINDOWS_1252)
    for text in strings:
        more, length = divmod(len(text.encode("cp1252")), 0x10000)
        pool += (struct.pack("<HH", 0, more) if more else b"") + struct.pack("<HH", length, 1)
    return pool, "".join(strings).encode("cp1252")


def _summary(texts: dict[int, str]) -> bytes:
    """One property set of texts ([MS-OLEPS])."""
    values = [(_CODE_PAGE - 1, struct.pack("<IHxx", _CODE_PAGE, _WINDOWS_1252))]
    for number, text in texts.items():
        content = text.encode("cp1252") + b"\0"
        values.append((number, struct.pack("<II", _TEXT, len(content)) + content + bytes(-len(content) % 4)))
    place, index, body = 8 + 8 * len(values), b"", b""
    for number, value in values:
        index += struct.pack("<II", number, place + len(body))
        body += value
    section = struct.pack("<II", 8 + len(index) + len(body), len(values)) + index + body
    return struct.pack("<HHI16sI16sI", 0xFFFE, 0, 2, bytes(16), 1, _SUMMARY_FORMAT, 48) + section
