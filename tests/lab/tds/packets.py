# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages in packets over a socket ([MS-TDS] 2.2.3), in the clear or through TLS."""

from __future__ import annotations

import enum
import itertools
import select
import socket
import ssl
import struct
import typing as t

HEADER = struct.Struct(">BBHHBB")
END_OF_MESSAGE = 0x01
DEFAULT_PACKET_SIZE = 4096
# The record type of a ClientHello.
TLS_HANDSHAKE = b"\x16"


class PacketType(enum.IntEnum):
    SQL_BATCH = 0x01
    RPC = 0x03
    RESPONSE = 0x04
    ATTENTION = 0x06
    TRANSACTION = 0x0E
    LOGIN = 0x10
    PRELOGIN = 0x12


class ConnectionClosedError(Exception):
    """The client has gone."""


class PacketStream:
    """One connection. `start_tls` and `start_strict_tls` encrypt everything that comes after them."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._received = b""
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    @property
    def encrypted(self) -> bool:
        return self._tls is not None

    def read_message(self) -> tuple[int, bytes]:
        """The type and payload of the next message. Raises `ConnectionClosedError`."""
        payload = b""
        while True:
            kind, status, length, *_ = HEADER.unpack(self._read(HEADER.size))
            payload += self._read(length - HEADER.size)
            if status & END_OF_MESSAGE:
                return kind, payload

    def send_message(self, kind: PacketType, payload: bytes) -> None:
        self._send(b"".join(split(kind, payload)))

    def interrupted(self) -> bool:
        """Whether the client says anything while it should wait for an answer: it gives up, or it has gone."""
        return bool(self._received) or bool(select.select([self._socket], [], [], 0)[0])

    def begins_with_tls(self) -> bool:
        """Whether the client's first byte is that of a TLS handshake; it stays to be read."""
        try:
            return self._socket.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE
        except OSError as error:
            raise ConnectionClosedError(str(error)) from error

    def start_tls(self, context: ssl.SSLContext) -> None:
        """[MS-TDS] 2.2.6.5: the handshake travels inside PRELOGIN packets, what follows goes raw over the socket."""

        def receive() -> bytes:
            kind, payload = self.read_message()
            if kind != PacketType.PRELOGIN:
                raise ConnectionClosedError(f"a packet of type {kind:#x} came during the TLS handshake")
            return payload

        self._start_tls(context, receive, lambda data: self.send_message(PacketType.PRELOGIN, data))

    def start_strict_tls(self, context: ssl.SSLContext) -> str | None:
        """TDS 8: a TLS handshake comes before all else. Returns the protocol that was agreed in it (ALPN)."""
        tls = self._start_tls(context, self._receive_raw, self._send_raw)
        return tls.selected_alpn_protocol()

    def _start_tls(
        self, context: ssl.SSLContext, receive: t.Callable[[], bytes], send: t.Callable[[bytes], None]
    ) -> ssl.SSLObject:
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while not self._handshake(tls, send):
            self._incoming.write(receive())
        self._tls = tls
        return tls

    def _handshake(self, tls: ssl.SSLObject, send: t.Callable[[bytes], None]) -> bool:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        finally:
            if self._outgoing.pending:
                send(self._outgoing.read())
        return True

    def _send(self, data: bytes) -> None:
        if self._tls:
            self._tls.write(data)
            data = self._outgoing.read()
        self._send_raw(data)

    def _send_raw(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise ConnectionClosedError(str(error)) from error

    def _read(self, size: int) -> bytes:
        while len(self._received) < size:
            self._received += self._receive()
        data, self._received = self._received[:size], self._received[size:]
        return data

    def _receive(self) -> bytes:
        if self._tls is None:
            return self._receive_raw()
        while (data := self._decrypt(self._tls)) is None:
            self._incoming.write(self._receive_raw())
        return data

    def _decrypt(self, tls: ssl.SSLObject) -> bytes | None:
        try:
            data = tls.read(65536)
        except ssl.SSLWantReadError:
            return None
        if not data:
            raise ConnectionClosedError("the client ended TLS")
        return data

    def _receive_raw(self) -> bytes:
        try:
            data = self._socket.recv(65536)
        except OSError as error:
            raise ConnectionClosedError(str(error)) from error
        if not data:
            raise ConnectionClosedError("the client closed the connection")
        return data


def split(kind: int, payload: bytes) -> t.Iterator[bytes]:
    size = DEFAULT_PACKET_SIZE - HEADER.size
    starts = range(0, len(payload), size) or range(1)
    for number, start in zip(itertools.count(1), starts, strict=False):
        chunk = payload[start : start + size]
        status = END_OF_MESSAGE if start + size >= len(payload) else 0
        yield HEADER.pack(kind, status, HEADER.size + len(chunk), 0, number & 0xFF, 0) + chunk
