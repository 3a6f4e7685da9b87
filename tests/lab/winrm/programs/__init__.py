# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows programs that may be run on a simulated computer."""

from __future__ import annotations

import ntpath
import re
import typing as t

from tests.lab.windows.installer import NotExecutableError
from tests.lab.winrm import command_line
from tests.lab.winrm.programs import appcmd, iisreset, msg, sc, shutdown, taskkill, tasklist, whoami
from tests.lab.winrm.programs.result import ProgramResult

if t.TYPE_CHECKING:
    from tests.lab.winrm.session import Session

__all__ = ["ProgramNotFoundError", "ProgramResult", "run_chain", "run_program"]

_PROGRAMS: dict[str, t.Callable[[Session, list[str]], ProgramResult]] = {
    "iisreset": iisreset.run,
    "msg": msg.run,
    "sc": sc.run,
    "shutdown": shutdown.run,
    "taskkill": taskkill.run,
    "tasklist": tasklist.run,
    "whoami": whoami.run,
}
_SYSTEM = re.compile(r"[A-Z]:\\Windows\\System32", re.IGNORECASE)
_APPCMD = ntpath.join(appcmd.FOLDER, "appcmd.exe").casefold()


class ProgramNotFoundError(Exception):
    """The program does not exist on the computer, or the lab does not know it."""


def run_program(session: Session, arguments: list[str]) -> ProgramResult:
    """Run a program of Windows or a package that lies on the computer; raises `ProgramNotFoundError`."""
    path, arguments = arguments[0], arguments[1:]
    folder, name = ntpath.split(path)
    stem, extension = ntpath.splitext(name)
    program = _PROGRAMS.get(stem.casefold())
    if program and extension.casefold() in ("", ".exe") and (not folder or _SYSTEM.fullmatch(folder)):
        return program(session, arguments)
    if path.casefold() == _APPCMD and session.computer.app_pools.installed:
        return appcmd.run(session, arguments)
    if not folder or not session.computer.files.exists(path):
        raise ProgramNotFoundError(f"The system cannot find the file specified: {path}")
    try:
        code = session.computer.installer.run(path, arguments, session.account, interactive=session.interactive)
    except NotExecutableError as error:
        raise ProgramNotFoundError(str(error)) from error
    return ProgramResult(code)


def run_chain(session: Session, text: str) -> ProgramResult:
    """Run what `cmd.exe /c` would; the exit code is that of the last command that ran."""
    total = ProgramResult(0)
    for step in command_line.steps(session.expand(text)):
        if step.runs_after(total.code):
            total = total.then(_run_step(session, step.command))
    return total


def _run_step(session: Session, command: str) -> ProgramResult:
    try:
        return run_program(session, command_line.split(command))
    except ProgramNotFoundError:
        name = command_line.split(command)[0]
        message = f"'{name}' is not recognized as an internal or external command,\r\noperable program or batch file."
        return ProgramResult(1, stderr=message)
