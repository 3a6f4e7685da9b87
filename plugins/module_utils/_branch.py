# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BizTalk Server 2016 has cumulative updates for the Feature Pack and others without it, which must not be mixed."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._builds import build
from ansible_collections.biztalk.patching.plugins.module_utils._installed import release
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

    Package = t.Mapping[str, t.Any]

_FEATURE_PACK, _PLAIN = (3, 13), (3, 12)


def check_branch(packages: t.Sequence[Package], snapshot: Snapshot) -> t.Iterator[Finding]:
    """How a computer shows its Feature Pack is not documented: only a plain update there proves that it has none."""
    feature_pack, plain = _signs(snapshot)
    for package in packages:
        if release(package["product"]) != "2016" or snapshot.has_update(package):
            continue
        if _of_feature_pack(package):
            if package["kind"] != "feature_pack" and not feature_pack:
                yield Finding(
                    "fail" if plain else "warn",
                    snapshot.name,
                    f"shows no Feature Pack, but {package['file_name']} is for computers with it: the branches must "
                    "not be mixed, so get the update for BizTalk Server 2016 without Feature Pack",
                    "R23",
                )
            feature_pack = True
        elif build(package["version"])[:2] == _PLAIN and feature_pack:
            yield Finding(
                "fail",
                snapshot.name,
                f"has the Feature Pack, but {package['file_name']} is for computers without it: the branches must not "
                "be mixed, so get the update for the Feature Pack",
                "R23",
            )


def _of_feature_pack(package: Package) -> bool:
    return package["branch"] == "feature_pack" or build(package["version"])[:2] == _FEATURE_PACK


def _signs(snapshot: Snapshot) -> tuple[bool, bool]:
    """Whether there is a sign of the Feature Pack, and one of an update of the branch without it."""
    builds = {update.build[:2] for update in snapshot.biztalk_updates}
    setup = build(snapshot.product.version if snapshot.product else "")[:2]
    named = any(update.update and update.update.feature_pack is not None for update in snapshot.biztalk_updates)
    return named or _FEATURE_PACK in builds | {setup}, _PLAIN in builds
