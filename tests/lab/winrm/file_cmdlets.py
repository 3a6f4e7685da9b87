# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-Content, Set-Content, New-Item and Remove-Item: cmdlets that work on files."""

from __future__ import annotations

import typing as t

from tests.lab.windows.files import FileError
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.service_control import CmdletError

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.winrm.streams import Streams

    Parameters = dict[str, t.Any]

_WILDCARDS = ("*", "?", "[")


def get_content(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    for path in _paths(parameters):
        if not computer.files.exists(path):
            streams.fail(_missing(path))
            continue
        data = computer.files.read(path)
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "replace")
        streams.output += [text] if parameters.get("raw") else text.splitlines()


def set_content(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    """Windows PowerShell's ASCII puts a question mark in place of what it lacks."""
    if str(parameters.get("encoding", "")).casefold() != "ascii":
        raise RefusedError("the lab knows Set-Content with -Encoding ASCII only")
    data = (str(parameters.get("value", "")) + "\r\n").encode("ascii", "replace")
    for path in _paths(parameters):
        _write(computer, path, data, "Set-Content", streams)


def new_item(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    """Without -Force a file that is there already is an error, which makes it a lock."""
    kind = str(parameters.get("itemtype", "")).casefold()
    for path in _paths(parameters):
        if kind == "directory" and parameters.get("force"):
            computer.files.make_dir(path)
        elif kind != "file":
            raise RefusedError("the lab knows New-Item of files, and with -Force of directories")
        elif computer.files.exists(path) and not parameters.get("force"):
            streams.fail(CmdletError("NewItemIOError", f"The file '{path}' already exists."))
        else:
            _write(computer, path, str(parameters.get("value", "")).encode(), "New-Item", streams)


def remove_item(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    for path in _paths(parameters):
        if not computer.files.exists(path):
            streams.fail(_missing(path))
        else:
            computer.files.remove(path, "Remove-Item")


def _paths(parameters: Parameters) -> list[str]:
    value = parameters.get("literalpath") or parameters.get("path") or []
    paths = [str(path) for path in (value if isinstance(value, list) else [value])]
    if "path" in parameters and any(sign in path for path in paths for sign in _WILDCARDS):
        raise RefusedError(f"the lab does not know wildcards in the paths {paths}")
    return paths


def _write(computer: Computer, path: str, data: bytes, origin: str, streams: Streams) -> None:
    try:
        computer.files.write(path, data, origin)
    except FileError as error:
        streams.fail(CmdletError("DirectoryNotFound", str(error)))


def _missing(path: str) -> CmdletError:
    return CmdletError("PathNotFound", f"Cannot find path '{path}' because it does not exist.")
