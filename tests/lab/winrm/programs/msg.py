# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""msg.exe: a message to the session of somebody who is logged on, who may do as he is told."""

from __future__ import annotations

import typing as t

from tests.lab.winrm.programs.result import ProgramResult

if t.TYPE_CHECKING:
    from tests.lab.winrm.session import Session


def run(session: Session, arguments: list[str]) -> ProgramResult:
    words = [word for word in arguments if not word.casefold().startswith("/time:")]
    if len(words) != 2 or not words[0].isdigit() or words[1].startswith("/"):
        return ProgramResult.error(1, "Invalid parameter(s): the lab knows msg SESSION [/TIME:seconds] TEXT only")
    if not session.computer.processes.tell(int(words[0])):
        return ProgramResult.error(1, f"{words[0]} does not exist or is disconnected")
    return ProgramResult(0)
