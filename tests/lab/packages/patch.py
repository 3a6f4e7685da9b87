# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Windows Installer patch (.msp): a cabinet, and the changes of an installer's tables as transforms.

No tool for Linux makes patches or transforms. What is written here follows how msitools reads transforms (libmsi's
table.c and string.c, which are Wine's) and Windows Installer's "Patch Packages"; the patch's own tables are made by
msibuild. libmsi 0.101 applied these transforms to an installer of wixl's, once its look-up of their tables was put
right: it cuts one byte off their names (msi_table_apply_transform) where the prefix has three.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
import typing as t
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import olefile
from pymsi.streamname import encode_unicode as stream_name

from .compound import Storage, compound_file
from .shapes import cabinet

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_PATCH, _TRANSFORM = (f"000c108{kind}-0000-0000-c000-000000000046" for kind in "62")
_SUMMARY = "\x05SummaryInformation"
_SUMMARY_FORMAT = uuid.UUID("f29f85e0-4ff9-1068-ab91-08002b27b3d9").bytes_le
_CODE_PAGE, _TEXT = 2, 30
_WINDOWS_1252 = 1252
_LONG_REFERENCES = 0x80000000
_WHOLE_ROW, _FILE_SIZE, _ATTRIBUTES = 0x0801, 1 << 3, 1 << 6
_COMPRESSED = 0x4000


@dataclass(frozen=True)
class Patch:
    """`files` of `build` are key -> name, content; a file without a name is one that the product has already.

    `strings` stand in the string pool of each transform, and `tables` are streams of their own.
    """

    code: str
    targets: tuple[str, ...]
    title: str = "Patch"
    template: str = ""
    revision: str = ""
    component: str = "C0"
    metadata: Mapping[str, str] = field(default_factory=dict)

    def build(
        self,
        files: Mapping[str, tuple[str, bytes]],
        strings: tuple[str, ...] = (),
        tables: Mapping[str, bytes] | None = None,
        *,
        sequence: int = 2,
        reference: int = 2,
    ) -> bytes:
        """`sequence` and `reference` are how many bytes a file's place and a text's number take."""
        streams = {stream_name(name, True): content for name, content in (tables or {}).items()}
        transforms = {
            "T1ToU1": self.transform(files, strings, sequence=sequence, reference=reference),
            "#T1ToU1": self.transform(dict.fromkeys(files, ("", b"")), strings, sequence=sequence, reference=reference),
        }
        for transform in transforms.values():
            transform.streams.update(streams)
        content = cabinet({key: content for key, (_name, content) in files.items()})
        own = {
            **self._tables(),
            _SUMMARY: _summary({3: self.title, 7: ";".join(self.targets), 9: self.code}),
            stream_name("PCW_CAB_Update", False): content,
        }
        return compound_file(Storage(_PATCH, own, transforms))

    def transform(
        self,
        files: Mapping[str, tuple[str, bytes]],
        strings: tuple[str, ...] = (),
        *,
        sequence: int = 2,
        reference: int = 2,
    ) -> Storage:
        pool = _Pool(reference)
        rows = b"".join(
            pool.added(key, self.component, name, len(content), number.to_bytes(sequence, "little"))
            if name
            else pool.changed(key, len(content))
            for number, (key, (name, content)) in enumerate(files.items(), 100)
        )
        for text in strings:
            pool.number(text)
        summary = _summary({3: "Transform", 7: self.template, 9: self.revision})
        return Storage(_TRANSFORM, {_SUMMARY: summary, stream_name("File", True): rows, **pool.streams()})

    def _tables(self) -> dict[str, bytes]:
        """Tables and string pool of a database that msibuild makes."""
        if not self.metadata:
            return {}
        query = "INSERT INTO `MsiPatchMetadata` (`Property`, `Value`) VALUES ('{}', '{}')"
        with tempfile.TemporaryDirectory(prefix="biztalk-lab-") as scratch:
            path = Path(scratch) / "tables.msi"
            columns = "`Company` CHAR(72), `Property` CHAR(72) NOT NULL, `Value` CHAR(0) NOT NULL LOCALIZABLE"
            create = f"CREATE TABLE `MsiPatchMetadata` ({columns} PRIMARY KEY `Company`, `Property`)"
            queries = [create, *(query.format(*stated) for stated in self.metadata.items())]
            program = shutil.which("msibuild") or "msibuild"
            subprocess.run([program, path, "-q", *queries], check=True, capture_output=True, timeout=30)
            with olefile.OleFileIO(str(path)) as database:
                names = [name for (name,) in database.listdir() if name != _SUMMARY]
                return {name: database.openstream(name).read() for name in names}


@dataclass
class _Pool:
    """The texts of a transform, in the order in which they are first used."""

    reference: int
    texts: list[str] = field(default_factory=list)

    def number(self, text: str) -> bytes:
        if text and text not in self.texts:
            self.texts.append(text)
        return (self.texts.index(text) + 1 if text else 0).to_bytes(self.reference, "little")

    def added(self, key: str, component: str, name: str, size: int, place: bytes) -> bytes:
        texts = b"".join(self.number(text) for text in (key, component, name))
        place = place[:-1] + bytes([place[-1] ^ 0x80])
        numbers = struct.pack("<I", size ^ 1 << 31), struct.pack("<H", _COMPRESSED ^ 1 << 15)
        return struct.pack("<H", _WHOLE_ROW) + texts + numbers[0] + self.number("") * 2 + numbers[1] + place

    def changed(self, key: str, size: int) -> bytes:
        mask = struct.pack("<H", _FILE_SIZE | _ATTRIBUTES if size else _ATTRIBUTES)
        number = struct.pack("<I", size ^ 1 << 31) if size else b""
        return mask + self.number(key) + number + struct.pack("<H", _COMPRESSED ^ 1 << 15)

    def streams(self) -> dict[str, bytes]:
        pool = struct.pack("<I", _WINDOWS_1252 | (_LONG_REFERENCES if self.reference > 2 else 0))
        for text in self.texts:
            length = len(text.encode("cp1252"))
            pool += struct.pack("<HH", length, 1) if length < 0x10000 else struct.pack("<HHI", 0, 1, length)
        data = "".join(self.texts).encode("cp1252")
        return {stream_name("_StringPool", True): pool, stream_name("_StringData", True): data}


def _summary(texts: Mapping[int, str]) -> bytes:
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
