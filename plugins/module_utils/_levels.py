# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which build a computer and the databases are at, and whether the updates fit onto it.

No single place tells: setup's version in the registry stays what it was, an Uninstall entry names an update but not
always its build, and the databases know only the updates that changed them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._builds import Build, build, shown
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

    Package = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Level:
    """The highest build that is known to be on a computer; `certain` where the build of every update there is known."""

    build: Build
    certain: bool

    @classmethod
    def of(cls, snapshot: Snapshot) -> Level:
        builds = [build(snapshot.product.version if snapshot.product else "")]
        builds += [update.build for update in snapshot.biztalk_updates]
        return cls(max(builds), certain=all(builds))


def check_prerequisites(
    packages: t.Sequence[Package], snapshot: Snapshot, group: t.Mapping[str, t.Any]
) -> t.Iterator[Finding]:
    """Whether what an update needs is there, or comes with an update before it."""
    reached = Level.of(snapshot).build
    for package in packages:
        if build(package["minimum_version"]) > reached and not snapshot.has_update(package):
            yield from _lacking(package, snapshot, group)
        reached = max(reached, build(package["version"]))


def check_superseded(packages: t.Sequence[Package], snapshot: Snapshot) -> t.Iterator[Finding]:
    """A cumulative update contains those before it, so an earlier one has nothing to bring."""
    present = Level.of(snapshot).build
    for package in packages:
        brought = build(package["version"])
        earlier = brought < present and brought[:2] == present[:2]
        if package["kind"] == "cumulative_update" and earlier and not snapshot.has_update(package):
            yield Finding(
                "warn",
                snapshot.name,
                f"is at {shown(present)} already, and {package['file_name']} brings only {shown(brought)}: see that it "
                "is the right download, for setup may refuse it",
                "R23",
            )


def check_databases(
    packages: t.Sequence[Package], snapshot: Snapshot, group: t.Mapping[str, t.Any]
) -> t.Iterator[Finding]:
    """KB 2003907: an update with SQL that was uninstalled without a restore leaves its scripts in the databases."""
    level, patched = Level.of(snapshot), _patched(group)
    if patched <= level.build:
        return
    healed = any(build(package["version"]) >= patched for package in packages)
    yield Finding(
        "fail" if level.certain and not healed else "warn",
        snapshot.name,
        f"is at {shown(level.build) or 'an unknown build'}{'' if level.certain else ' or later'}, but an update has "
        f"brought the databases to {shown(patched)}. It did not reach this computer, or was uninstalled here without "
        "restoring the databases, which KB 2003907 forbids, for older files then work on newer databases: "
        + (
            "what is installed now brings the computer there"
            if healed
            else "add that update to biztalk_packages (with biztalk_chain), or restore the databases of before it"
        ),
        "R19",
    )


def _lacking(package: Package, snapshot: Snapshot, group: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    level, needed = Level.of(snapshot), build(package["minimum_version"])
    if level.certain:
        yield Finding(
            "fail",
            snapshot.name,
            f"is at {shown(level.build)}, but {package['file_name']} needs {shown(needed)}: add the update that brings "
            "it to biztalk_packages (with biztalk_chain), or install it first",
            "R23",
        )
    elif max(_patched(group), _configured(group)) < needed:
        yield Finding(
            "warn",
            snapshot.name,
            f"has updates that do not tell their build, and {package['file_name']} needs {shown(needed)}: see that the "
            "update that brings it is installed",
            "R23",
        )


def _patched(group: t.Mapping[str, t.Any]) -> Build:
    """The build of the latest update that changed the databases (`BizTalkCUVersion`), empty where there is none."""
    return max((build(row["version"]) for row in group["versions"]["cumulative_updates"]), default=())


def _configured(group: t.Mapping[str, t.Any]) -> Build:
    """The build that configured the databases (`BizTalkDBVersion`)."""
    return max((build(row["product_version"] or "") for row in group["versions"]["databases"]), default=())
