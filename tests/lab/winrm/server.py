# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side of a WinRM endpoint: connections, TLS and authentication."""

from __future__ import annotations

import base64
import binascii
import contextlib
import socket
import ssl
import threading
import typing as t
import weakref
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.lab.windows.computer import LogonError
from tests.lab.winrm import envelope
from tests.lab.winrm.remote import Remote
from tests.lab.winrm.shells import Shells

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.topology import Account
    from tests.lab.windows.computer import Computer

_SOAP = "application/soap+xml;charset=UTF-8"


class WinRmServer:
    """The endpoint of one computer on a free port of 127.0.0.1; with a certificate it speaks HTTPS only."""

    def __init__(
        self, computer: Computer, *, certificate: Path | None = None, key: Path | None = None, port: int = 0
    ) -> None:
        self.computer = computer
        self.scheme = "https" if certificate else "http"
        self.remote = Remote(computer)
        self.shells = Shells(self.remote.run)
        self._tls = _tls(certificate, key)
        self._http = _HttpServer(("127.0.0.1", port), self, self._tls)
        self.port = int(self._http.server_address[1])
        self._thread: threading.Thread | None = None
        self._reserved: socket.socket | None = None
        self._lock = threading.Lock()
        self._closed = False
        computer.power.endpoints.append(self)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/wsman"

    def start(self) -> None:
        self._thread = threading.Thread(
            target=self._http.serve_forever,
            kwargs={"poll_interval": 0.05},
            name=f"winrm-{self.computer.name}",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; raises nothing where a client still waits."""
        with self._lock:
            self._closed = True
            self._stop_listening()
            self._free_port()

    def drop_connections(self) -> None:
        """Break every connection of this moment, as a network does now and then."""
        self._http.break_connections()

    def go_dark(self) -> None:
        """Refuse all connections, and forget the shells: the computer goes down."""
        self.cut_off()
        self.shells.close()
        self.remote.forget()

    def cut_off(self) -> None:
        """Refuse all connections, as behind a network that is gone: what runs on the computer goes on."""
        with self._lock:
            if self._closed or self._thread is None:
                return
            self._stop_listening()
            # Nobody else may take the port until the computer is back.
            self._reserved = socket.socket()
            self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._reserved.bind(("127.0.0.1", self.port))

    def come_back(self) -> None:
        with self._lock:
            if self._closed or self._reserved is None:
                return
            self._free_port()
            self._http = _HttpServer(("127.0.0.1", self.port), self, self._tls)
            self.start()

    def _stop_listening(self) -> None:
        if self._thread is None:
            self._http.server_close()
            return
        self._http.shutdown()
        self._http.server_close()
        self._http.break_connections()
        self._thread.join()
        self._thread = None

    def _free_port(self) -> None:
        if self._reserved:
            self._reserved.close()
            self._reserved = None

    def authenticate(self, authorization: str | None) -> Account | None:
        """The account of a basic authentication header, or None."""
        scheme, _, credentials = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
            return self.computer.logon(user, password)
        except (binascii.Error, UnicodeDecodeError, LogonError):
            return None

    def answer(self, data: bytes, account: Account) -> tuple[int, bytes]:
        """The HTTP status and the envelope that answer a request."""
        message_id = ""
        try:
            request = envelope.Request.parse(data)
            message_id = request.message_id
            if not account.administrator:
                raise envelope.access_denied(account.name)
            return 200, envelope.answer(request, self.shells.handle(request, account))
        except envelope.WsManFaultError as error:
            return 500, envelope.fault(message_id, error)


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], endpoint: WinRmServer, tls: ssl.SSLContext | None) -> None:
        super().__init__(address, _Handler)
        self.endpoint = endpoint
        self._tls = tls
        self._connections: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def break_connections(self) -> None:
        for connection in list(self._connections):
            # One that has ended is what it should be.
            with contextlib.suppress(OSError):
                # Past the TLS layer, which another thread is reading from.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def get_request(self) -> tuple[socket.socket, t.Any]:
        connection, address = super().get_request()
        if self._tls:
            # The handshake waits for the client: it belongs to the connection's own thread.
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.add(connection)
        return connection, address

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A client that goes away or distrusts the certificate is the client's affair."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _HttpServer

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.path.startswith("/wsman"):
            self._reply(404, b"")
            return
        account = self.server.endpoint.authenticate(self.headers.get("Authorization"))
        if account is None:
            self._reply(401, b"", ("WWW-Authenticate", 'Basic realm="WSMAN"'))
            return
        self._reply(*self.server.endpoint.answer(data, account))

    def log_message(self, format: str, *args: t.Any) -> None:
        """The event log tells what happened."""

    def _reply(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", _SOAP), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
