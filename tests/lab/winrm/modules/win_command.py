# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_command."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from tests.lab.winrm import command_line
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.programs import ProgramNotFoundError, ProgramResult, run_program
from tests.lab.winrm.task import ModuleError

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task

_UNMODELLED = ("stdin", "output_encoding_override", "chdir")
_FILE_NOT_FOUND = 2


def run(task: Task) -> Result:
    if task["argv"]:
        arguments = [str(item) for item in task["argv"]]
        text = command_line.join(arguments)
    else:
        text = task["cmd"] or (task["_raw_params"] or "").strip()
        arguments = command_line.split(text)
    refuse_unmodelled(task)
    if skipped := skip(task):
        return {"cmd": text, "rc": 0, **skipped}
    try:
        return timed(text, lambda: run_program(task.session, arguments))
    except ProgramNotFoundError as error:
        raise ModuleError(f"Failed to run: '{text}': {error}", cmd=text, rc=_FILE_NOT_FOUND) from error


def refuse_unmodelled(task: Task) -> None:
    if given := [name for name in _UNMODELLED if task[name] is not None]:
        raise RefusedError(f"the lab does not model the options {given} of {task.module}")


def skip(task: Task) -> Result:
    """Why there is nothing to run, or nothing."""
    if task["creates"] and task.files.exists(task["creates"]):
        return {"msg": f"skipped, since {task['creates']} exists", "skipped": True}
    if task["removes"] and not task.files.exists(task["removes"]):
        return {"msg": f"skipped, since {task['removes']} does not exist", "skipped": True}
    return {}


def timed(text: str, action: t.Callable[[], ProgramResult]) -> Result:
    """Run something; raises `ModuleError` where its exit code is not 0."""
    started = datetime.now(timezone.utc)
    outcome = action()
    ended = datetime.now(timezone.utc)
    result: Result = {
        "changed": True,
        "cmd": text,
        "rc": outcome.code,
        "stdout": outcome.stdout,
        "stderr": outcome.stderr,
        "start": started.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "end": ended.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "delta": str(ended - started),
    }
    if outcome.code:
        raise ModuleError("non-zero return code", **result)
    return result
