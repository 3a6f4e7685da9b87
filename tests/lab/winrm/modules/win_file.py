# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_file."""

from __future__ import annotations

import ntpath
import typing as t

from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task

_UNMODELLED = ("access_time", "modification_time")


def run(task: Task) -> Result:
    path, state = task["path"], task["state"]
    if task["_diff_peek"] is not None:
        return _peek(task, path)
    if given := [name for name in _UNMODELLED if task[name] is not None]:
        raise ModuleError(f"the lab does not model the options {given} of win_file")
    if state == "touch":
        return _touch(task, path)
    if task.files.exists(path):
        return _existing(task, path, state)
    if state is None:
        state = "file" if ntpath.basename(path) else "directory"
    if state == "file":
        raise ModuleError(f"path {path} will not be created")
    if state == "directory" and not task.check_mode:
        task.files.make_dir(path)
    return {"changed": state == "directory"}


def _existing(task: Task, path: str, state: str | None) -> Result:
    is_dir = task.files.is_dir(path)
    if state == "absent":
        if not task.check_mode:
            task.files.remove(path, task.origin)
        return {"changed": True}
    if (state == "directory" and not is_dir) or (state == "file" and is_dir):
        raise ModuleError(f"path {path} is not a {state}")
    return {}


def _touch(task: Task, path: str) -> Result:
    if not task.check_mode and not task.files.is_dir(path):
        task.files.write(path, task.files.read(path) if task.files.exists(path) else b"", task.origin)
    return {"changed": True}


def _peek(task: Task, path: str) -> Result:
    """What the diff of win_copy and win_template asks for."""
    exists = task.files.exists(path)
    data = task.files.read(path) if exists and not task.files.is_dir(path) else b""
    return {
        "path": path,
        "change": False,
        "appears_binary": b"\0" in data[:8192],
        "state": "file" if exists else "absent",
    }
