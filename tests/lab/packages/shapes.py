# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages in the shapes that other tools than the lab's give them: IExpress, WiX Burn.

These tools run on Windows only. What is written here follows their formats, with real cabinets inside: WiX Toolset 3's
section header (burn/engine/section.cpp) and manifest.
"""

from __future__ import annotations

import struct
import typing as t
from xml.sax.saxutils import quoteattr

import cabarchive

from .pe import portable_executable

if t.TYPE_CHECKING:
    from .version_resource import VersionInfo

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
