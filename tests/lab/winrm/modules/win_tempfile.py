# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_tempfile."""

from __future__ import annotations

import ntpath
import secrets
import typing as t

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task


def run(task: Task) -> Result:
    folder = task["path"] or task.session.environment["TEMP"]
    prefix, suffix = (task.session.expand(task[option] or "") for option in ("prefix", "suffix"))
    path = ntpath.join(folder, f"{prefix}{secrets.token_hex(4)}.{secrets.token_hex(2)[:3]}{suffix}")
    if not task.check_mode:
        if task["state"] == "directory":
            task.files.make_dir(path)
        else:
            task.files.write(path, b"", task.origin)
    return {"changed": True, "state": task["state"], "path": path}
