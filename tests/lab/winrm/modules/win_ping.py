# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_ping."""

from __future__ import annotations

import typing as t

from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task


def run(task: Task) -> Result:
    if task["data"] == "crash":
        raise ModuleError("Unhandled exception while executing module: boom")
    return {"ping": task["data"]}
