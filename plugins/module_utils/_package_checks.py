# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an update fits the group, and what the operator must know of it."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

# `2013` and `2013 R2` are two products.
_PRODUCT = re.compile(r"BizTalk Server (20\d\d)( R2)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Z]{3}")


def check_package(package: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    """What the package alone tells."""
    where = package["file_name"]
    if not package["kb"]:
        yield Finding(
            "fail",
            where,
            "does not tell its KB number, so an install could not be recognised: is this the whole download?",
            "R10",
        )
    if package["has_sql"] == "unknown":
        yield Finding(
            "warn",
            where,
            "may contain SQL (" + "; ".join(package["has_sql_evidence"]) + "), so it is treated as if it did. "
            "biztalk_assume_sql overrides this",
            "R9",
        )
    if package["companion"]:
        yield Finding("warn", where, f"is for {package['companion']}, which must be installed on each computer", "R23")
    for warning in package["warnings"]:
        yield Finding("warn", where, warning)


def check_fit(package: t.Mapping[str, t.Any], snapshot: Snapshot) -> t.Iterator[Finding]:
    """Whether the update is meant for what is installed on a computer."""
    product = snapshot.product
    if product is None:
        return
    wanted, installed = _release(package["product"]), _release(product.name)
    if wanted and installed and wanted != installed:
        yield Finding(
            "fail",
            snapshot.name,
            f"has {product.name}, but {package['file_name']} is for {package['product']}: get the update for it",
            "R23",
        )
    elif package["minimum_version"] and _build(package["minimum_version"]) > _build(product.version):
        # The version in the registry is that of setup; a cumulative update does not change it.
        yield Finding(
            "warn",
            snapshot.name,
            f"was set up with version {product.version}, and {package['file_name']} needs "
            f"{package['minimum_version']}: see that the updates that bring it are installed",
            "R23",
        )


def check_language(package: t.Mapping[str, t.Any], group: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    """An update in another language than the group's has failed in the field."""
    languages = {row["language"].upper() for row in group["versions"]["databases"] if row["language"]}
    known = {language for language in languages if _LANGUAGE.fullmatch(language)}
    if known and package["languages"] and not known & set(package["languages"]):
        yield Finding(
            "fail",
            package["file_name"],
            f"is in {', '.join(package['languages'])}, but the group's databases are in {', '.join(sorted(known))}: "
            "get the download in the group's language",
            "R23",
        )


def check_drift(snapshots: t.Collection[Snapshot]) -> t.Iterator[Finding]:
    """Computers of one group should be at the same updates."""
    everywhere = set.intersection(*(_updates(snapshot) for snapshot in snapshots)) if snapshots else set()
    for snapshot in snapshots:
        for name in sorted(_updates(snapshot) - everywhere):
            yield Finding("warn", snapshot.name, f"has {name}, which not every computer of the group has")


def _updates(snapshot: Snapshot) -> set[str]:
    return {name for name in snapshot.updates if "biztalk" in name.casefold()}


def _release(text: str) -> tuple[str, bool] | None:
    match = _PRODUCT.search(text)
    return (match[1], bool(match[2])) if match else None


def _build(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
