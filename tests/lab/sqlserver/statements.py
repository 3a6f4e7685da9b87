# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statements of a batch, as `script.parse` finds them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """SELECT, INSERT, UPDATE or DELETE."""

    text: str


@dataclass(frozen=True)
class Use:
    database: str


@dataclass(frozen=True)
class SetOption:
    words: tuple[str, ...]


@dataclass(frozen=True)
class Assign:
    """DECLARE (with the type's text) or SET of a variable; no expression means NULL."""

    name: str
    expression: str | None
    type: str | None = None


@dataclass(frozen=True)
class Argument:
    """`expression` is the text of a constant or a variable, None stands for DEFAULT."""

    name: str
    expression: str | None


@dataclass(frozen=True)
class Execute:
    procedure: tuple[str, ...]
    arguments: tuple[Argument, ...]
    status: str | None = None


@dataclass(frozen=True)
class If:
    condition: str
    then: Statement
    otherwise: Statement | None


@dataclass(frozen=True)
class Block:
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Transaction:
    action: t.Literal["BEGIN", "COMMIT", "ROLLBACK"]


@dataclass(frozen=True)
class Print:
    expression: str


@dataclass(frozen=True)
class RaiseError:
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Kill:
    spid: int


@dataclass(frozen=True)
class Media:
    """BACKUP and RESTORE: the verb, what (`DATABASE`, `HEADERONLY`...), the database, devices and options."""

    verb: str
    what: str
    database: str | None
    devices: tuple[tuple[str, str], ...]
    options: dict[str, str]


@dataclass(frozen=True)
class AlterDatabase:
    """`termination` is `ROLLBACK` (with whatever delay), `NO_WAIT` or empty."""

    database: str
    option: str
    termination: str = ""


Statement = (
    Query
    | Use
    | SetOption
    | Assign
    | Execute
    | If
    | Block
    | Transaction
    | Print
    | RaiseError
    | Kill
    | Media
    | AlterDatabase
)
