# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""taskkill.exe: /PID, /IM, /FI with PID or IMAGENAME, and /F."""

from __future__ import annotations

import re
import typing as t

from tests.lab.windows.processes import TerminateError
from tests.lab.winrm.programs.result import ProgramResult

if t.TYPE_CHECKING:
    from tests.lab.windows.processes import Process
    from tests.lab.winrm.session import Session

_NOT_FOUND = 128
_FILTER = re.compile(r"(PID|IMAGENAME) eq (.+)", re.IGNORECASE)


def run(session: Session, arguments: list[str]) -> ProgramResult:
    force = False
    wanted: list[tuple[str, str]] = []
    filters: list[tuple[str, str]] = []
    words = iter(arguments)
    for word in words:
        switch = word.casefold()
        if switch == "/f":
            force = True
        elif switch in ("/pid", "/im"):
            wanted.append((switch, next(words, "")))
        elif switch == "/fi" and (match := _FILTER.fullmatch(next(words, ""))):
            filters.append((f"/{match[1].casefold()}".replace("imagename", "im"), match[2]))
        else:
            return ProgramResult.error(1, f"ERROR: Invalid argument/option - '{word}'.")
    if filters and not wanted:
        return _kill_filtered(session, filters, force=force)
    if filters or not wanted or not all(value for _switch, value in wanted):
        return ProgramResult.error(1, "ERROR: Invalid syntax. Neither /FI nor /PID nor /IM were specified.")
    total = ProgramResult(0)
    for switch, value in wanted:
        result = _kill(session, switch, value, force=force)
        total = ProgramResult(max(total.code, result.code), total.stdout + result.stdout, total.stderr + result.stderr)
    return total


def _kill(session: Session, switch: str, value: str, *, force: bool) -> ProgramResult:
    processes = [process for process in session.computer.processes.all() if _matches(process, switch, value)]
    if not processes:
        return ProgramResult.error(_NOT_FOUND, f'ERROR: The process "{value}" not found.')
    total = ProgramResult(0)
    for process in processes:
        total = total.then(_end(session, process, force=force))
    return total


def _kill_filtered(session: Session, filters: list[tuple[str, str]], *, force: bool) -> ProgramResult:
    """Whatever fits all filters; nothing at all is no error."""
    total = ProgramResult(0)
    found = [item for item in session.computer.processes.all() if all(_matches(item, *filter_) for filter_ in filters)]
    for process in found:
        total = total.then(_end(session, process, force=force))
    return total if found else ProgramResult.lines("INFO: No tasks running with the specified criteria.")


def _matches(process: Process, switch: str, value: str) -> bool:
    return str(process.pid) == value if switch == "/pid" else process.image.casefold() == value.casefold()


def _end(session: Session, process: Process, *, force: bool) -> ProgramResult:
    processes = session.computer.processes
    try:
        if force:
            processes.end(process.pid, "taskkill.exe")
            return ProgramResult.lines(f"SUCCESS: The process with PID {process.pid} has been terminated.")
        processes.close(process.pid, "taskkill.exe")
    except TerminateError as error:
        return ProgramResult.error(1, *f"ERROR: {error}".splitlines())
    return ProgramResult.lines(f"SUCCESS: Sent termination signal to the process with PID {process.pid}.")
