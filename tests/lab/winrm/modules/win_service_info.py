# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_service_info."""

from __future__ import annotations

import fnmatch
import typing as t

if t.TYPE_CHECKING:
    from tests.lab.windows.service import Service
    from tests.lab.winrm.task import Result, Task

STATES = {
    "stopped": "stopped",
    "start_pending": "start_pending",
    "running": "started",
    "stop_pending": "stop_pending",
}
_LOCAL_SYSTEM = r"NT AUTHORITY\SYSTEM"


def run(task: Task) -> Result:
    services = task.computer.services.all()
    if name := task["name"]:
        exact = [service for service in services if service.name.casefold() == name.casefold()]
        services = exact or [
            service for service in services if fnmatch.fnmatchcase(service.name.casefold(), name.casefold())
        ]
    found = [_described(service) for service in sorted(services, key=lambda service: service.name.casefold())]
    return {"exists": bool(found), "services": found}


def account_of(service: Service) -> str:
    """The account as Windows names it once it is translated from its SID."""
    return _LOCAL_SYSTEM if service.account.casefold() == "localsystem" else service.account


def _failure_actions(service: Service) -> list[Result]:
    seconds = service.definition.recovers_after
    return [] if seconds is None else [{"delay_ms": int(seconds * 1000), "type": "restart"}]


def _described(service: Service) -> Result:
    running = service.state == "running"
    return {
        "checkpoint": 0,
        "controls_accepted": ["stop", "shutdown"] if running else [],
        "dependencies": list(service.depends_on),
        "dependency_of": [other.name for other in service.dependents()],
        "description": service.description,
        "desktop_interact": False,
        "display_name": service.display_name,
        "error_control": "normal",
        "failure_actions": _failure_actions(service),
        "failure_actions_on_non_crash_failure": False,
        "failure_command": None,
        "failure_reboot_msg": None,
        "failure_reset_period_sec": 0,
        "launch_protection": "none",
        "load_order_group": "",
        "name": service.name,
        "path": service.path,
        "pre_shutdown_timeout_ms": 180000,
        "preferred_node": None,
        "process_id": service.pid,
        "required_privileges": [],
        "service_exit_code": 0,
        "service_flags": [],
        "service_type": "win32_own_process",
        "sid_info": "none",
        "start_mode": service.start_mode,
        "state": STATES[service.state],
        "triggers": [],
        "username": account_of(service),
        "wait_hint_ms": 0,
        "win32_exit_code": service.exit_code,
    }
