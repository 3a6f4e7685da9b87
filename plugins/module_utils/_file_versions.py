# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the files of an update are on a computer: their versions there against those that the package tells."""

from __future__ import annotations

import re
import typing as t

# WMI refuses a condition with too many parts (WBEM_E_QUOTA_VIOLATION).
MOST_FILES: t.Final = 40


def file_query(files: t.Iterable[t.Mapping[str, t.Any]], folder: str) -> str:
    """The WQL condition on `CIM_DataFile` that finds the files of a package in a folder; empty where it tells none.

    `files` are those of `package_info`. A backslash and a quote are escaped as WQL wants it.
    """
    paths = sorted({folder.rstrip("\\") + "\\" + name for name in _versions(files)})[:MOST_FILES]
    return " OR ".join("Name = '" + re.sub(r"([\\'])", r"\\\1", path) + "'" for path in paths)


def older_files(rows: t.Iterable[t.Mapping[str, t.Any]], files: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """What is older on the computer than in the package, in words; `rows` are instances of `CIM_DataFile`.

    A file that is not there belongs to a feature that is not installed, and one without a version tells nothing.
    """
    wanted = _versions(files)
    found = []
    for row in rows:
        name = row["Name"].rpartition("\\")[2].casefold()
        if name in wanted and row["Version"] and _numbers(row["Version"]) < _numbers(wanted[name]):
            found.append(f"{row['Name']} is {row['Version']}, and the update brings {wanted[name]}")
    return found


def _versions(files: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, str]:
    """By name in lower case the oldest version that the package tells: it may have one for each architecture."""
    versions: dict[str, str] = {}
    for file in files:
        version = file["version"]
        name = re.split(r"[\\/]", file["name"])[-1].casefold()
        if version and _numbers(version) and (name not in versions or _numbers(version) < _numbers(versions[name])):
            versions[name] = version
    return versions


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
