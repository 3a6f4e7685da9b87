# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listens for clients of one SQL Server instance, with one thread for each."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
import typing as t

from tests.lab.tds.connection import Connection
from tests.lab.tds.encryption import Encryption
from tests.lab.tds.packets import ConnectionClosedError

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.tds.interface import Backend


JOIN_TIMEOUT = 5.0


class TdsServer:
    """`start` and `stop` may alternate: a stopped server refuses connections and drops those it had."""

    def __init__(self, backend: Backend, *, certificate: Path, key: Path, port: int = 0) -> None:
        self._backend = backend
        self._encryption = Encryption(certificate, key)
        self._lock = threading.Lock()
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._listener: socket.socket | None = None
        self.port = port

    def start(self) -> None:
        # Once it has been given, the port stays the same.
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        name = f"tds-{self._backend.name}"
        threading.Thread(target=self._accept, args=(self._listener,), name=name, daemon=True).start()

    def stop(self) -> None:
        listener, self._listener = self._listener, None
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """Cut every connection, as a fail-over or a broken network does, and wait until the sessions have ended."""
        with self._lock:
            clients = dict(self._clients)
        for client in clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in clients.values():
            # A connection may be the cause of its own end.
            if thread is not threading.current_thread():
                thread.join(JOIN_TIMEOUT)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            with self._lock:
                self._clients[client] = thread
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            Connection(client, self._backend, self._encryption).serve()
        except (ConnectionClosedError, ssl.SSLError) as reason:
            logging.getLogger(__name__).info("%s: %s", self._backend.name, reason)
        except Exception:
            logging.getLogger(__name__).exception("a connection to %s failed", self._backend.name)
        finally:
            with self._lock:
                self._clients.pop(client, None)
            client.close()
