# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of a simulated computer: keys by path, whatever the case and the way the hive is written."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}


@dataclass(frozen=True)
class Value:
    """A registry value; `type` is the name of its kind, such as `REG_SZ` or `REG_DWORD`."""

    type: str
    data: t.Any

    @classmethod
    def of(cls, data: str | int) -> Value:
        return cls("REG_DWORD" if isinstance(data, int) else "REG_SZ", data)


@dataclass
class Key:
    """A registry key with its values and sub-keys, under the names as they were written."""

    name: str
    values: dict[str, Value] = field(default_factory=dict)
    subkeys: dict[str, Key] = field(default_factory=dict)

    def subkey(self, name: str) -> Key | None:
        return next((key for text, key in self.subkeys.items() if text.casefold() == name.casefold()), None)


class Registry:
    def __init__(self) -> None:
        self._hives = {hive: Key(hive) for hive in HIVES.values()}

    def key(self, path: str) -> Key | None:
        r"""The key at a path such as `HKLM:\SOFTWARE\Microsoft`, or None; raises ValueError for an unknown hive."""
        hive, names = _split(path)
        key: Key | None = self._hives[hive]
        for name in names:
            key = key.subkey(name) if key else None
        return key

    def set(self, path: str, **values: str | int) -> Key:
        """Write values into a key, making the key and those above it where they are missing."""
        hive, names = _split(path)
        key = self._hives[hive]
        for name in names:
            found = key.subkey(name)
            if found is None:
                found = key.subkeys[name] = Key(name)
            key = found
        key.values.update({name: Value.of(data) for name, data in values.items()})
        return key

    def remove(self, path: str) -> None:
        """Delete a key with all below it; raises KeyError where it does not exist."""
        hive, names = _split(path)
        parent = self.key("\\".join([hive, *names[:-1]]))
        found = parent.subkey(names[-1]) if parent and names else None
        if parent is None or found is None:
            raise KeyError(path)
        del parent.subkeys[found.name]


def _split(path: str) -> tuple[str, list[str]]:
    hive, *names = [name for name in re.split(r"[\\/]", path) if name]
    hive = hive.rstrip(":").upper()
    hive = HIVES.get(hive, hive)
    if hive not in HIVES.values():
        raise ValueError(f"{path} is in no registry hive that the lab knows")
    return hive, names
