# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-CimInstance: the classes of WMI that tell something in the lab, and the WQL that may ask for them."""

from __future__ import annotations

import re
import typing as t

from tests.lab.winrm.core_scripts import RefusedError

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.winrm.streams import Streams

_EQUALITY = re.compile(r"\s*(?P<name>\w+)\s*=\s*(?:'(?P<text>[^']*)'|(?P<number>\d+))\s*")
_GIB = 1024**3
_DISK_SIZE = 100 * _GIB
_LOCAL_DISK = 3

Instance = dict[str, t.Any]


def get_cim_instance(computer: Computer, parameters: dict[str, t.Any], streams: Streams) -> None:
    name = str(parameters.get("classname", ""))
    instances = _CLASSES.get(name.casefold())
    if instances is None:
        raise RefusedError(f"the lab does not know the CIM class {name}")
    found = instances(computer)
    wanted = _filter(str(parameters.get("filter") or ""), found[0])
    chosen = parameters.get("property") or []
    properties = [str(item).casefold() for item in (chosen if isinstance(chosen, list) else [chosen])]
    streams.output += [
        {key: value if not properties or key.casefold() in properties else None for key, value in instance.items()}
        for instance in found
        if wanted(instance)
    ]


def _filter(text: str, sample: Instance) -> t.Callable[[Instance], bool]:
    """A WQL condition of equalities joined by OR; properties and strings compare in any case."""
    known = {name.casefold() for name in sample}
    terms = []
    for part in re.split(r"\s+or\s+", text, flags=re.IGNORECASE) if text else ():
        match = _EQUALITY.fullmatch(part)
        if match is None or match["name"].casefold() not in known:
            raise RefusedError("the lab understands a WQL filter of equalities joined by OR only")
        terms.append((match["name"].casefold(), (match["text"] or match["number"] or "").casefold()))

    def matches(instance: Instance) -> bool:
        values = {key.casefold(): str(value).casefold() for key, value in instance.items()}
        return not terms or any(values[name] == value for name, value in terms)

    return matches


def _processes(computer: Computer) -> list[Instance]:
    return [
        {
            "Name": process.image,
            "ProcessId": process.pid,
            "SessionId": process.session,
            "CommandLine": process.command_line or process.image,
        }
        for process in computer.processes.all()
    ]


def _logical_disks(computer: Computer) -> list[Instance]:
    """Win32_LogicalDisk: sizes are in bytes, drive type 3 is a local disk."""
    free = int(computer.free_space * _GIB)
    return [{"DeviceID": "C:", "DriveType": _LOCAL_DISK, "FreeSpace": free, "Size": max(free, _DISK_SIZE)}]


_CLASSES: dict[str, t.Callable[[Computer], list[Instance]]] = {
    "win32_process": _processes,
    "win32_logicaldisk": _logical_disks,
}
