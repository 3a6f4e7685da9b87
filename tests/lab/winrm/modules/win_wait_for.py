# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_wait_for: for a file, for a pattern in it, or for a time."""

from __future__ import annotations

import re
import time
import typing as t

from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task


def run(task: Task) -> Result:
    if task["port"] is not None:
        raise ModuleError("the lab does not model win_wait_for of a port")
    started = time.monotonic()
    time.sleep(task["delay"] or 0)
    if task["path"] is None:
        time.sleep(task["timeout"])
        return {"elapsed": time.monotonic() - started, "wait_attempts": 1}
    attempts = 1
    while _there(task) == (task["state"] == "absent"):
        if time.monotonic() - started >= task["timeout"]:
            raise ModuleError(
                f"timeout while waiting for {task['path']} to be {task['state']}",
                elapsed=time.monotonic() - started,
                wait_attempts=attempts,
            )
        attempts += 1
        time.sleep(min(task["sleep"], 0.1))
    return {"elapsed": time.monotonic() - started, "wait_attempts": attempts}


def _there(task: Task) -> bool:
    path = task["path"]
    if not task.files.exists(path):
        return False
    if task["regex"] is None:
        return True
    return re.search(task["regex"], task.files.read(path).decode("utf-8", "replace"), re.MULTILINE) is not None
