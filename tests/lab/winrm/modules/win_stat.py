# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_stat."""

from __future__ import annotations

import hashlib
import ntpath
import typing as t

if t.TYPE_CHECKING:
    from tests.lab.windows.files import Files, Node
    from tests.lab.winrm.task import Result, Task


def run(task: Task) -> Result:
    path = task["path"]
    if not task.files.exists(path):
        return {"stat": {"exists": False}}
    node = task.files.node(path)
    common: Result = {
        "exists": True,
        "path": node.path,
        "filename": ntpath.basename(node.path),
        "isdir": node.data is None,
        "isreg": node.data is not None,
        "isarchive": node.data is not None,
        "attributes": "Directory" if node.data is None else "Archive",
        "ishidden": False,
        "isjunction": False,
        "islnk": False,
        "isreadonly": False,
        "isshared": False,
        "nlink": 1,
        "hlnk_targets": [],
        "owner": r"BUILTIN\Administrators",
        **{f"{kind}time": node.modified.timestamp() for kind in ("creation", "lastaccess", "lastwrite")},
    }
    return {"stat": {**common, **_own(task, node)}}


def _own(task: Task, node: Node) -> Result:
    """What only a file or only a folder has."""
    if node.data is None:
        return {"size": _size(task.files, node)} if task["get_size"] else {}
    found: Result = {"extension": ntpath.splitext(node.path)[1]}
    if task["get_checksum"]:
        found["checksum"] = hashlib.new(task["checksum_algorithm"], node.data, usedforsecurity=False).hexdigest()
    if task["get_size"]:
        found["size"] = len(node.data)
    return found


def _size(files: Files, folder: Node) -> int:
    return sum(len(node.data) if node.data is not None else _size(files, node) for node in files.list(folder.path))
