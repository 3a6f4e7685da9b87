# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages that a lab offers for download, built once and shared by any number of labs."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from tests.lab.packages.builder import BuiltPackage, build
from tests.lab.packages.publisher import Publisher

if t.TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.lab.packages.spec import PackageSpec


@dataclass(frozen=True)
class Library:
    """`folder` has a folder for each KB article, with the downloads of its update, signed by `publisher`."""

    folder: Path
    publisher: Publisher
    packages: tuple[BuiltPackage, ...]

    @classmethod
    def build(cls, folder: Path, specs: Iterable[PackageSpec]) -> Library:
        publisher = Publisher.create(folder / "publisher")
        return cls(folder, publisher, tuple(build(spec, _downloads(folder, spec.kb), publisher) for spec in specs))

    def extended(self, specs: Iterable[PackageSpec]) -> Library:
        """This library with more packages from the same publisher; what it has already is not built again."""
        known = {package.spec for package in self.packages}
        new = [spec for spec in specs if spec not in known]
        built = tuple(build(spec, _downloads(self.folder, spec.kb), self.publisher) for spec in new)
        return replace(self, packages=(*self.packages, *built))

    @property
    def by_digest(self) -> dict[str, PackageSpec]:
        """What each executable does when it is run, by its SHA-256."""
        return {package.sha256: package.spec for package in self.packages}

    def downloads(self, kb: str) -> Path:
        return _downloads(self.folder, kb)


def _downloads(folder: Path, kb: str) -> Path:
    downloads = folder / f"KB{kb}"
    downloads.mkdir(parents=True, exist_ok=True)
    return downloads
