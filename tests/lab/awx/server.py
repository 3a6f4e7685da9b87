# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP server."""

from __future__ import annotations

import json
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.lab.awx.api import Api, RefusedError
from tests.lab.awx.rules import InvalidError
from tests.lab.awx.store import Store

if t.TYPE_CHECKING:
    from collections.abc import Sequence

TOKEN: t.Final = "token-of-the-simulated-awx"


class SimulatedAwx:
    """An AWX on a port of this computer, for one bearer token; use it as a context manager."""

    def __init__(self, playbooks: Sequence[str]) -> None:
        """Every project holds these playbooks."""
        self.store = Store(playbooks)
        # Method, path and what was wrong of each request that this AWX does not know or does not accept.
        self.refused: list[str] = []
        # Method and path of each request that changed something.
        self.changes: list[str] = []
        self._api = Api(self.store)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> SimulatedAwx:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, target: str, body: bytes, authorization: str | None) -> tuple[int, t.Any]:
        """The status and the JSON of the answer."""
        if authorization != f"Bearer {TOKEN}":
            return 401, {"detail": "Authentication credentials were not provided. To establish a login session, ..."}
        with self._lock:
            try:
                status, answer = self._api.answer(method, target, json.loads(body or b"{}"))
            except InvalidError as error:
                status, answer = 400, error.messages
            except RefusedError as error:
                status, answer = error.status, {"detail": "Not found."}
            if status >= 400:
                self.refused.append(f"{method} {target}: {status} {answer}")
            elif method != "GET":
                self.changes.append(f"{method} {target}")
            return status, answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        awx = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = awx.answer(self.command, self.path, body, self.headers.get("Authorization"))
                text = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.send_header("X-API-Product-Name", "AWX")
                self.send_header("X-API-Product-Version", "24.6.1")
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = do_HEAD = _serve  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing; what was refused is in the list."""

        return Handler
