# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The campaign as a table for a person."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.campaign.runner import Result

_WIDTHS = (60, 24, 14, 12, 22, 6, 8)
HEADER = ("case", "strike", "first exit", "next", "exits after it", "ending", "seconds")


def line(*cells: str) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def row(result: Result) -> list[str]:
    """One line, and one more for each problem."""
    case = result.case
    first = line(
        f"{case.scenario}: {case.step}",
        case.kind,
        _exit(result.exits[0]),
        ", ".join(dict.fromkeys(result.commands[1:])) or "-",
        ", ".join(map(_exit, result.exits[1:])) or "-",
        result.ending.level if result.good else "BAD",
        f"{result.seconds:.0f}",
    )
    return [first, *(f"    {problem}" for problem in result.ending.problems)]


def _exit(code: int | None) -> str:
    return "never" if code is None else "killed" if code < 0 else str(code)
