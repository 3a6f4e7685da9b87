# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""slurp."""

from __future__ import annotations

import base64
import typing as t

from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task


def run(task: Task) -> Result:
    path = task["src"]
    if not task.files.exists(path):
        raise ModuleError(f"Path {path} is not found")
    if task.files.is_dir(path):
        raise ModuleError(f"Path {path} is a directory")
    return {"content": base64.b64encode(task.files.read(path)).decode(), "encoding": "base64"}
