# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the protocol asks of a SQL engine, and what an engine answers."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tests.lab.tds.login import Login
    from tests.lab.tds.sqltypes import SqlType

Row = t.Sequence[t.Any]


class SqlServerError(Exception):
    """A statement failed; the batch ends here. Severity 20 and above ends the connection too."""

    def __init__(self, number: int, message: str, *, severity: int = 16, state: int = 1, procedure: str = "") -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.severity = severity
        self.state = state
        self.procedure = procedure


@dataclass(frozen=True)
class Column:
    name: str
    type: SqlType


@dataclass(frozen=True)
class ResultSet:
    columns: tuple[Column, ...]
    rows: t.Sequence[Row]


@dataclass(frozen=True)
class RowCount:
    """An INSERT, UPDATE or DELETE has changed so many rows."""

    count: int


@dataclass(frozen=True)
class Message:
    """PRINT, or what a statement tells; an error with severity above 10 after which the batch goes on."""

    text: str
    number: int = 0
    severity: int = 0
    state: int = 1


@dataclass(frozen=True)
class DatabaseChanged:
    old: str
    new: str


@dataclass(frozen=True)
class TransactionBegan:
    descriptor: int


@dataclass(frozen=True)
class TransactionEnded:
    descriptor: int
    committed: bool


@dataclass(frozen=True)
class Call:
    """A procedure runs; its replies come as they are made, its return status last."""

    replies: t.Iterator[Reply]


@dataclass(frozen=True)
class ReturnStatus:
    """The last reply of a procedure, where it is not 0."""

    value: int


Reply = ResultSet | RowCount | Message | DatabaseChanged | TransactionBegan | TransactionEnded | Call | ReturnStatus


class Session(t.Protocol):
    """The engine's end of one connection."""

    @property
    def spid(self) -> int: ...

    @property
    def database(self) -> str: ...

    def execute(self, sql: str, parameters: t.Mapping[str, t.Any]) -> t.Iterator[Reply]:
        """Run a batch; `parameters` maps names with their @ to values. Raises `SqlServerError`."""

    def call(self, procedure: str, arguments: t.Sequence[tuple[str, t.Any]]) -> t.Iterator[Reply]:
        """Run a procedure with arguments whose name is empty where they are positional. Raises `SqlServerError`."""

    def begin_transaction(self) -> TransactionBegan: ...

    def end_transaction(self, *, commit: bool) -> t.Iterator[Reply]: ...

    def close(self) -> None: ...


class Backend(t.Protocol):
    """A SQL Server instance."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> tuple[int, int, int]:
        """Major, minor and build."""

    def log_in(self, login: Login, interrupted: t.Callable[[], bool]) -> Session:
        """Check name, password and database; `interrupted` tells whether the client still waits for an answer.

        Raises `SqlServerError`.
        """
