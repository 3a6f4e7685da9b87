# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a package of the lab is, before it is built."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

Architecture = t.Literal["x86", "x64"]

# A namespace of our own makes each GUID a function of what it names, so a package is the same in every build.
_NAMESPACE = uuid5(NAMESPACE_URL, "biztalk.patching/lab/packages")


@dataclass(frozen=True)
class SqlScript:
    """A script that the installer runs against one database."""

    name: str
    database: str


@dataclass(frozen=True)
class PackageSpec:
    """One download: the same update for another architecture is another one."""

    kb: str
    title: str
    version: str
    architecture: Architecture
    sql_scripts: tuple[SqlScript, ...] = ()
    dlls: tuple[str, ...] = ()
    product: str = "Microsoft BizTalk Server 2020"
    language: str = "ENU"
    minimum_version: str = "3.13.717.0"
    uninstall_key: str = ""
    """The sub-key of Windows' Uninstall key; the title where the update does not say otherwise."""
    signed: bool = True
    """Whether the lab's publisher signs it."""

    def __post_init__(self) -> None:
        if not self.uninstall_key:
            object.__setattr__(self, "uninstall_key", self.title)

    @property
    def file_name(self) -> str:
        year = "".join(character for character in self.product if character.isdigit())
        return f"BTS{year}-KB{self.kb}-{self.architecture}-{self.language}.exe"

    @property
    def has_sql(self) -> bool:
        return bool(self.sql_scripts)

    @property
    def product_code(self) -> UUID:
        """The MSI's own product code."""
        return self.guid("product")

    @property
    def patch_code(self) -> UUID:
        return self.guid("patch")

    def guid(self, purpose: str) -> UUID:
        return uuid5(_NAMESPACE, f"{self.kb}/{self.architecture}/{self.language}/{purpose}")
