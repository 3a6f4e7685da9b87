# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the downloads that an operator means by a file, a folder or a pattern."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._formats import extension, is_setup_xml
from ansible_collections.biztalk.patching.plugins.module_utils._package import PackageError

if t.TYPE_CHECKING:
    from collections.abc import Iterable

_DOWNLOADS = frozenset({"exe", "msi", "msp", "cab", "zip"})


def find_packages(wanted: Iterable[str]) -> list[Path]:
    """Each package once, in the order given. Raises PackageError where one of `wanted` leads to none."""
    found: dict[Path, None] = {}
    for text in wanted:
        paths = _find(package_path(text))
        if not paths:
            raise PackageError(f"No package is found at {text}: give the downloaded file, its folder, or a pattern.")
        found.update(dict.fromkeys(paths))
    if not found:
        raise PackageError("No package is given: name at least one downloaded file, folder or pattern.")
    return list(found)


def package_path(text: str) -> Path:
    """Raises PackageError where it is empty, which `Path` takes for the current folder."""
    if not text.strip():
        raise PackageError("The path of a package is empty: name a downloaded file, folder or pattern.")
    return Path(text).expanduser()


def _find(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if path.is_dir():
        members = sorted(path.iterdir())
        if any(is_setup_xml(member.name) for member in members):
            return [path]
        return [member for member in members if member.is_file() and extension(member.name) in _DOWNLOADS]
    # The pattern stands in the last part, or a part before it: glob from the first folder that exists.
    anchor = next(parent for parent in path.parents if parent.is_dir())
    return sorted(match for match in anchor.glob(str(path.relative_to(anchor))) if match.exists())
