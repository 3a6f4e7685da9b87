# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the transforms of a patch (.msp) tell together: for which products it is, which files it brings, and SQL.

A patch has a transform for each product that it is meant for, and one more for each of them (`#...`) that prepares the
product's own tables for it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._sql_text import is_sql_text, scripts_called

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ansible_collections.biztalk.patching.plugins.module_utils._transform import Row, Transform


def templates(transforms: Iterable[Transform]) -> set[str]:
    """The platforms and languages that it is for, `x64;1033`."""
    return {transform.template for transform in transforms if transform.template}


def target(transforms: Sequence[Transform]) -> dict[str, str]:
    """The least version that a product must have, the one that it gets where that changes, and its language."""
    versions = [transform.versions for transform in transforms if len(transform.versions) == 2]
    stated = {
        "BaselineVersion": min((before for before, _after in versions), key=_numbers, default=""),
        "UpdatedVersion": max((after for before, after in versions if after != before), key=_numbers, default=""),
        "TargetLanguage": ",".join(sorted({template.partition(";")[2] for template in templates(transforms)})),
    }
    return {name: value for name, value in stated.items() if value}


def changed_files(transforms: Iterable[Transform]) -> dict[str, Row]:
    """The rows of the File table by the keys that the entries of the cabinet bear."""
    changes: dict[str, list[Row]] = {}
    for row in (row for transform in transforms for row in transform.files):
        changes.setdefault(row["File"], []).append(row)
    return {key: _merge(rows) for key, rows in changes.items()}


def sql_in_transforms(transforms: Iterable[Transform]) -> Iterator[str]:
    """Every text that a transform brings is in its string pool."""
    for transform in transforms:
        for table in transform.tables:
            if "sql" in table.casefold():
                yield f"transform {transform.name} changes table {table}"
        found = sorted({script for text in transform.texts for script in scripts_called(text)})
        if found:
            yield f"transform {transform.name} names {', '.join(found)}"
        if any(is_sql_text(text) for text in transform.texts):
            yield f"transform {transform.name} holds SQL"


def _merge(rows: Sequence[Row]) -> Row:
    """One transform may add a file, another give its place only; a name on which they disagree is none."""
    merged: Row = {}
    for row in rows:
        merged = row | merged
    names = {row["FileName"] for row in rows if row.get("FileName")}
    return merged if len(names) == 1 else merged | {"FileName": ""}


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]
