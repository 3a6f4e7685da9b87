# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_service: state and start mode of services that exist."""

from __future__ import annotations

import typing as t

from tests.lab.winrm import service_control
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.modules.win_service_info import STATES, account_of
from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.windows.service import Service
    from tests.lab.winrm.task import Result, Task

_MODELLED = {"name", "state", "start_mode", "force_dependent_services", "dependency_action", "desktop_interact"}


def run(task: Task) -> Result:
    given = sorted(name for name, value in task.options.items() if value is not None and name not in _MODELLED)
    if given or task["state"] in ("absent", "paused"):
        raise RefusedError(f"the lab does not model the options {given or ['state', 'start_mode']} of win_service")
    service = task.computer.services.get(task["name"])
    if service is None:
        raise ModuleError(
            f"Service '{task['name']}' is not installed, need to set 'path' to create a new service", exists=False
        )
    before = _diff(service)
    after = {**before, **_wanted(task, before)}
    changed = after != before or task["state"] == "restarted"
    if changed and not task.check_mode:
        _apply(task, service)
    result = _result(service, after)
    if task.diff_mode:
        result["diff"] = {"before": before, "after": after}
    return {**result, "changed": changed}


def _wanted(task: Task, before: Result) -> Result:
    """What the task would change, in the names that a diff has."""
    wanted: Result = {}
    if task["start_mode"]:
        wanted["start_mode"] = task["start_mode"]
    if task["state"]:
        wanted["state"] = "started" if task["state"] == "restarted" else task["state"]
    return {key: value for key, value in wanted.items() if before[key] != value}


def _apply(task: Task, service: Service) -> None:
    mode = task["start_mode"]
    if mode and mode != service.start_mode:
        service.set_start_mode(mode, task.origin)
    state, force = task["state"], task["force_dependent_services"]
    try:
        if state in ("stopped", "restarted"):
            service_control.stop(service, task.origin, force=force)
        if state in ("started", "restarted"):
            service_control.start(service, task.origin)
    except service_control.CmdletError as error:
        raise ModuleError(f"Unhandled exception while executing module: {error}", exists=True) from error


def _diff(service: Service) -> Result:
    return {
        "name": service.name,
        "display_name": service.display_name,
        "description": service.description,
        "dependencies": list(service.depends_on),
        "path": service.path,
        "start_mode": service.start_mode,
        "state": STATES[service.state],
        "username": account_of(service),
    }


def _result(service: Service, after: Result) -> Result:
    """The state that the task asked for, not the one of this moment: so does the module itself."""
    state = after["state"].replace("_", "")
    return {
        "exists": True,
        "name": service.name,
        "display_name": service.display_name,
        "description": service.description,
        "dependencies": list(service.depends_on),
        "depended_by": [other.name for other in service.dependents()],
        "desktop_interact": False,
        "path": service.path,
        "start_mode": after["start_mode"],
        "state": "running" if state == "started" else state,
        "username": service.account,
        "can_pause_and_continue": False,
    }
