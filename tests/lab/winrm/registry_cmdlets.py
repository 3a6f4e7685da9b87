# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-ChildItem on the registry, where the items are sub-keys."""

from __future__ import annotations

import typing as t

from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.service_control import CmdletError

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.winrm.streams import Streams


def get_child_item(computer: Computer, parameters: dict[str, t.Any], streams: Streams) -> None:
    """With -Name the output are the names alone, of one path after the other."""
    given = parameters.get("literalpath") or []
    paths = [str(path) for path in (given if isinstance(given, list) else [given])]
    if not parameters.get("name") or not paths or any(not path.upper().startswith("HKLM:\\") for path in paths):
        raise RefusedError("the lab knows Get-ChildItem with -LiteralPath and -Name below HKLM:\\ only")
    for path in paths:
        key = computer.registry.key(path)
        if key is None:
            streams.fail(CmdletError("PathNotFound", f"Cannot find path '{path}' because it does not exist."))
        else:
            streams.output += list(key.subkeys)
