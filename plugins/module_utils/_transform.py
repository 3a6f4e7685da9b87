# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the transforms in a patch change: a patch (.msp) keeps its changes of an installer's tables as storages.

Source: how Wine reads them (dlls/msi/string.c and table.c), and Windows Installer's "File Table" and "Summary
Information Stream Property Set": the template of a transform names the platform and the language that it is for, its
revision number the version of the product before it and after it.
"""

from __future__ import annotations

import re
import struct
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _summary
from ansible_collections.biztalk.patching.plugins.module_utils._summary import read_summary

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = dict[str, t.Any]

_VERSION = re.compile(r"\}(\d+(?:\.\d+)+)")
_LONG_REFERENCES = 0x80000000
_WHOLE_ROW = 1
_TEXT = 0
# The File table: its columns, and how many bytes their numbers take; of its texts there are references.
_COLUMNS = {
    "File": _TEXT,
    "Component_": _TEXT,
    "FileName": _TEXT,
    "FileSize": 4,
    "Version": _TEXT,
    "Language": _TEXT,
    "Attributes": 2,
    "Sequence": 2,
}


@dataclass(frozen=True)
class Texts:
    """The string pool, to which tables refer by numbers of `width` bytes; 0 is no text."""

    texts: tuple[str, ...]
    width: int

    @classmethod
    def parse(cls, pool: bytes, data: bytes) -> Texts:
        """The lengths are in one stream, the characters in another. Raises ValueError where they do not fit.

        A length beyond 65535 takes all of an entry, behind one that has none.
        """
        texts: list[str] = []
        place, is_long = 0, False
        for low, high in struct.iter_unpack("<HH", pool[4:]):
            if high and not low and not is_long:
                is_long = True
                continue
            length = low | high << 16 if is_long else low
            texts.append(data[place : place + length].decode("latin-1"))
            place, is_long = place + length, False
        if place != len(data):
            raise ValueError("the texts of a transform do not fit their lengths")
        return cls(tuple(texts), 3 if int.from_bytes(pool[:4], "little") & _LONG_REFERENCES else 2)

    def __getitem__(self, reference: int) -> str:
        return self.texts[reference - 1] if reference else ""


@dataclass(frozen=True)
class Transform:
    name: str
    tables: tuple[str, ...]
    """Names of the tables that it changes."""
    texts: tuple[str, ...]
    files: tuple[Row, ...]
    """Of the File table the rows that it adds, and of others what it changes, which is seldom the name."""
    template: str
    versions: tuple[str, ...]


def read_transforms(compound: t.Any) -> Iterator[Transform]:
    """Those of a patch, an open `olefile.OleFileIO`."""
    paths = [path for path in compound.listdir(streams=True, storages=False) if len(path) == 2]
    for name in sorted({path[0] for path in paths}):
        yield _transform(name, {path[1]: compound.openstream(path).read() for path in paths if path[0] == name})


def _transform(name: str, streams: Mapping[str, bytes]) -> Transform:
    # Not at the top: the module reports a missing library by itself.
    from pymsi.streamname import decode_unicode

    tables = {}
    for stream, content in streams.items():
        table, is_table = decode_unicode(stream)
        if is_table:
            tables[table] = content
    texts = Texts.parse(tables.pop("_StringPool"), tables.pop("_StringData"))
    summary = read_summary(streams[_summary.STREAM]) if _summary.STREAM in streams else {}
    return Transform(
        name=name,
        tables=tuple(sorted(tables)),
        texts=texts.texts,
        files=changed_files(tables.get("File", b""), texts),
        template=summary.get(_summary.TEMPLATE, ""),
        versions=tuple(_VERSION.findall(summary.get(_summary.REVISION, ""))),
    )


def changed_files(table: bytes, texts: Texts) -> tuple[Row, ...]:
    """Only the installer knows whether a file's sequence number takes two bytes or four; one of them comes out even.

    Where neither does, or both do and disagree, there are no rows: a wrong name would be worse than none.
    """
    short, long = (_reading(table, texts, _COLUMNS | {"Sequence": width}) for width in (2, 4))
    if short is None or long is None or short == long:
        return short or long or ()
    return ()


def _reading(table: bytes, texts: Texts, widths: Mapping[str, int]) -> tuple[Row, ...] | None:
    try:
        return tuple(_rows(table, texts, widths))
    except (IndexError, struct.error):
        return None


def _rows(table: bytes, texts: Texts, widths: Mapping[str, int]) -> Iterator[Row]:
    """Each row begins with two bytes, which tell its columns; one of the key alone means that the row is deleted."""
    place = 0
    while place < len(table):
        (mask,) = struct.unpack_from("<H", table, place)
        place += 2
        row: Row = {}
        for column in _present(mask):
            width = widths[column] or texts.width
            if place + width > len(table):
                raise IndexError(f"the File table ends within column {column}")
            number = int.from_bytes(table[place : place + width], "little")
            row[column] = number ^ 1 << 8 * width - 1 if widths[column] else texts[number]
            place += width
        if len(row) > 1:
            yield row


def _present(mask: int) -> tuple[str, ...]:
    """If the lowest bit is set, the upper byte counts the columns from the first on; otherwise each bit stands for one,
    and the key is always there.
    """
    if mask & _WHOLE_ROW:
        return tuple(_COLUMNS)[: mask >> 8]
    return tuple(column for number, column in enumerate(_COLUMNS) if number == 0 or mask & 1 << number)
