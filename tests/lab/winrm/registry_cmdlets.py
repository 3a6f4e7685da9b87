# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-ChildItem and Get-ItemProperty on the registry, where the items are sub-keys and the properties values."""

from __future__ import annotations

import typing as t

from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.service_control import CmdletError
from tests.lab.winrm.streams import Object

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.windows.registry import Key
    from tests.lab.winrm.streams import Streams


_PROVIDER = "Microsoft.PowerShell.Core\\Registry"


def get_child_item(computer: Computer, parameters: dict[str, t.Any], streams: Streams) -> None:
    """With -Name the output are the names alone, of one path after the other."""
    if not parameters.get("name"):
        raise RefusedError("the lab knows Get-ChildItem with -Name only")
    for _path, key in _keys(computer, parameters, streams):
        streams.output += list(key.subkeys)


def get_item_property(computer: Computer, parameters: dict[str, t.Any], streams: Streams) -> None:
    """All values of each key, with the properties that PowerShell adds; nothing for a key without values."""
    for path, key in _keys(computer, parameters, streams):
        values = {name: value.data for name, value in key.values.items()}
        if unknown := [name for name, data in values.items() if not isinstance(data, str | int)]:
            raise RefusedError(f"the lab knows Get-ItemProperty for texts and numbers only, not for {unknown}")
        if values:
            streams.output.append(values | _added(path))


def _added(path: str) -> dict[str, t.Any]:
    """The NoteProperties of a registry key: about_Registry_Provider."""
    full = f"{_PROVIDER}::HKEY_LOCAL_MACHINE{path.removeprefix(path[:5])}"
    return {
        "PSPath": full,
        "PSParentPath": full.rpartition("\\")[0],
        "PSChildName": full.rpartition("\\")[2],
        "PSDrive": Object("HKLM", {}),
        "PSProvider": Object(_PROVIDER, {}),
    }


def _keys(computer: Computer, parameters: dict[str, t.Any], streams: Streams) -> t.Iterator[tuple[str, Key]]:
    given = parameters.get("literalpath") or []
    paths = [str(path) for path in (given if isinstance(given, list) else [given])]
    if not paths or any(not path.upper().startswith("HKLM:\\") for path in paths):
        raise RefusedError("the lab knows the registry with -LiteralPath below HKLM:\\ only")
    for path in paths:
        key = computer.registry.key(path)
        if key is None:
            streams.fail(CmdletError("PathNotFound", f"Cannot find path '{path}' because it does not exist."))
        else:
            yield path, key
