# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_powershell for scripts that are cmdlets with their parameters, one after the other."""

from __future__ import annotations

import typing as t

from tests.lab.winrm import cmdlets
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.powershell import ParameterBindingError, Script
from tests.lab.winrm.service_control import CmdletError
from tests.lab.winrm.streams import Streams, converted
from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task

_UNMODELLED = ("arguments", "chdir", "executable", "path", "sensitive_parameters")
_STREAMS = ("debug", "verbose", "warning", "information")


def run(task: Task) -> Result:
    if given := [name for name in _UNMODELLED if task[name]]:
        raise RefusedError(f"the lab does not model the options {given} of win_powershell")
    if skipped := _skip(task):
        return skipped
    script = Script.parse(task["script"])
    if task.check_mode and not script.supports_should_process:
        return {**_result(Streams()), "changed": True, "msg": "skipped, running in check mode"}
    try:
        commands = script.bind(task["parameters"] or {})
    except ParameterBindingError as error:
        raise ModuleError(
            "", **_result(Streams(errors=[CmdletError("NamedParameterNotFound", str(error))])), changed=True
        ) from error
    if task.check_mode:
        return {**_result(Streams()), "changed": True}
    written, failed = Streams(), False
    for command, parameters in commands:
        streams = cmdlets.run(task.computer, command, parameters, task["error_action"])
        written.output += streams.output
        written.errors += streams.errors
        # An error that stops a cmdlet stops the script.
        if failed := streams.failed:
            break
    output = [converted(item, task["depth"]) for item in written.output]
    return {**_result(written), "output": output, "changed": True, "failed": failed}


def _skip(task: Task) -> Result:
    if task["creates"] and task.files.exists(task["creates"]):
        return {**_result(Streams()), "msg": f"skipped, since {task['creates']} exists"}
    if task["removes"] and not task.files.exists(task["removes"]):
        return {**_result(Streams()), "msg": f"skipped, since {task['removes']} does not exist"}
    return {}


def _result(streams: Streams) -> Result:
    return {
        "result": {},
        "host_out": "",
        "host_err": "",
        "output": streams.output,
        "error": [_record(error) for error in streams.errors],
        **{stream: [] for stream in _STREAMS},
    }


def _record(error: CmdletError) -> Result:
    return {
        "output": f"{error}\r\n",
        "error_details": None,
        "exception": {"message": str(error), "type": "System.InvalidOperationException", "inner_exception": None},
        "fully_qualified_error_id": error.kind,
        "target_object": None,
        "category_info": {"category": "NotSpecified", "category_id": 0, "activity": "", "reason": error.kind},
        "script_stack_trace": "",
        "pipeline_iteration_info": [],
    }
