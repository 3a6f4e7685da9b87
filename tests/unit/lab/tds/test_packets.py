# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import socket
import struct

import pytest

from tests.lab.tds import prelogin
from tests.lab.tds.packets import ConnectionClosedError, PacketStream, PacketType, split


@pytest.mark.parametrize(("size", "packets"), [(0, 1), (1, 1), (4088, 1), (4089, 2), (9000, 3)])
def test_split_and_join(size: int, packets: int) -> None:
    payload = bytes(number % 251 for number in range(size))
    pieces = list(split(PacketType.SQL_BATCH, payload))
    assert [piece[1] for piece in pieces] == [0] * (packets - 1) + [1]
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"".join(pieces))
        assert PacketStream(there).read_message() == (PacketType.SQL_BATCH, payload)


def test_client_gone() -> None:
    here, there = socket.socketpair()
    here.close()
    with there, pytest.raises(ConnectionClosedError):
        PacketStream(there).read_message()


def test_interrupted() -> None:
    here, there = socket.socketpair()
    with here, there:
        stream = PacketStream(there)
        assert not stream.interrupted()
        here.sendall(next(split(PacketType.ATTENTION, b"")))
        assert stream.interrupted()


@pytest.mark.parametrize(
    ("wanted", "agreed"),
    [
        (prelogin.Encryption.ON, prelogin.Encryption.ON),
        (prelogin.Encryption.OFF, prelogin.Encryption.ON),
        (prelogin.Encryption.NOT_SUPPORTED, prelogin.Encryption.NOT_SUPPORTED),
    ],
)
def test_prelogin(wanted: prelogin.Encryption, agreed: prelogin.Encryption) -> None:
    request = prelogin.build({prelogin.Option.ENCRYPTION: bytes([wanted])})
    reply, encryption = prelogin.answer(request, (15, 0, 4430))
    options = prelogin.parse(reply)
    assert encryption == agreed
    assert options[prelogin.Option.ENCRYPTION] == bytes([agreed])
    assert options[prelogin.Option.VERSION] == struct.pack(">BBHH", 15, 0, 4430, 0)
