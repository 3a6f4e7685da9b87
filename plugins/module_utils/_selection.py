# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of several downloads is for a computer? KB 2003907, "x86 and x64 versions".

R1: an update with only an x86 download is for 32-bit and 64-bit computers.
R2: with separate downloads each computer gets the one of its own architecture.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._package import Package, PackageError

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.biztalk.patching.plugins.module_utils._architecture import ComputerArchitecture

_ORDER_OF_KINDS = ("service_pack", "feature_pack", "cumulative_update", "hotfix", "unknown")


@dataclass(frozen=True)
class Selection:
    package: Package
    why: str

    def as_result(self) -> dict[str, t.Any]:
        return {"path": str(self.package.path), "why": self.why, "package": self.package.as_result()}


def select(packages: Sequence[Package], computer: ComputerArchitecture) -> Selection:
    """The one download of one update that fits. Raises PackageError where none does, or more than one."""
    packages = list({package.sha256 or str(package.path): package for package in packages}.values())
    numbers = sorted({package.identity.kb for package in packages})
    if len(numbers) > 1:
        raise PackageError(
            f"The packages are different updates ({_listed(packages)}). Give the downloads of one update, or ask for"
            " the whole chain (biztalk_chain of the playbooks)."
        )
    fitting, why = _fitting(packages, computer)
    if not fitting:
        raise PackageError(f"No package fits an {computer} computer: {_listed(packages)}. Add the {computer} download.")
    if len(fitting) > 1:
        raise PackageError(
            f"Several packages fit an {computer} computer equally: {_listed(fitting)}. Give only the one whose language"
            " and build match the installed product."
        )
    return Selection(fitting[0], why)


def select_chain(packages: Iterable[Package], computer: ComputerArchitecture) -> list[Selection]:
    """One download for each update, in the order in which they are installed: SP, feature pack, CU, hotfix."""
    updates: dict[str, list[Package]] = {}
    for package in packages:
        updates.setdefault(package.identity.kb, []).append(package)
    if "" in updates and len(updates) > 1:
        raise PackageError(
            f"No KB number is found in {_listed(updates[''])}: its place in the chain is not known. Give the whole"
            " download, as Microsoft offers it."
        )
    return sorted((select(group, computer) for group in updates.values()), key=_place)


def _place(selection: Selection) -> tuple[int, tuple[int, ...], int]:
    identity = selection.package.identity
    version = tuple(int(part) for part in identity.version.split(".")) if identity.version else ()
    return _ORDER_OF_KINDS.index(identity.kind), version, identity.number or 0


def _fitting(packages: Iterable[Package], computer: ComputerArchitecture) -> tuple[list[Package], str]:
    by_architecture: dict[str, list[Package]] = {}
    for package in packages:
        by_architecture.setdefault(package.verdict.architecture, []).append(package)
    if computer in by_architecture:
        return by_architecture[computer], f"it is the {computer} download, and the computer is {computer} (R2)"
    if "any" in by_architecture:
        return by_architecture["any"], "it is for x86 and x64 computers alike"
    if "x86" in by_architecture:
        return by_architecture["x86"], "there is only an x86 download, which is for 32-bit and 64-bit computers (R1)"
    return [], ""


def _listed(packages: Iterable[Package]) -> str:
    return "; ".join(
        f"{package.path.name} (KB {package.identity.kb or 'unknown'}, {package.verdict.architecture},"
        f" {'/'.join(package.identity.languages) or 'no language'}, {package.identity.version or 'no version'})"
        for package in packages
    )
