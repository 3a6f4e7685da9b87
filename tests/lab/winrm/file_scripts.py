# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small scripts by which ansible-core moves files and makes its temporary folders."""

from __future__ import annotations

import base64
import hashlib
import json
import ntpath
import typing as t

from tests.lab.winrm.shells import Outcome

if t.TYPE_CHECKING:
    from tests.lab.winrm.payload import Action, Payload
    from tests.lab.winrm.session import Session

_ORIGIN = "winrm"


def _put_file(session: Session, action: Action, payload: Payload) -> Outcome:
    content = payload.decoded_lines()
    session.computer.files.write(action.param("Path"), content, _ORIGIN)
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return _line(json.dumps({"sha1": digest}))


def _fetch_file(session: Session, action: Action, _payload: Payload) -> Outcome:
    files, path = session.computer.files, action.param("Path")
    if not files.exists(path):
        return Outcome(1, stderr=f"{path} does not exist\r\n".encode())
    if files.is_dir(path):
        return _line("[DIR]")
    offset, size = action.param("Offset"), action.param("BufferSize")
    return _line(base64.b64encode(files.read(path)[offset : offset + size]).decode())


def _make_temporary_folder(session: Session, action: Action, _payload: Payload) -> Outcome:
    path = ntpath.join(session.expand(action.param("Directory")), action.param("Name"))
    session.computer.files.make_dir(path)
    return _line(path)


def _expand_user(session: Session, action: Action, _payload: Payload) -> Outcome:
    path = action.param("Path")
    if path == "~" or path.startswith("~\\"):
        return _line(session.profile + path[1:])
    return _line(path)


def _remove(session: Session, path: str) -> Outcome:
    session.computer.files.remove(path, _ORIGIN)
    return Outcome()


def _exists(session: Session, path: str) -> Outcome:
    return Outcome(0 if session.computer.files.exists(path) else 1)


def _line(text: str) -> Outcome:
    return Outcome(stdout=f"{text}\r\n".encode())


CORE_SCRIPTS: dict[str, t.Callable[[Session, Action, Payload], Outcome]] = {
    "winrm_put_file.ps1": _put_file,
    "winrm_fetch_file.ps1": _fetch_file,
    "powershell_mkdtemp.ps1": _make_temporary_folder,
    "powershell_expand_user.ps1": _expand_user,
}
SHELL_SCRIPTS: dict[str, t.Callable[[Session, str], Outcome]] = {
    "remove": _remove,
    "remove_tree": _remove,
    "exists": _exists,
}
