# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads BACKUP, RESTORE and ALTER DATABASE."""

from __future__ import annotations

import typing as t

from sqlglot.tokenizer_core import TokenType

from tests.lab.sqlserver import errors
from tests.lab.sqlserver.statements import AlterDatabase, Argument, Media

DATABASE_OPTIONS = ("SINGLE_USER", "RESTRICTED_USER", "MULTI_USER", "OFFLINE", "ONLINE")


class Parser(t.Protocol):
    """The part of the batch's parser that is needed here."""

    at: int

    def word(self, ahead: int = 0) -> str: ...

    def take(self) -> t.Any: ...

    def accept(self, *words: str) -> bool: ...

    def expect(self, *words: str) -> None: ...

    def name(self) -> str: ...

    def integer(self) -> int: ...

    def variable(self) -> str: ...

    def peek_type(self, ahead: int = 0) -> TokenType | None: ...

    def argument(self) -> Argument: ...


def media(parser: Parser, verb: str) -> Media:
    what = parser.word()
    parser.at += 1
    database = _database(parser) if what in ("DATABASE", "LOG") else None
    devices = []
    if parser.accept("TO" if verb == "BACKUP" else "FROM"):
        devices.append(_device(parser))
        while parser.peek_type() == TokenType.COMMA:
            parser.at += 1
            devices.append(_device(parser))
    return Media(verb, what, database, tuple(devices), _options(parser))


def alter(parser: Parser) -> AlterDatabase:
    if not parser.accept("DATABASE"):
        raise errors.unknown_to_the_lab(f"the statement ALTER {parser.word()}")
    database = parser.name()
    parser.expect("SET")
    option = parser.word()
    if option not in DATABASE_OPTIONS:
        raise errors.unknown_to_the_lab(f"ALTER DATABASE SET {option}")
    parser.at += 1
    return AlterDatabase(database, option, _termination(parser) if parser.accept("WITH") else "")


def _termination(parser: Parser) -> str:
    if parser.accept("NO_WAIT"):
        return "NO_WAIT"
    parser.expect("ROLLBACK")
    if not parser.accept("IMMEDIATE"):
        parser.expect("AFTER")
        parser.integer()
        parser.accept("SECONDS")
    return "ROLLBACK"


def _database(parser: Parser) -> str:
    if parser.peek_type() == TokenType.PARAMETER:
        return parser.variable()
    return parser.name()


def _device(parser: Parser) -> tuple[str, str]:
    kind = parser.word()
    if kind not in ("DISK", "URL", "TAPE"):
        raise errors.unknown_to_the_lab(f"the backup device {parser.take().text}")
    parser.at += 1
    parser.expect("=")
    return kind, parser.argument().expression or ""


def _options(parser: Parser) -> dict[str, str]:
    options: dict[str, str] = {}
    if not parser.accept("WITH"):
        return options
    while True:
        name = parser.take().text.upper()
        if name == "MOVE":
            options[name] = _move(parser)
        else:
            options[name] = (parser.argument().expression or "") if parser.accept("=") else ""
        if parser.peek_type() != TokenType.COMMA:
            return options
        parser.at += 1


def _move(parser: Parser) -> str:
    """Where the file has to lie; the lab has all files of a database in one folder."""
    parser.argument()
    parser.expect("TO")
    return parser.argument().expression or ""
