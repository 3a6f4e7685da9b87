# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Windows Installer file (.msi, .msp) says about itself: summary information and tables.

Sources: Windows Installer's "Summary Information Stream Property Set" and "Database Tables" reference; in a patch the
template lists the target products, and the revision number begins with the patch code.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.biztalk.patching.plugins.module_utils import _summary
from ansible_collections.biztalk.patching.plugins.module_utils._architecture import template_architecture
from ansible_collections.biztalk.patching.plugins.module_utils._patch import (
    changed_files,
    sql_in_transforms,
    target,
    templates,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_text import is_sql_text, scripts_called
from ansible_collections.biztalk.patching.plugins.module_utils._summary import read_summary
from ansible_collections.biztalk.patching.plugins.module_utils._transform import read_transforms

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Architecture

Kind = t.Literal["msi", "msp", "transform"]
Row = dict[str, t.Any]
Tables = dict[str, tuple[Row, ...]]

# The class of the root storage tells the kind of file.
_KINDS: dict[str, Kind] = {"000C1082": "transform", "000C1084": "msi", "000C1086": "msp"}
_GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")


@dataclass(frozen=True)
class InstallerFile:
    """A row of the File table: in the cabinet its entry bears the key, not the name."""

    name: str
    size: int
    version: str

    @classmethod
    def from_row(cls, row: Row) -> InstallerFile:
        """The name may be two, short and long: `MSGBOX~1.SQL|msgboxlogic.sql`; where it is not told, the key is."""
        name = row.get("FileName") or row["File"]
        return cls(name.rpartition("|")[2], row.get("FileSize") or 0, row.get("Version") or "")


@dataclass(frozen=True)
class Installer:
    kind: Kind
    subject: str = ""
    architectures: tuple[Architecture, ...] = ()
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
                return _msi(path, compound)
            if kind == "msp":
                return _msp(path, compound)
    except Exception as error:  # The libraries raise what they stumble over; any of it means a damaged file.
        raise InstallerError(f"its tables cannot be read ({type(error).__name__}: {error})") from error
    raise InstallerError("it is a compound file, but neither an .msi nor an .msp")


def _msi(path: Path, compound: t.Any) -> Installer:
    tables, summary = _tables(path), _read_summary(compound)
    properties = {row["Property"]: row["Value"] or "" for row in tables.get("Property", ())}
    return Installer(
        kind="msi",
        subject=summary[_summary.SUBJECT],
        architectures=(template_architecture(summary[_summary.TEMPLATE]),),
        product_codes=tuple(filter(None, [properties.get("ProductCode", "")])),
        properties=properties,
        files={row["File"]: InstallerFile.from_row(row) for row in tables.get("File", ())},
        sql=tuple(sql_in_tables(tables)),
    )


def _msp(path: Path, compound: t.Any) -> Installer:
    from pymsi.streamname import encode_unicode

    summary, transforms = _read_summary(compound), tuple(read_transforms(compound))
    # Patches that Windows Installer 2 understands have no tables of their own.
    tables = _tables(path) if compound.exists(encode_unicode("_Tables", True)) else {}
    metadata = {row["Property"]: row["Value"] or "" for row in tables.get("MsiPatchMetadata", ())}
    return Installer(
        kind="msp",
        subject=summary[_summary.SUBJECT] or summary[_summary.TITLE],
        architectures=tuple(sorted({template_architecture(template) for template in templates(transforms)})),
        product_codes=tuple(_GUID.findall(summary[_summary.TEMPLATE])),
        patch_codes=tuple(_GUID.findall(summary[_summary.REVISION])[:1]),
        properties=metadata | target(transforms),
        files={key: InstallerFile.from_row(row) for key, row in changed_files(transforms).items()},
        sql=(*sql_in_tables(tables), *sql_in_transforms(transforms)),
    )


def _tables(path: Path) -> Tables:
    from pymsi.package import Package

    # Strict, it would print what it finds strange, where the module prints its result.
    with Package(path, strict=False) as database:
        return {name: tuple(database.get(name).rows or ()) for name in database.tables}


def _read_summary(compound: t.Any) -> dict[int, str]:
    return read_summary(compound.openstream(_summary.STREAM).read())


def sql_in_tables(tables: Tables) -> Iterator[str]:
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
