# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""whoami.exe without switches."""

from __future__ import annotations

import typing as t

from tests.lab.winrm.programs.result import ProgramResult

if t.TYPE_CHECKING:
    from tests.lab.winrm.session import Session


def run(session: Session, arguments: list[str]) -> ProgramResult:
    if arguments:
        return ProgramResult.error(1, f"ERROR: Invalid argument/option - '{arguments[0]}' (the lab knows none).")
    return ProgramResult.lines(session.account.name.lower())
