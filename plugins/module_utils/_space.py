# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the drives of a computer have room for the updates."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding
from ansible_collections.biztalk.patching.plugins.module_utils._volumes import volume_of

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
    from ansible_collections.biztalk.patching.plugins.module_utils._volumes import Volume

MEGABYTE = 1024**2
# What setup unpacks is there in its temporary folder, as what it installs, and as what it keeps for an uninstall.
UNPACKED_FACTOR = 3


def check_space(
    updates: t.Sequence[t.Mapping[str, t.Any]], snapshot: Snapshot, *, stage_folder: str, minimum: int
) -> t.Iterator[Finding]:
    """Room for what is installed here: `updates` are packages, `minimum` is in megabytes."""
    if not updates:
        return
    unpacked = UNPACKED_FACTOR * sum(payload["size"] for package in updates for payload in package["payloads"])
    demands = (
        (snapshot.system_root, max(unpacked, minimum * MEGABYTE)),
        (stage_folder, sum(package["size"] for package in updates)),
    )
    needed: dict[Volume, int] = {}
    for path, size in demands:
        volume = volume_of(path, snapshot.volumes)
        if volume is None:
            yield Finding(
                "fail",
                snapshot.name,
                f"has no local drive for {path}, where the package is staged: set biztalk_stage_folder to a folder on "
                "a drive that every computer has",
            )
        else:
            needed[volume] = needed.get(volume, 0) + size
    for volume, size in needed.items():
        if volume.free < size:
            yield Finding(
                "fail",
                snapshot.name,
                f"{volume.path} has {volume.free // MEGABYTE} MB free, but {-(-size // MEGABYTE)} MB are needed: free "
                "some, or lower biztalk_minimum_free_space where that asks for more than the update needs",
            )
