# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Windows Installer file (.msi, .msp) says about itself: summary information and tables.

Sources: Windows Installer's "Summary Information Stream Property Set" and "Database Tables" reference; in a patch the
template lists the target products, and the revision number begins with the patch code.
"""

from __future__ import annotations

import re
import struct
import typing as t
from dataclasses import dataclass, field

from ansible_collections.biztalk.patching.plugins.module_utils._architecture import template_architecture
from ansible_collections.biztalk.patching.plugins.module_utils._sql_text import is_sql_text, scripts_called

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Architecture

Kind = t.Literal["msi", "msp", "transform"]
Row = dict[str, t.Any]

# The class of the root storage tells the kind of file.
_KINDS: dict[str, Kind] = {"000C1082": "transform", "000C1084": "msi", "000C1086": "msp"}
_SUMMARY = "\x05SummaryInformation"
_TITLE, _SUBJECT, _TEMPLATE, _REVISION = 2, 3, 7, 9
_GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")


@dataclass(frozen=True)
class InstallerFile:
    """A row of the File table: in the cabinet its entry bears the key, not the name."""

    name: str
    size: int
    version: str

    @classmethod
    def from_row(cls, row: Row) -> InstallerFile:
        """The name may be two, short and long: `MSGBOX~1.SQL|msgboxlogic.sql`."""
        return cls(row["FileName"].rpartition("|")[2], row["FileSize"] or 0, row["Version"] or "")


@dataclass(frozen=True)
class Installer:
    kind: Kind
    subject: str = ""
    architecture: Architecture = "unknown"
    language_ids: tuple[int, ...] = ()
    product_codes: tuple[str, ...] = ()
    """Of an .msi its own, of an .msp those that it is meant for."""
    patch_codes: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, InstallerFile] = field(default_factory=dict)
    sql: tuple[str, ...] = ()
    """Where SQL was seen, in words."""


class InstallerError(Exception):
    """A file that is no Windows Installer file, or a damaged one."""


def read_installer(path: Path) -> Installer:
    # Not at the top: the module reports a missing library by itself.
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as compound:
            kind = _KINDS.get(compound.root.clsid[:8]) if compound.root else None
            if kind == "msi":
                return _msi(path)
            if kind == "msp":
                return _msp(compound)
    except Exception as error:  # The libraries raise what they stumble over; any of it means a damaged file.
        raise InstallerError(f"its tables cannot be read ({type(error).__name__}: {error})") from error
    raise InstallerError("it is a compound file, but neither an .msi nor an .msp")


def _msi(path: Path) -> Installer:
    from pymsi.package import Package

    with Package(path) as database:
        tables = {name: tuple(database.get(name).rows or ()) for name in database.tables}
        summary = database.summary.properties
        properties = {row["Property"]: row["Value"] or "" for row in tables.get("Property", ())}
        template = str(_property(summary, _TEMPLATE))
    return Installer(
        kind="msi",
        subject=str(_property(summary, _SUBJECT)),
        architecture=template_architecture(template),
        language_ids=tuple(int(number) for number in re.findall(r"\d+", template.partition(";")[2])),
        product_codes=tuple(filter(None, [properties.get("ProductCode", "")])),
        properties=properties,
        files={row["File"]: InstallerFile.from_row(row) for row in tables.get("File", ())},
        sql=tuple(sql_in_tables(tables)),
    )


def sql_in_tables(tables: Mapping[str, tuple[Row, ...]]) -> Iterator[str]:
    """WiX keeps scripts in tables SqlDatabase, SqlScript and SqlString; any other table may name or hold SQL.

    The names of the File table are those of payloads, which are looked at one by one.
    """
    for name, rows in sorted(tables.items()):
        if name.startswith("_") or not rows:
            continue
        if "sql" in name.casefold():
            yield f"table {name} has {len(rows)} row(s)"
        elif name != "File":
            yield from sorted({f"table {name}: {how}" for row in rows for how in _sql_in_row(row)})


def _sql_in_row(row: Row) -> Iterator[str]:
    for value in row.values():
        if isinstance(value, str):
            yield from (f"names {script}" for script in scripts_called(value))
            if is_sql_text(value):
                yield "holds SQL"


def _msp(compound: t.Any) -> Installer:
    from pymsi import summary

    read_summary: t.Callable[[t.Any], t.Any] = summary.Summary

    with compound.openstream(_SUMMARY) as stream:
        properties = read_summary(stream).properties
    codes = _GUID.findall(str(_property(properties, _REVISION)))
    return Installer(
        kind="msp",
        subject=str(_property(properties, _SUBJECT) or _property(properties, _TITLE)),
        product_codes=tuple(_GUID.findall(str(_property(properties, _TEMPLATE)))),
        patch_codes=tuple(codes[:1]),
        sql=tuple(_sql_in_transforms(compound)),
    )


def _sql_in_transforms(compound: t.Any) -> Iterator[str]:
    """A patch keeps its changes of tables as storages; their string pools hold every name that they bring."""
    for transform in sorted({path[0] for path in compound.listdir(streams=True, storages=False) if len(path) > 1}):
        texts = _strings(compound, transform)
        found = sorted({script for text in texts for script in scripts_called(text)})
        if found:
            yield f"transform {transform} names {', '.join(found)}"
        if any(is_sql_text(text) for text in texts):
            yield f"transform {transform} holds SQL"


def _strings(compound: t.Any, transform: str) -> list[str]:
    """The texts of all tables of a transform: their lengths are in one stream, their characters in another.

    Source: Wine's dlls/msi/string.c. A length beyond 65535 stands in the next entry, after an empty one.
    """
    from pymsi.streamname import encode_unicode

    pool, data = (
        compound.openstream([transform, encode_unicode(name, True)]).read() for name in ("_StringPool", "_StringData")
    )
    texts: list[str] = []
    place = more = 0
    for length, references in struct.iter_unpack("<HH", pool[4:]):
        if not length and references:
            more = references << 16
            continue
        texts.append(data[place : place + length + more].decode("latin-1"))
        place += length + more
        more = 0
    if place != len(data):
        raise ValueError(f"the texts of {transform} do not fit their lengths")
    return texts


def _property(summary: t.Any, number: int) -> str:
    value = summary.get(number)
    return value if isinstance(value, str) else ""
