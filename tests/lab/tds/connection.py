# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client's connection, from PRELOGIN to its end."""

from __future__ import annotations

import typing as t

from tests.lab.tds import prelogin, rpc, tokens
from tests.lab.tds.answer import Answer
from tests.lab.tds.encryption import SQL_SERVER_2022
from tests.lab.tds.interface import SqlServerError
from tests.lab.tds.login import Login
from tests.lab.tds.packets import DEFAULT_PACKET_SIZE, ConnectionClosedError, PacketStream, PacketType
from tests.lab.tds.statements import Statements
from tests.lab.tds.tokens import Done, Status
from tests.lab.tds.wire import MalformedError, Reader, skip_all_headers

if t.TYPE_CHECKING:
    import socket

    from tests.lab.tds.encryption import Encryption
    from tests.lab.tds.interface import Backend, Session

FATAL = 20
BEGIN, COMMIT, ROLLBACK = 5, 7, 8


class Connection:
    def __init__(self, connection: socket.socket, backend: Backend, encryption: Encryption) -> None:
        self._stream = PacketStream(connection)
        self._backend = backend
        self._encryption = encryption
        self._strict = False
        self._handlers: dict[int, t.Callable[[Answer, bytes], None]] = {
            PacketType.SQL_BATCH: self._batch,
            PacketType.RPC: self._call,
            PacketType.TRANSACTION: self._transaction,
            PacketType.ATTENTION: self._attention,
        }

    def serve(self) -> None:
        """Serve until the client goes. Raises `ConnectionClosedError` when it goes in the middle of something."""
        session = self._open()
        if session is None:
            return
        self._session, self._statements = session, Statements(session)
        try:
            while self._serve_one():
                pass
        finally:
            session.close()

    def _open(self) -> Session | None:
        # To an older server a ClientHello is a packet of a type that it does not know.
        self._strict = self._backend.version >= SQL_SERVER_2022 and self._stream.begins_with_tls()
        if self._strict:
            self._encryption.start_strict(self._stream)
        kind, payload = self._stream.read_message()
        if kind == PacketType.PRELOGIN:
            reply, encryption = prelogin.answer(payload, self._backend.version)
            self._stream.send_message(PacketType.RESPONSE, reply)
            if encryption == prelogin.Encryption.ON and not self._strict:
                self._encryption.start(self._stream)
            kind, payload = self._stream.read_message()
        if kind != PacketType.LOGIN:
            raise ConnectionClosedError(f"a packet of type {kind:#x} came instead of LOGIN7")
        return self._log_in(Login.parse(payload, encrypted=self._stream.encrypted))

    def _log_in(self, login: Login) -> Session | None:
        answer = Answer(self._backend.name)
        try:
            session = self._backend.log_in(login, self._stream.interrupted)
        except SqlServerError as error:
            answer.error(error)
            if isinstance(error.__cause__, SqlServerError):
                # A refused database is told first, the refused login after it.
                answer.error(error.__cause__)
            self._send(answer)
            return None
        answer.add(tokens.database_changed("master", session.database))
        changed = f"Changed database context to '{session.database}'."
        answer.add(tokens.message(number=5701, text=changed, severity=0, state=2, server=self._backend.name))
        answer.add(tokens.collation_is())
        answer.add(tokens.language_is("us_english"))
        answer.add(tokens.login_ack(self._backend.version, strict=self._strict))
        answer.add(tokens.packet_size_is(DEFAULT_PACKET_SIZE))
        try:
            self._send(answer)
        except ConnectionClosedError:
            # A client that goes before it has its answer leaves no session behind.
            session.close()
            raise
        return session

    def _serve_one(self) -> bool:
        try:
            kind, payload = self._stream.read_message()
        except ConnectionClosedError:
            return False
        answer = Answer(self._backend.name)
        severity = 0
        try:
            self._handle(kind, answer, payload)
        except SqlServerError as error:
            severity = error.severity
            if severity > FATAL:
                # The server cuts the connection of a killed session without a word.
                raise ConnectionClosedError(error.message) from error
            answer.error(error)
        self._send(answer)
        return severity < FATAL

    def _handle(self, kind: int, answer: Answer, payload: bytes) -> None:
        if kind not in self._handlers:
            raise ConnectionClosedError(f"a packet of type {kind:#x}")
        try:
            self._handlers[kind](answer, payload)
        except MalformedError as error:
            text = f"The incoming tabular data stream (TDS) protocol stream is incorrect: the lab cannot read {error}."
            raise SqlServerError(8002, text, severity=FATAL) from error

    def _batch(self, answer: Answer, payload: bytes) -> None:
        reader = Reader(payload)
        skip_all_headers(reader)
        sql = payload[reader.position :].decode("utf-16-le")
        answer.write(self._session.execute(sql, {}))

    def _call(self, answer: Answer, payload: bytes) -> None:
        for request in rpc.parse(payload):
            self._statements.run(answer, request)

    def _transaction(self, answer: Answer, payload: bytes) -> None:
        reader = Reader(payload)
        skip_all_headers(reader)
        request = reader.u16()
        if request == BEGIN:
            answer.write([self._session.begin_transaction()])
        elif request in (COMMIT, ROLLBACK):
            answer.write(self._session.end_transaction(commit=request == COMMIT))
        else:
            raise MalformedError(f"the transaction manager request {request}")

    def _attention(self, answer: Answer, payload: bytes) -> None:
        answer.done(Done.BATCH, status=Status.ATTENTION)

    def _send(self, answer: Answer) -> None:
        self._stream.send_message(PacketType.RESPONSE, answer.finish())
