# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens of which a server's answer is made ([MS-TDS] 2.2.7)."""

from __future__ import annotations

import enum
import struct
import typing as t

from tests.lab.tds import sqltypes
from tests.lab.tds.sqltypes import COLLATION, SqlType
from tests.lab.tds.wire import b_varchar, us_varchar

if t.TYPE_CHECKING:
    from tests.lab.tds.interface import Column, Row

TDS_7_4 = 0x74000004
TDS_8_0 = 0x08000000
NULLABLE = 0x0009


class Done(enum.IntEnum):
    """The three ways to say that a statement is done: of a batch, inside a procedure, of a procedure."""

    BATCH = 0xFD
    IN_PROCEDURE = 0xFF
    PROCEDURE = 0xFE


class Status(enum.IntFlag):
    FINAL = 0x00
    MORE = 0x01
    ERROR = 0x02
    COUNT = 0x10
    ATTENTION = 0x20


def done(kind: Done, status: Status, *, command: int = 0, count: int = 0) -> bytes:
    return struct.pack("<BHHQ", kind, status, command, count)


def column_metadata(columns: t.Sequence[Column]) -> bytes:
    parts = [b"\x81", struct.pack("<H", len(columns))]
    for column in columns:
        parts += [struct.pack("<IH", 0, NULLABLE), sqltypes.type_info(column.type), b_varchar(column.name)]
    return b"".join(parts)


class _Encoded(dict[t.Any, bytes]):
    """The values of a type, each encoded once: in long answers most of them repeat."""

    def __init__(self, kind: SqlType) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, value: t.Any) -> bytes:
        self[value] = encoded = sqltypes.encode(self._kind, value)
        return encoded


def rows(columns: t.Sequence[Column], values: t.Iterable[Row]) -> t.Iterator[bytes]:
    by_type = {column.type: _Encoded(column.type) for column in columns}
    known = [by_type[column.type] for column in columns]
    for row in values:
        yield b"\xd1" + b"".join([column[value] for column, value in zip(known, row, strict=True)])


def message(  # An ERROR and an INFO token have the same fields.
    *, number: int, text: str, severity: int, state: int = 1, server: str, procedure: str = "", line: int = 1
) -> bytes:
    body = struct.pack("<iBB", number, state, severity)
    body += us_varchar(text) + b_varchar(server) + b_varchar(procedure) + struct.pack("<i", line)
    return _counted(0xAA if severity > 10 else 0xAB, body)


def login_ack(version: tuple[int, int, int], *, strict: bool) -> bytes:
    body = b"\x01" + struct.pack(">I", TDS_8_0 if strict else TDS_7_4) + b_varchar("Microsoft SQL Server")
    return _counted(0xAD, body + struct.pack(">BBH", *version))


def database_changed(old: str, new: str) -> bytes:
    return _counted(0xE3, b"\x01" + b_varchar(new) + b_varchar(old))


def language_is(language: str) -> bytes:
    return _counted(0xE3, b"\x02" + b_varchar(language) + b_varchar(""))


def packet_size_is(size: int) -> bytes:
    return _counted(0xE3, b"\x04" + b_varchar(str(size)) + b_varchar(str(size)))


def collation_is() -> bytes:
    return _counted(0xE3, b"\x07" + bytes([len(COLLATION)]) + COLLATION + b"\0")


def transaction_began(descriptor: int) -> bytes:
    return _counted(0xE3, b"\x08\x08" + struct.pack("<Q", descriptor) + b"\0")


def transaction_ended(descriptor: int, *, committed: bool) -> bytes:
    return _counted(0xE3, (b"\x09" if committed else b"\x0a") + b"\0\x08" + struct.pack("<Q", descriptor))


def return_status(value: int) -> bytes:
    return b"\x79" + struct.pack("<i", value)


def return_value(ordinal: int, name: str, kind: SqlType, value: t.Any) -> bytes:
    head = b"\xac" + struct.pack("<H", ordinal) + b_varchar(name) + b"\x01" + struct.pack("<IH", 0, NULLABLE)
    return head + sqltypes.type_info(kind) + sqltypes.encode(kind, value)


def _counted(token: int, body: bytes) -> bytes:
    return bytes([token]) + struct.pack("<H", len(body)) + body
