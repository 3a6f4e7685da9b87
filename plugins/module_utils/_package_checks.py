# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an update fits the group, and what the operator must know of it."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._installed import release
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

_EDITION = re.compile(r"\b(Enterprise|Standard|Branch|Developer|Evaluation) Edition\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Z]{3}")


def check_package(package: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    """What the package alone tells."""
    where = package["file_name"]
    if not package["kb"]:
        yield Finding(
            "fail",
            where,
            "does not tell its KB number, so an install could not be recognised: give the whole download, as Microsoft "
            "offers it",
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
    if package["assume_sql"] and package["has_sql"] != package["has_sql_found"]:
        yield Finding(
            "warn",
            where,
            f"is treated as if its answer on SQL were {package['has_sql']}, because biztalk_assume_sql says so. The "
            f"inspection answers {package['has_sql_found']} ({'; '.join(package['has_sql_evidence'])})",
            "R9",
        )
    if package["companion"]:
        yield Finding("warn", where, f"is for {package['companion']}, which must be installed on each computer", "R23")
    for warning in package["warnings"]:
        yield Finding("warn", where, warning)


def check_rolling(packages: t.Iterable[t.Mapping[str, t.Any]]) -> t.Iterator[Finding]:
    """With SQL, the group has to be down: KB 2003907 lets only an update without SQL run beside a working group."""
    for package in packages:
        if package["has_sql"] != "no":
            yield Finding(
                "fail",
                package["file_name"],
                f"cannot be installed while the group is up (biztalk_mode is rolling): its answer on SQL is "
                f"{package['has_sql']} ({_why(package)}). Set biztalk_mode to outage",
                "R6",
            )


def _why(package: t.Mapping[str, t.Any]) -> str:
    return "biztalk_assume_sql says so" if package.get("assume_sql") else "; ".join(package["has_sql_evidence"])


def check_chain(packages: t.Sequence[t.Mapping[str, t.Any]], snapshot: Snapshot) -> t.Iterator[Finding]:
    """Whether the updates, in the order in which they are installed, are meant for what is on a computer."""
    for package in packages:
        yield from check_fit(package, snapshot)
    present = [snapshot.has_update(package) for package in packages]
    for number, package in enumerate(packages):
        if not present[number] and any(present[number:]):
            yield Finding(
                "fail",
                snapshot.name,
                f"lacks {package['file_name']} but has an update that comes after it in the chain. An older update "
                "cannot be installed on top of a newer one: leave it out of biztalk_packages",
                "R23",
            )


def check_fit(package: t.Mapping[str, t.Any], snapshot: Snapshot) -> t.Iterator[Finding]:
    """Whether the update is meant for what is installed on a computer."""
    product = snapshot.product
    if product is None:
        return
    wanted, installed = release(package["product"]), release(product.name)
    if wanted and installed and wanted != installed:
        yield Finding(
            "fail",
            snapshot.name,
            f"has {product.name}, but {package['file_name']} is for {package['product']}: get the update for it",
            "R23",
        )
    editions = [edition.casefold() for edition in _EDITION.findall(package["title"])]
    if editions and product.edition and not any(edition in product.edition.casefold() for edition in editions):
        yield Finding(
            "fail",
            snapshot.name,
            f"has the {product.edition} edition, but {package['file_name']} is {package['title']}: get the update for "
            "the edition that is installed",
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


def check_drift(
    snapshots: t.Collection[Snapshot], packages: t.Collection[t.Mapping[str, t.Any]]
) -> t.Iterator[Finding]:
    """Computers of one group should be at the same updates; `packages` are what those that lack them get now."""
    has: dict[str, list[str]] = {}
    for snapshot in snapshots:
        for update in snapshot.biztalk_updates:
            if not any(update.is_package(package) for package in packages):
                has.setdefault(update.name, []).append(snapshot.name)
    for name, owners in sorted(has.items()):
        lacks = sorted({snapshot.name for snapshot in snapshots} - set(owners))
        if lacks:
            yield Finding(
                "warn",
                name,
                f"is installed on {', '.join(sorted(set(owners)))}, but not on {', '.join(lacks)}: bring the computers "
                "to the same updates",
                "R10",
            )
