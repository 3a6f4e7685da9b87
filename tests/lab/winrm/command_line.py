# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Windows programs read their command line, and how cmd.exe strings several of them together."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPERATORS = ("&&", "||", "&")
# Redirection, grouping, pipes and escapes: cmd.exe knows them, the lab does not.
_UNKNOWN = re.compile(r"[<>()|^]")


class CommandLineError(ValueError):
    """The command line needs more of cmd.exe than the lab has."""


def split(command_line: str) -> list[str]:
    """The arguments of a command line, by the rules of the Microsoft C runtime."""
    arguments: list[str] = []
    current: str | None = None
    quoted = False
    for slashes, character in re.findall(r"(\\*)(.?)", command_line, re.DOTALL):
        current = _with(current, "\\" * (len(slashes) // 2 if character == '"' else len(slashes)))
        if character == '"' and len(slashes) % 2 == 0:
            quoted = not quoted
            current = current or ""
        elif character and (quoted or not character.isspace()):
            current = _with(current, character)
        elif current is not None and not quoted:
            arguments.append(current)
            current = None
    return arguments


def _with(current: str | None, text: str) -> str | None:
    return (current or "") + text if text else current


def join(arguments: list[str]) -> str:
    """A command line that `split` takes apart again, quoted as ConvertTo-EscapedArgument does."""
    return " ".join(_quoted(argument) for argument in arguments)


def _quoted(argument: str) -> str:
    if argument and not re.search(r'[\s"]', argument):
        return argument
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', argument)
    return '"' + re.sub(r"(\\+)$", r"\1\1", escaped) + '"'


@dataclass(frozen=True)
class Step:
    """A command, and what stands before it: it runs always (`&`), after success (`&&`) or after failure (`||`)."""

    operator: str
    command: str

    def runs_after(self, exit_code: int) -> bool:
        return self.operator == "&" or (self.operator == "&&") == (exit_code == 0)


def steps(text: str) -> list[Step]:
    """What `cmd.exe /c` makes of its argument; raises `CommandLineError` for what the lab does not know."""
    found: list[Step] = []
    operator, start, position = "&", 0, 0
    quoted = False
    while position < len(text):
        if text[position] == '"':
            quoted = not quoted
        separator = None if quoted else next((item for item in _OPERATORS if text.startswith(item, position)), None)
        if separator:
            found.append(Step(operator, _command(text[start:position])))
            operator = separator
            position = start = position + len(separator)
            continue
        if not quoted and _UNKNOWN.match(text, position):
            raise CommandLineError(f"the lab knows only &, && and || of cmd.exe, not {text[position]}")
        position += 1
    return [*found, Step(operator, _command(text[start:]))]


def _command(text: str) -> str:
    if not text.strip():
        raise CommandLineError("there is no command before or after an operator")
    return text.strip()
