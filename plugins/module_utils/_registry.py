# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight's script wrote of the registry of a computer."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._installed import InstalledUpdate

_PRODUCT, _ADMINISTRATION = "3.0", "Administration"


@dataclass(frozen=True)
class Registry:
    """Values of BizTalk Server's keys, by the keys' own names, and the names of Uninstall entries, by their key's path.

    Get-ItemProperty writes nothing for a key that does not exist, or has no values.
    """

    keys: t.Mapping[str, t.Mapping[str, str]]
    uninstall: t.Mapping[str, t.Sequence[str]]

    @classmethod
    def parse(cls, rows: t.Iterable[t.Any]) -> Registry:
        """Read rows of Get-ItemProperty, and texts: the path of a key, and the names of its sub-keys after it.

        Raises KeyError where a name has no path before it. A name has no backslash in it.
        """
        keys: dict[str, dict[str, str]] = {}
        uninstall: dict[str, list[str]] = {}
        path = ""
        for row in rows:
            if not isinstance(row, str):
                keys[row["PSChildName"]] = {name: str(value) for name, value in row.items()}
            elif "\\" in row:
                path = row
                uninstall[path] = []
            else:
                uninstall[path].append(row)
        return cls(keys, uninstall)

    @property
    def product(self) -> t.Mapping[str, str] | None:
        return self.keys.get(_PRODUCT)

    @property
    def administration(self) -> t.Mapping[str, str]:
        return self.keys.get(_ADMINISTRATION, {})

    @property
    def entries(self) -> list[str]:
        """The names of all Uninstall entries."""
        return [name for names in self.uninstall.values() for name in names]

    def paths(self, entry: str) -> list[str]:
        """Where an Uninstall entry lies: both keys may have one of the same name."""
        return [f"{path}\\{entry}" for path, names in self.uninstall.items() if entry in names]

    @property
    def unnumbered(self) -> list[str]:
        """The paths of BizTalk Server's entries that do not name their KB article: older updates have it as a value."""
        product = (self.product or {}).get("ProductName", "").casefold()
        names = [
            name
            for name in dict.fromkeys(self.entries)
            if "biztalk" in name.casefold()
            and name.casefold() != product
            and not InstalledUpdate.parse(name, {}).kb_numbers
        ]
        return [path for name in names for path in self.paths(name)]
