# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a program ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProgramResult:
    code: int
    stdout: str = ""
    stderr: str = ""

    def then(self, later: ProgramResult) -> ProgramResult:
        return ProgramResult(later.code, self.stdout + later.stdout, self.stderr + later.stderr)

    @classmethod
    def lines(cls, *lines: str, code: int = 0) -> ProgramResult:
        return cls(code, "".join(f"{line}\r\n" for line in lines))

    @classmethod
    def error(cls, code: int, *lines: str) -> ProgramResult:
        return cls(code, stderr="".join(f"{line}\r\n" for line in lines))
