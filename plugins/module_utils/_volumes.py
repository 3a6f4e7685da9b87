# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volumes of a computer, and on which of them a folder lies."""

from __future__ import annotations

import ntpath
import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Volume:
    """`path` is where a volume is mounted, a drive or a folder; `free` is in bytes."""

    path: str
    free: int

    @classmethod
    def parse(cls, row: t.Mapping[str, t.Any]) -> Volume:
        """Read a `Win32_Volume`; one that is not formatted tells no free space."""
        return cls(row["Name"], int(row["FreeSpace"] or 0))

    def holds(self, path: str) -> bool:
        return _folder(path).startswith(_folder(self.path))


def volume_of(path: str, volumes: t.Iterable[Volume]) -> Volume | None:
    """The volume that a folder lies on: of those that are mounted above it, the nearest."""
    return max((volume for volume in volumes if volume.holds(path)), key=lambda one: len(one.path), default=None)


def _folder(path: str) -> str:
    return ntpath.normcase(path).rstrip("\\") + "\\"
