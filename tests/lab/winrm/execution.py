# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executes one module: checks its options, asks its handler, and notes it in the event log."""

from __future__ import annotations

import time
import typing as t

from tests.lab.windows.files import FileError
from tests.lab.winrm import options
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.documentation import ModuleSpec, UnknownModuleError
from tests.lab.winrm.modules import HANDLERS
from tests.lab.winrm.task import ModuleError, Task

if t.TYPE_CHECKING:
    from tests.lab.winrm.jobs import Jobs
    from tests.lab.winrm.session import Session

_NAMESPACES = ("ansible_collections.ansible.windows.plugins.modules.", "ansible.legacy.", "ansible.builtin.")

Result = dict[str, t.Any]


def execute(name: str, arguments: Result, session: Session, jobs: Jobs) -> Result:
    """Run a module in its modelled time and return what it returns."""
    computer = session.computer
    short = _short_name(name)
    started = time.monotonic()
    time.sleep(computer.world.delays.remote_task)
    check_mode = bool(arguments.get("_ansible_check_mode"))
    try:
        result = {"changed": False, **_run(short, arguments, session, jobs)}
    except RefusedError as error:
        computer.world.events.emit("remote.refused", computer=computer.name, reason=str(error))
        result = {"changed": False, "failed": True, "msg": f"The lab refuses: {error}"}
    computer.world.events.emit(
        "remote.task",
        computer=computer.name,
        module=short,
        check_mode=check_mode,
        become_user=session.become_user,
        seconds=round(time.monotonic() - started, 4),
        failed=bool(result.get("failed")),
        changed=bool(result["changed"]),
    )
    return result


def _run(name: str, arguments: Result, session: Session, jobs: Jobs) -> Result:
    if name not in HANDLERS:
        raise RefusedError(f"the lab does not model the module {name}")
    if name in session.computer.failing:
        session.computer.failing.remove(name)
        # ERROR_NO_SYSTEM_RESOURCES ([MS-ERREF] 2.2)
        return {"failed": True, "msg": "Insufficient system resources exist to complete the requested service."}
    try:
        spec = ModuleSpec.load(name)
    except UnknownModuleError as error:
        raise RefusedError(str(error)) from error
    check_mode = bool(arguments.get("_ansible_check_mode"))
    if check_mode and not spec.supports_check_mode:
        return {"skipped": True, "msg": f"remote module ({name}) does not support check mode"}
    try:
        values = options.validate(spec, arguments, session.expand)
        invocation = {"invocation": {"module_args": options.shown(spec, values)}}
    except ModuleError as error:
        return {"failed": True, "msg": str(error)}
    task = Task(name, values, session, jobs, check_mode, bool(arguments.get("_ansible_diff")))
    try:
        return {**HANDLERS[name](task), **invocation}
    except ModuleError as error:
        return {**error.result, "failed": True, "msg": str(error), **invocation}
    except FileError as error:
        return {"failed": True, "msg": f"Unhandled exception while executing module: {error}", **invocation}


def _short_name(name: str) -> str:
    """A module's name without its collection."""
    return name.removeprefix(next((prefix for prefix in _NAMESPACES if name.startswith(prefix)), ""))
