# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_reboot_info."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task

_PENDING = {
    "source": "pending_file_rename",
    "description": "There are pending file rename operations that require a reboot.",
}


def run(task: Task) -> Result:
    boot = task.computer.power.boot_time
    return {
        "last_reboot": {
            "time": boot.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "time_epoch": boot.timestamp(),
            "details": None,
        },
        "reboot_required": task.computer.pending_restart,
        "reboot_required_reasons": [_PENDING] if task.computer.pending_restart else [],
    }
