# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways to encrypt a connection: TLS agreed upon in PRELOGIN, or TLS before all else (TDS 8, Encrypt=strict)."""

from __future__ import annotations

import ssl
import typing as t

from tests.lab.tds.packets import ConnectionClosedError

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.tds.packets import PacketStream

# What a client of TDS 8 asks for in the TLS handshake (Microsoft, *TDS 8.0*).
PROTOCOL = "tds/8.0"
# The first version that knows it.
SQL_SERVER_2022 = (16, 0, 0)


class Encryption:
    def __init__(self, certificate: Path, key: Path) -> None:
        self._usual, self._strict = _context(certificate, key), _context(certificate, key)
        # In TLS 1.3 a session ticket would follow the handshake outside of PRELOGIN packets.
        self._usual.maximum_version = ssl.TLSVersion.TLSv1_2
        self._strict.set_alpn_protocols([PROTOCOL])

    def start(self, stream: PacketStream) -> None:
        stream.start_tls(self._usual)

    def start_strict(self, stream: PacketStream) -> None:
        """Raises `ConnectionClosedError` where the client speaks something else than TDS inside TLS."""
        agreed = stream.start_strict_tls(self._strict)
        if agreed != PROTOCOL:
            raise ConnectionClosedError(f"the client began with TLS for another protocol than {PROTOCOL}")


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
