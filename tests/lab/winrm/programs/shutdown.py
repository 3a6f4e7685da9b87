# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""shutdown.exe: /r with /t, /c, /d and /f, and /a."""

from __future__ import annotations

import typing as t

from tests.lab.windows.power import AlreadyScheduledError
from tests.lab.winrm.programs.result import ProgramResult

if t.TYPE_CHECKING:
    from tests.lab.winrm.session import Session

_ALREADY_SCHEDULED, _NOTHING_TO_ABORT = 1190, 1116
# Windows' own default, and what /f implies nothing about.
_DEFAULT_SECONDS = 30
_WITH_VALUE = ("/t", "/c", "/d")


def run(session: Session, arguments: list[str]) -> ProgramResult:
    values: dict[str, str] = {}
    words = iter(arguments)
    for word in words:
        switch = word.casefold().replace("-", "/", 1)
        if switch not in ("/r", "/a", "/f", *_WITH_VALUE):
            return ProgramResult.error(1, f"the lab does not know shutdown {word}")
        values[switch] = next(words, "") if switch in _WITH_VALUE else ""
    if ("/r" in values) == ("/a" in values):
        return ProgramResult.error(1, "the lab knows shutdown /r and shutdown /a only")
    return _abort(session) if "/a" in values else _restart(session, values.get("/t", str(_DEFAULT_SECONDS)))


def _restart(session: Session, seconds: str) -> ProgramResult:
    if not seconds.isdigit():
        return ProgramResult.error(1, f"the lab does not know the time {seconds}")
    try:
        session.computer.power.schedule(float(seconds), "shutdown.exe")
    except AlreadyScheduledError:
        return ProgramResult.error(
            _ALREADY_SCHEDULED, f"A system shutdown has already been scheduled.({_ALREADY_SCHEDULED})"
        )
    return ProgramResult(0)


def _abort(session: Session) -> ProgramResult:
    if session.computer.power.abort():
        return ProgramResult(0)
    text = f"Unable to abort the system shutdown because no shutdown was in progress.({_NOTHING_TO_ABORT})"
    return ProgramResult.error(_NOTHING_TO_ABORT, text)
