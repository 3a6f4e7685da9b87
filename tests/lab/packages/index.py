# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the executables of a folder are, by their checksum: so the simulated Windows knows what running one does."""

from __future__ import annotations

import json
import typing as t

from .spec import PackageSpec

if t.TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .builder import BuiltPackage

INDEX_NAME = "packages.json"


def write_index(folder: Path, built: Iterable[BuiltPackage]) -> Path:
    path = folder / INDEX_NAME
    content = {package.sha256: package.spec.as_dict() for package in built}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


def read_index(folder: Path) -> dict[str, PackageSpec]:
    content = json.loads((folder / INDEX_NAME).read_text(encoding="utf-8"))
    return {sha256: PackageSpec.from_dict(values) for sha256, values in content.items()}
