# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_shell with cmd as its executable."""

from __future__ import annotations

import ntpath
import typing as t

from tests.lab.winrm.command_line import CommandLineError
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.modules.win_command import refuse_unmodelled, skip, timed
from tests.lab.winrm.programs import run_chain

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task


def run(task: Task) -> Result:
    text = task["cmd"].strip()
    refuse_unmodelled(task)
    if ntpath.basename(task["executable"] or "powershell").casefold() not in ("cmd", "cmd.exe"):
        raise RefusedError("the lab knows win_shell with the executable cmd only, and runs no PowerShell")
    if text.startswith('"'):
        raise RefusedError("cmd.exe would take away the first and the last quotation mark: begin with a program's name")
    if skipped := skip(task):
        return {"cmd": text, "rc": 0, **skipped}
    try:
        return {**timed(text, lambda: run_chain(task.session, text)), "cmd": text}
    except CommandLineError as error:
        raise RefusedError(str(error)) from error
