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

_TERM = re.compile(
    r"\s*(?P<name>\w+)\s*(?:=\s*(?:'(?P<text>(?:[^'\\]|\\.)*)'|(?P<number>\d+))|like\s+'(?P<pattern>[^']*)')\s*", re.I
)
_VERSION = re.compile(r"\d+(\.\d+){3}")
_MIB = 1024**2
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
    """A WQL condition of equalities and LIKE joined by OR; properties and strings compare in any case."""
    known = {name.casefold() for name in sample}
    terms = []
    for part in re.split(r"\s+or\s+", text, flags=re.IGNORECASE) if text else ():
        match = _TERM.fullmatch(part)
        if match is None or match["name"].casefold() not in known:
            raise RefusedError("the lab understands a WQL filter of equalities and LIKE joined by OR only")
        exact = re.escape(re.sub(r"\\(.)", r"\1", match["text"] or match["number"] or ""))
        wanted = exact if match["pattern"] is None else _like(match["pattern"])
        terms.append((match["name"].casefold(), re.compile(wanted, re.IGNORECASE)))

    def matches(instance: Instance) -> bool:
        values = {key.casefold(): str(value) for key, value in instance.items()}
        return not terms or any(pattern.fullmatch(values[name]) for name, pattern in terms)

    return matches


def _like(pattern: str) -> str:
    """A pattern of LIKE as a regular expression: any characters, one character, and sets or ranges of them."""
    if re.search(r"[\^=]|\[[^\]]*$", pattern):
        raise RefusedError("the lab understands %, _ and [] with characters or a range a-b in a pattern of LIKE only")
    parts = re.split(r"(%|_|\[[^\]]*\])", pattern)
    return "".join({"%": ".*", "_": "."}.get(part, part if part[:1] == "[" else re.escape(part)) for part in parts)


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


def _volumes(computer: Computer) -> list[Instance]:
    """Win32_Volume: sizes are in bytes, drive type 3 is a local disk; what has no drive letter goes by its id."""
    free = int(computer.free_space * _GIB)
    hidden = {
        "Name": "\\\\?\\Volume{5f4d1f4e-0000-0000-0000-100000000000}\\",
        "FreeSpace": None,
        "Capacity": 500 * _MIB,
    }
    drive = {"Name": "C:\\", "FreeSpace": free, "Capacity": max(free, _DISK_SIZE)}
    return [{"DriveType": _LOCAL_DISK, **volume} for volume in (drive, hidden)]


def _files(computer: Computer) -> list[Instance]:
    """CIM_DataFile: the version of a file that has one."""
    return [
        {"Name": node.path.lower(), "Version": version[0] if (version := _VERSION.fullmatch(text)) else None}
        for node in computer.files.nodes()
        if node.data is not None
        for text in [node.data[:40].decode("latin-1")]
    ]


_CLASSES: dict[str, t.Callable[[Computer], list[Instance]]] = {
    "cim_datafile": _files,
    "win32_process": _processes,
    "win32_volume": _volumes,
}
