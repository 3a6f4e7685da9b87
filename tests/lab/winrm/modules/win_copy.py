# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_copy, in the four modes in which its action plugin and remote_src call it."""

from __future__ import annotations

import base64
import hashlib
import io
import ntpath
import typing as t
import zipfile
from datetime import datetime, timezone

from tests.lab.windows.network import is_unc
from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.windows.files import Files
    from tests.lab.winrm.task import Result, Task

_SEPARATORS = ("/", "\\")


def run(task: Task) -> Result:
    mode = task["_copy_mode"] or "single"
    if mode not in _MODES:
        raise ModuleError(
            f"Get-AnsibleParam: Argument _copy_mode needs to be one of {','.join(_MODES)} but was {mode}."
        )
    return _MODES[mode](task)


def _query(task: Task) -> Result:
    """Which of the controller's files and folders are not here yet."""
    files = task.files
    changed_files = []
    for file in task["files"] or []:
        path = ntpath.join(task["dest"], file["dest"])
        if files.is_dir(path):
            file = {**file, "dest": ntpath.join(file["dest"], file["src"].replace("/", "\\").rpartition("\\")[2])}
            path = ntpath.join(task["dest"], file["dest"])
        if files.is_dir(path):
            raise ModuleError(f"cannot copy file to dest '{path}': object at path is already a directory")
        if not files.exists(path) or (task["force"] and _sha1(files, path) != file["checksum"]):
            changed_files.append(file)
    changed_folders = []
    for folder in task["directories"] or []:
        path = ntpath.join(task["dest"], folder["dest"])
        for place in (ntpath.dirname(path), path):
            if _is_file(files, place):
                raise ModuleError(f"cannot copy folder to dest '{path}': object at {place} is already a file")
        if not files.is_dir(path):
            changed_folders.append(folder)
    return {"files": changed_files, "directories": changed_folders, "symlinks": []}


def _single(task: Task) -> Result:
    """The connection has brought one file to `src`; put it in its place."""
    source = _source(task)
    destination = _destination(task, task["_original_basename"] or ntpath.basename(source))
    _make_parent(task, destination)
    result: Result = {"changed": True}
    if task["backup"]:
        result["backup_file"] = _backup(task, destination)
    task.files.write(destination, task.files.read(source), task.origin)
    return result


def _explode(task: Task) -> Result:
    """The connection has brought many files in one archive whose names are base64."""
    with zipfile.ZipFile(io.BytesIO(task.files.read(_source(task)))) as archive:
        for entry in archive.infolist():
            name = base64.b64decode(entry.filename.rstrip("/\\")).decode()
            path = ntpath.join(task["dest"], name)
            if task.check_mode:
                continue
            if entry.is_dir():
                task.files.make_dir(path)
                continue
            task.files.make_dir(ntpath.dirname(path))
            task.files.write(path, archive.read(entry), task.origin)
    return {"changed": True}


def _remote(task: Task) -> Result:
    """Copy from one place of the computer, or from a share, to another."""
    source = task["src"]
    content = _content(task, source) if source else None
    if source is None or content is None:
        raise ModuleError(f"Cannot copy src file: '{source}' as it does not exist")
    destination = _destination(task, ntpath.basename(source))
    if task.files.is_dir(destination):
        raise ModuleError(f"cannot copy file from '{source}' to '{destination}': dest is already a folder")
    result: Result = {
        "src": source,
        "dest": destination,
        "operation": "file_copy",
        "original_basename": ntpath.basename(source),
        "checksum": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "size": len(content),
    }
    exists = task.files.exists(destination)
    if exists and (not task["force"] or task.files.read(destination) == content):
        return result
    if task["backup"] and exists:
        result["backup_file"] = _backup(task, destination)
    _make_parent(task, destination)
    if not task.check_mode:
        task.files.write(destination, content, task.origin)
    return {**result, "changed": True}


def _content(task: Task, path: str) -> bytes | None:
    if is_unc(path):
        session = task.session
        return task.computer.world.network.shared(path, session.account, interactive=session.interactive)
    if task.files.is_dir(path):
        raise ModuleError("the lab does not model win_copy of a folder with remote_src")
    return task.files.read(path) if task.files.exists(path) else None


def _source(task: Task) -> str:
    path: str | None = task["src"]
    if path is None:
        raise ModuleError("Get-AnsibleParam: Missing required argument: src")
    if not _is_file(task.files, path):
        raise ModuleError(f"Cannot copy src file: '{path}' as it does not exist")
    return path


def _destination(task: Task, name: str) -> str:
    path: str = task["dest"]
    return ntpath.join(path, name) if path.endswith(_SEPARATORS) or task.files.is_dir(path) else path


def _make_parent(task: Task, destination: str) -> None:
    """A folder that the task names with a trailing separator is made; one that is only implied must exist."""
    parent = ntpath.dirname(destination)
    if _is_file(task.files, parent):
        raise ModuleError(f"object at destination parent dir '{parent}' is currently a file")
    if task.files.is_dir(parent):
        return
    if destination == task["dest"]:
        raise ModuleError(f"Destination directory '{parent}' does not exist")
    if not task.check_mode:
        task.files.make_dir(parent)


def _backup(task: Task, path: str) -> str | None:
    if not task.files.exists(path):
        return None
    stamp = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    copy = f"{path}.{stamp}.bak"
    if not task.check_mode:
        task.files.write(copy, task.files.read(path), task.origin)
    return copy


def _is_file(files: Files, path: str) -> bool:
    return files.exists(path) and not files.is_dir(path)


def _sha1(files: Files, path: str) -> str:
    return hashlib.sha1(files.read(path), usedforsecurity=False).hexdigest()


_MODES: dict[str, t.Callable[[Task], Result]] = {
    "explode": _explode,
    "query": _query,
    "remote": _remote,
    "single": _single,
}
