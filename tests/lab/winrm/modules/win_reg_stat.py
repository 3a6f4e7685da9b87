# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_reg_stat."""

from __future__ import annotations

import re
import typing as t

from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.windows.registry import Key, Value
    from tests.lab.winrm.task import Result, Task

_PATH = re.compile(r"HK(CC|CR|CU|LM|U):\\", re.IGNORECASE)
_BYTES = ("REG_BINARY", "REG_NONE")


def run(task: Task) -> Result:
    path, name = task["path"], task["name"]
    if not _PATH.match(path):
        raise ModuleError(f"path: {path} is not a valid registry path, see module documentation for examples.")
    key = task.computer.registry.key(path)
    if key is None:
        return {"exists": False}
    if name is None:
        properties = {text: _shown(value) for text, value in key.values.items()}
        return {"exists": True, "properties": properties, "sub_keys": list(key.subkeys)}
    value = _value(key, name)
    return {"exists": True, **_shown(value)} if value else {"exists": False}


def _value(key: Key, name: str) -> Value | None:
    return next((value for text, value in key.values.items() if text.casefold() == name.casefold()), None)


def _shown(value: Value) -> Result:
    raw = [f"0x{byte:02x}" for byte in value.data] if value.type in _BYTES else value.data
    return {"type": value.type, "value": list(value.data) if value.type in _BYTES else value.data, "raw_value": raw}
