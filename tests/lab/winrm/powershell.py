# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PowerShell that win_powershell may run here: `param(...)` and then commands with their parameters, one a line."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from tests.lab.winrm.core_scripts import RefusedError

_COMMENT = re.compile(r"<#.*?#>|(?m:^[ \t]*#[^\n]*)", re.DOTALL)
_BINDING = re.compile(r"\s*\[CmdletBinding\((?P<arguments>[^)]*)\)\]", re.IGNORECASE)
_PARAM = re.compile(r"\s*param\s*\(", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\[\s*Parameter\s*\((?P<arguments>[^)]*)\)\s*\]", re.IGNORECASE)
_DECLARATION = re.compile(r"(?:\[[\w.]+(?:\[\])?\]\s*)*\$(?P<name>\w+)")
_TOKEN = re.compile(
    r"\s+|(?P<switch>-[A-Za-z]\w*:?)|(?P<variable>\$\w+)|'(?P<single>(?:[^']|'')*)'"
    r"|\"(?P<double>[^\"$`]*)\"|(?P<comma>,)|(?P<word>[\w.:\\/*-]+)"
)
_CONSTANTS = {"true": True, "false": False, "null": None}

Parameters = dict[str, t.Any]


class ParameterBindingError(Exception):
    """PowerShell cannot bind what it was given to the script's parameters; it then runs nothing."""


@dataclass(frozen=True)
class Command:
    """`arguments` are by their names in lower case, `name` is the cmdlet's as it is written."""

    name: str
    arguments: tuple[tuple[str, t.Any], ...]


@dataclass(frozen=True)
class Script:
    """`parameters` maps the names that the script declares, in lower case, to whether each is mandatory."""

    parameters: dict[str, bool]
    commands: tuple[Command, ...]
    supports_should_process: bool

    @classmethod
    def parse(cls, text: str) -> Script:
        """Raises `RefusedError` where a script is more than commands, or has none."""
        text = _COMMENT.sub("", text)
        binding = _BINDING.match(text)
        text = text[binding.end() :] if binding else text
        declared: dict[str, bool] = {}
        if match := _PARAM.match(text):
            end = _closing(text, match.end())
            declared = _declarations(text[match.end() : end])
            text = text[end + 1 :]
        lines = [line.strip() for line in re.sub(r"`\r?\n", " ", text).splitlines() if line.strip()]
        if not lines:
            raise RefusedError("the script has no command")
        should_process = bool(binding and "supportsshouldprocess" in binding["arguments"].casefold())
        return cls(declared, tuple(map(_command, lines)), should_process)

    def bind(self, given: Parameters) -> list[tuple[str, Parameters]]:
        """The cmdlets in their order, each with its parameters by their names in lower case."""
        values = {name.casefold(): value for name, value in given.items()}
        if unknown := values.keys() - self.parameters.keys():
            raise ParameterBindingError(f"A parameter cannot be found that matches parameter name '{min(unknown)}'.")
        missing = [name for name, mandatory in self.parameters.items() if mandatory and values.get(name) is None]
        if missing:
            raise ParameterBindingError(
                f"Cannot process command because of one or more missing mandatory parameters: {' '.join(missing)}."
            )
        return [
            (command.name, {name: self._resolved(value, values) for name, value in command.arguments})
            for command in self.commands
        ]

    def _resolved(self, value: t.Any, values: Parameters) -> t.Any:
        if isinstance(value, list):
            return [self._resolved(item, values) for item in value]
        if not isinstance(value, _Variable):
            return value
        if value.name in _CONSTANTS:
            return _CONSTANTS[value.name]
        if value.name not in self.parameters:
            raise RefusedError(f"the script uses ${value.name}, which is none of its parameters")
        return values.get(value.name)


@dataclass(frozen=True)
class _Variable:
    name: str


def _closing(text: str, start: int) -> int:
    depth = 1
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return position
    raise RefusedError("the script's param( has no end")


def _declarations(text: str) -> dict[str, bool]:
    declared: dict[str, bool] = {}
    for part in _split_commas(text):
        attribute = _ATTRIBUTE.search(part)
        match = _DECLARATION.fullmatch(_ATTRIBUTE.sub("", part).strip())
        if match is None:
            raise RefusedError(f"the lab does not understand parameter {len(declared) + 1} of the script")
        mandatory = re.search(r"mandatory(?!\s*=\s*\$false)", attribute["arguments"], re.I) if attribute else None
        declared[match["name"].casefold()] = mandatory is not None
    return declared


def _split_commas(text: str) -> list[str]:
    """The parts between the commas that stand in no bracket."""
    parts, depth = [""], 0
    for character in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part.strip()]


def _command(line: str) -> Command:
    tokens = _tokens(line)
    name = tokens.pop(0)
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z]+-[A-Za-z]+", name):
        raise RefusedError("a line of the script does not begin with the name of a cmdlet")
    arguments: list[tuple[str, t.Any]] = []
    while tokens:
        switch = tokens.pop(0)
        if not isinstance(switch, _Switch):
            raise RefusedError(f"every argument of {name} must have its parameter's name before it")
        arguments.append((switch.name, _value(tokens)))
    return Command(name, tuple(arguments))


@dataclass(frozen=True)
class _Switch:
    name: str


_COMMA = object()


def _tokens(line: str) -> list[t.Any]:
    tokens: list[t.Any] = []
    position = 0
    while position < len(line):
        match = _TOKEN.match(line, position)
        if match is None:
            raise RefusedError(f"the lab does not understand the PowerShell from character {position + 1} on")
        position = match.end()
        kind = match.lastgroup
        if kind is not None:
            tokens.append(_token(kind, match[kind], first=not tokens))
    return tokens


def _token(kind: str, text: str, *, first: bool) -> t.Any:
    match kind:
        case "switch":
            return _Switch(text.strip("-:").casefold())
        case "variable":
            return _Variable(text[1:].casefold())
        case "comma":
            return _COMMA
        case "single":
            return text.replace("''", "'")
        case "word" if text.isdigit() and not first:
            return int(text)
    return text


def _value(tokens: list[t.Any]) -> t.Any:
    """The value after a parameter's name: none for a switch, one, or a list of them."""
    values: list[t.Any] = []
    while tokens and not isinstance(tokens[0], _Switch):
        values.append(tokens.pop(0))
        if not tokens or tokens[0] is not _COMMA:
            break
        tokens.pop(0)
    if not values:
        return True
    return values[0] if len(values) == 1 else values
