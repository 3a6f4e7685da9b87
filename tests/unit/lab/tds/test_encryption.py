# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS before all else (TDS 8); the classic way is shown by the drivers."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import types
import typing as t

import pytest

from tests.lab.certificates import create_certificates
from tests.lab.tds import prelogin
from tests.lab.tds.connection import Connection
from tests.lab.tds.encryption import PROTOCOL, Encryption
from tests.lab.tds.packets import ConnectionClosedError, PacketStream, PacketType, split
from tests.lab.tds.wire import b_varchar
from tests.unit.lab.tds.test_login import login7

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.tds.login import Login

OLD, NEW = (15, 0, 4430), (16, 0, 4135)


def attempt(folder: Path, protocols: list[str]) -> tuple[PacketStream, list[bytes]]:
    """The server's end of a connection that began with TLS, and what the client got back for a message."""
    certificates = create_certificates(folder)
    here, there = socket.socketpair()
    here.settimeout(5)
    context = ssl.create_default_context(cafile=str(certificates.authority))
    context.set_alpn_protocols(protocols)
    said: list[bytes] = []

    def client() -> None:
        # A refusal ends the connection in the midst of it.
        with contextlib.suppress(OSError), context.wrap_socket(here, server_hostname="localhost") as tls:
            tls.sendall(next(split(PacketType.PRELOGIN, prelogin.build({}))))
            said.append(tls.recv(8))

    thread = threading.Thread(target=client, daemon=True)
    thread.start()
    stream = PacketStream(there)
    assert stream.begins_with_tls()
    try:
        Encryption(certificates.certificate, certificates.key).start_strict(stream)
        stream.read_message()
        stream.send_message(PacketType.RESPONSE, b"")
        thread.join(5)
    finally:
        there.close()
    return stream, said


def test_tls_comes_first(tmp_path: Path) -> None:
    stream, said = attempt(tmp_path, [PROTOCOL])
    assert stream.encrypted
    assert said == list(split(PacketType.RESPONSE, b""))


@pytest.mark.parametrize("protocols", [["h2"], []])
def test_another_protocol_is_refused(tmp_path: Path, protocols: list[str]) -> None:
    with pytest.raises(ConnectionClosedError, match="another protocol"):
        attempt(tmp_path, protocols)


def test_the_first_byte_stays_to_be_read() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(next(split(PacketType.PRELOGIN, b"x")))
        stream = PacketStream(there)
        assert not stream.begins_with_tls()
        assert stream.read_message() == (PacketType.PRELOGIN, b"x")


class Engine:
    """Lets everybody in."""

    name = "SQL1"

    def __init__(self, version: tuple[int, int, int]) -> None:
        self.version = version
        self.logins: list[Login] = []

    def log_in(self, login: Login, interrupted: t.Callable[[], bool]) -> t.Any:
        self.logins.append(login)
        return types.SimpleNamespace(database="master", close=lambda: None)


def test_an_older_server_takes_it_for_a_packet_and_hangs_up(tmp_path: Path) -> None:
    certificates = create_certificates(tmp_path)
    here, there = socket.socketpair()
    there.settimeout(5)
    with here, there:
        hello = ssl.MemoryBIO()
        client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost")
        with pytest.raises(ssl.SSLWantReadError):
            client.do_handshake()
        here.sendall(hello.read())
        with pytest.raises(ConnectionClosedError, match="a packet of type 0x16"):
            Connection(there, Engine(OLD), Encryption(certificates.certificate, certificates.key)).serve()


@pytest.mark.parametrize(("strict", "version"), [(False, b"\x74\x00\x00\x04"), (True, b"\x08\x00\x00\x00")])
def test_a_login_is_told_the_version_of_the_protocol(tmp_path: Path, strict: bool, version: bytes) -> None:
    certificates = create_certificates(tmp_path)
    context = ssl.create_default_context(cafile=str(certificates.authority))
    context.set_alpn_protocols([PROTOCOL])
    engine, (here, there) = Engine(NEW), socket.socketpair()
    here.settimeout(5)
    connection = Connection(there, engine, Encryption(certificates.certificate, certificates.key))
    thread = threading.Thread(target=connection.serve, daemon=True)
    thread.start()
    with there, context.wrap_socket(here, server_hostname="localhost") if strict else here as client:
        wanted: dict[int, bytes] = {prelogin.Option.ENCRYPTION: bytes([prelogin.Encryption.NOT_SUPPORTED])}
        for kind, payload in ((PacketType.PRELOGIN, prelogin.build(wanted)), (PacketType.LOGIN, login7(user="x"))):
            client.sendall(next(split(kind, payload)))
            answer = client.recv(4096)
        client.close()
        thread.join(5)
    assert b"\x01" + version + b_varchar("Microsoft SQL Server") in answer
    assert [login.encrypted for login in engine.logins] == [strict]
