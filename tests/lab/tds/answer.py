# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns an engine's replies into the tokens of one answer."""

from __future__ import annotations

import typing as t

from tests.lab.tds import interface, tokens
from tests.lab.tds.tokens import Done, Status

if t.TYPE_CHECKING:
    from tests.lab.tds.interface import Reply

SELECT, UPDATE, EXECUTE = 0xC1, 0xC5, 0xE0


class Answer:
    """Collects tokens. Each DONE waits until it is known whether anything follows it."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._parts: list[bytes] = []
        self._pending: tuple[Done, Status, int, int] | None = None

    def add(self, token: bytes) -> None:
        self._flush(Status.MORE)
        self._parts.append(token)

    def done(self, kind: Done, *, status: Status = Status.FINAL, command: int = 0, count: int | None = None) -> None:
        self._flush(Status.MORE)
        if count is not None:
            status |= Status.COUNT
        self._pending = (kind, status, command, count or 0)

    def finish(self) -> bytes:
        if self._pending is None:
            self.done(Done.BATCH)
        self._flush(Status.FINAL)
        return b"".join(self._parts)

    def write(self, replies: t.Iterable[Reply], kind: Done = Done.BATCH) -> int:
        """Write all replies and return the return status. `SqlServerError` passes through, with what was written."""
        status = 0
        for reply in replies:
            if isinstance(reply, interface.ReturnStatus):
                status = reply.value
            elif isinstance(reply, interface.Call):
                self.end_procedure(self.write(reply.replies, Done.IN_PROCEDURE))
            else:
                self._write_one(reply, kind)
        return status

    def end_procedure(self, status: int) -> None:
        self.add(tokens.return_status(status))
        self.done(Done.PROCEDURE, command=EXECUTE)

    def error(self, error: interface.SqlServerError, kind: Done = Done.BATCH) -> None:
        self.add(
            tokens.message(
                number=error.number,
                text=error.message,
                severity=error.severity,
                state=error.state,
                server=self._server,
                procedure=error.procedure,
            )
        )
        self.done(kind, status=Status.ERROR)

    def _write_one(self, reply: Reply, kind: Done) -> None:
        match reply:
            case interface.ResultSet(columns, rows):
                self.add(tokens.column_metadata(columns))
                self._parts.extend(tokens.rows(columns, rows))
                self.done(kind, command=SELECT, count=len(rows))
            case interface.RowCount(count):
                self.done(kind, command=UPDATE, count=count)
            case interface.Message(text, number, severity, state):
                self.add(tokens.message(number=number, text=text, severity=severity, state=state, server=self._server))
            case interface.DatabaseChanged(old, new):
                self.add(tokens.database_changed(old, new))
            case interface.TransactionBegan(descriptor):
                self.add(tokens.transaction_began(descriptor))
            case interface.TransactionEnded(descriptor, committed):
                self.add(tokens.transaction_ended(descriptor, committed=committed))

    def _flush(self, more: Status) -> None:
        if self._pending:
            kind, status, command, count = self._pending
            self._parts.append(tokens.done(kind, status | more, command=command, count=count))
            self._pending = None
