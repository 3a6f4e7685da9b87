# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package that lies in a folder, unpacked: each of its files, and what cannot be read."""

from __future__ import annotations

import os
import stat
import typing as t
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._member import Member, OnDisk

if t.TYPE_CHECKING:
    from collections.abc import Iterator


def folder_members(root: Path) -> Iterator[Member]:
    """Neither links nor what is no plain file are followed; a folder that may not be listed is one of the members.

    Raises OSError where `root` itself may not be listed.
    """
    refused: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=refused.append):
        folders.sort()
        for name in sorted([*folders, *files]):
            yield from _member(Path(folder, name), Path(folder, name).relative_to(root).as_posix())
    for error in refused:
        if Path(error.filename) == root:
            raise error
        yield Member(Path(error.filename).relative_to(root).as_posix(), 0, problem=error.strerror or str(error))


def _member(path: Path, name: str) -> Iterator[Member]:
    about = path.lstat()
    if stat.S_ISREG(about.st_mode):
        yield Member(name, about.st_size, OnDisk(path))
    elif not stat.S_ISDIR(about.st_mode):
        yield Member(name, 0, problem="it is a symbolic link" if stat.S_ISLNK(about.st_mode) else "it is no plain file")
