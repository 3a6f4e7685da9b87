# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The phases of a run, told by the task files that the roles work through."""

from __future__ import annotations

import re
import typing as t

# In the order of a run; the words stand in the report.
PHASES: t.Final = {
    "plan": "Plan",
    "stage": "Copy the package",
    "stop": "Stop",
    "backup": "Back up",
    "agent_down": "Stop SQL Server Agent",
    "check": "See that nothing came up",
    "idle": "Wait for idle",
    "install": "Install",
    "prove": "Prove",
    "uninstall": "Uninstall",
    "restore": "Restore",
    "restart": "Restart",
    "agent_up": "Start SQL Server Agent",
    "start": "Start",
    "settle": "See that it stays up",
}
# Those whose tasks look at the databases from the controller.
OF_DATABASES: t.Final = ("backup", "idle", "restore")
# Those whose tasks are delegated to the computers of SQL Server.
OF_AGENTS: t.Final = ("agent_down", "agent_up")

# What is not listed goes on with the phase before it.
_OF_FILE: t.Final = {
    "preflight/main": "plan",
    "preflight/snapshot": "plan",
    "preflight/group": "plan",
    "preflight/cluster": "plan",
    "rollback/plan": "plan",
    "rollback/group": "plan",
    "rollback/databases": "plan",
    "stage/main": "stage",
    "stage/look": "stage",
    "stage/fetch": "stage",
    "stage/controller": "stage",
    "stage/share": "stage",
    "stage/web": "stage",
    "stop/main": "stop",
    "stop/users": "stop",
    "stop/agent": "agent_down",
    "stop/agent_service": "agent_down",
    "stop/agent_resource": "agent_down",
    "stop/agent_external": "agent_down",
    "stop/check": "check",
    "backup/main": "backup",
    "backup/idle": "idle",
    "backup/still_idle": "idle",
    "install/run": "install",
    "install/wait": "install",
    "install/failed": "install",
    "install/busy": "install",
    "install/log": "prove",
    "install/prove": "prove",
    "install/restart": "restart",
    "rollback/sso_down": "stop",
    "rollback/quiet": "check",
    "rollback/uninstall": "uninstall",
    "rollback/restore": "restore",
    "rollback/databases_back": "restore",
    "rollback/start": "start",
    "start/agent": "agent_up",
    "start/agent_service": "agent_up",
    "start/agent_resource": "agent_up",
    "start/agent_external": "agent_up",
    "start/agent_request": "agent_up",
    "start/request_service": "agent_up",
    "start/request_resource": "agent_up",
    "start/main": "start",
    "start/services": "start",
    "start/settle": "settle",
    "start/died": "settle",
    "start/others": "start",
    "start/cluster": "start",
    "start/app_pools": "start",
}
_OF_NONE: t.Final = ("install/turn", "stage/cleanup", "report/main")
_TASK_FILE = re.compile(r"[\\/]roles[\\/](\w+)[\\/]tasks[\\/](\w+)\.ya?ml(?::\d+)?$")


def file_of_task(path: str) -> str:
    """`stop/main` of `.../roles/stop/tasks/main.yml:12`; empty where it is no role's."""
    match = _TASK_FILE.search(path)
    return f"{match[1]}/{match[2]}" if match else ""


def phase_of(file: str, before: str) -> str:
    """The phase that a task file belongs to, where `before` was the one until now; empty where it is none."""
    # An uninstall waits for its outcome with the tasks of an install.
    if file == "install/wait" and before == "uninstall":
        return before
    return "" if file in _OF_NONE or file.startswith("record/") else _OF_FILE.get(file, before)
