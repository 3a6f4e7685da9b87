# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote procedure calls ([MS-TDS] 2.2.6.6), by which drivers send statements with parameters."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from tests.lab.tds import parameters
from tests.lab.tds.wire import MalformedError, Reader, skip_all_headers

WELL_KNOWN = {
    1: "sp_cursor",
    2: "sp_cursoropen",
    3: "sp_cursorprepare",
    4: "sp_cursorexecute",
    5: "sp_cursorprepexec",
    6: "sp_cursorunprepare",
    7: "sp_cursorfetch",
    8: "sp_cursoroption",
    9: "sp_cursorclose",
    10: "sp_executesql",
    11: "sp_prepare",
    12: "sp_execute",
    13: "sp_prepexec",
    14: "sp_prepexecrpc",
    15: "sp_unprepare",
}
BY_NUMBER = 0xFFFF
BATCH_FLAGS = (0x80, 0xFF)
BY_REFERENCE = 0x01


@dataclass(frozen=True)
class Argument:
    name: str
    value: t.Any
    output: bool = False


@dataclass(frozen=True)
class Request:
    procedure: str
    arguments: tuple[Argument, ...]

    @property
    def pairs(self) -> list[tuple[str, t.Any]]:
        return [(argument.name, argument.value) for argument in self.arguments]


def parse(payload: bytes) -> list[Request]:
    """The calls of one message. Raises `MalformedError`."""
    reader = Reader(payload)
    skip_all_headers(reader)
    requests = []
    while not reader.exhausted:
        requests.append(_request(reader))
    return requests


def _request(reader: Reader) -> Request:
    length = reader.u16()
    if length == BY_NUMBER:
        number = reader.u16()
        if number not in WELL_KNOWN:
            raise MalformedError(f"the well-known procedure {number}")
        name = WELL_KNOWN[number]
    else:
        name = reader.take(2 * length).decode("utf-16-le")
    reader.u16()
    arguments = []
    while not reader.exhausted and reader.data[reader.position] not in BATCH_FLAGS:
        arguments.append(_argument(reader))
    if not reader.exhausted:
        reader.u8()
    return Request(name, tuple(arguments))


def _argument(reader: Reader) -> Argument:
    name = reader.b_varchar()
    flags = reader.u8()
    return Argument(name, parameters.decode(reader), output=bool(flags & BY_REFERENCE))


def bind(declaration: str | None, arguments: t.Sequence[Argument]) -> dict[str, t.Any]:
    """Values by parameter name; unnamed ones take the names of `@P1 nvarchar(10), @P2 int` in their order."""
    declared = iter(re.findall(r"@[\w$#@]+", declaration or ""))
    return {argument.name or next(declared, ""): argument.value for argument in arguments}
