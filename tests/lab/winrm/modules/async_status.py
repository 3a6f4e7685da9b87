# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""async_status."""

from __future__ import annotations

import typing as t

from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task


def run(task: Task) -> Result:
    job_id = task["jid"]
    folder = task.session.expand(task["_async_dir"] or r"%USERPROFILE%\.ansible_async")
    if task["mode"] == "cleanup":
        found: Result | None = {"erased": path} if (path := task.jobs.remove(folder, job_id)) else None
    else:
        found = task.jobs.status(folder, job_id)
    if found is None:
        raise ModuleError(f"could not find job at '{folder}'", ansible_job_id=job_id, started=1, finished=1)
    return {"ansible_job_id": job_id, **found}
