# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of columns: how they and their values look on the wire ([MS-TDS] 2.2.5.4 and 2.2.5.5)."""

from __future__ import annotations

import struct
import typing as t
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

# SQL_Latin1_General_CP1_CI_AS, the collation of most servers.
COLLATION = bytes.fromhex("0904d00034")
PLP_NULL = 0xFFFFFFFFFFFFFFFF
UNLIMITED = 0xFFFF
# A datetime counts three-hundredths of a second.
TICKS = 300
DAY_ZERO = date(1, 1, 1)
DATETIME_ZERO = datetime(1900, 1, 1)


@dataclass(frozen=True)
class SqlType:
    """`length` counts characters or bytes, -1 is `max`; `precision` and `scale` are those of decimal and datetime2."""

    name: str
    length: int = 0
    precision: int = 0
    scale: int = 0


INT = SqlType("int")
BIGINT = SqlType("bigint")
SMALLINT = SqlType("smallint")
TINYINT = SqlType("tinyint")
BIT = SqlType("bit")
FLOAT = SqlType("float")
DATETIME = SqlType("datetime")
DATETIME2 = SqlType("datetime2", scale=7)
UNIQUEIDENTIFIER = SqlType("uniqueidentifier")


def decimal(precision: int, scale: int = 0) -> SqlType:
    return SqlType("decimal", precision=precision, scale=scale)


def nvarchar(length: int) -> SqlType:
    return SqlType("nvarchar", length)


def varchar(length: int) -> SqlType:
    return SqlType("varchar", length)


def varbinary(length: int) -> SqlType:
    return SqlType("varbinary", length)


INTEGER_SIZES = {"tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}
TEXT_CODES = {"nvarchar": 0xE7, "nchar": 0xEF, "varchar": 0xA7, "char": 0xAF}
BINARY_CODES = {"varbinary": 0xA5, "binary": 0xAD}


def type_info(kind: SqlType) -> bytes:
    """TYPE_INFO of a column; all are sent in the form that allows NULL."""
    if kind.name in INTEGER_SIZES:
        return bytes([0x26, INTEGER_SIZES[kind.name]])
    if kind.name in TEXT_CODES:
        return bytes([TEXT_CODES[kind.name]]) + struct.pack("<H", _byte_length(kind)) + COLLATION
    if kind.name in BINARY_CODES:
        return bytes([BINARY_CODES[kind.name]]) + struct.pack("<H", _byte_length(kind))
    others = {
        "bit": b"\x68\x01",
        "float": b"\x6d\x08",
        "datetime": b"\x6f\x08",
        "uniqueidentifier": b"\x24\x10",
        "decimal": bytes([0x6A, 17, kind.precision, kind.scale]),
        "datetime2": bytes([0x2A, kind.scale]),
    }
    return others[kind.name]


def _byte_length(kind: SqlType) -> int:
    if kind.length < 0:
        return UNLIMITED
    return kind.length * (2 if kind.name.startswith("n") else 1)


def encode(kind: SqlType, value: t.Any) -> bytes:
    """A value of a row, None for NULL."""
    if kind.name in TEXT_CODES or kind.name in BINARY_CODES:
        return _encode_string(kind, value)
    if value is None:
        return b"\0"
    raw = _ENCODERS[kind.name](kind, value)
    return bytes([len(raw)]) + raw


def _encode_string(kind: SqlType, value: t.Any) -> bytes:
    if kind.length < 0:
        if value is None:
            return struct.pack("<Q", PLP_NULL)
        raw = _string_bytes(kind, value)
        chunk = struct.pack("<I", len(raw)) + raw if raw else b""
        return struct.pack("<Q", len(raw)) + chunk + struct.pack("<I", 0)
    if value is None:
        return struct.pack("<H", 0xFFFF)
    raw = _string_bytes(kind, value)
    return struct.pack("<H", len(raw)) + raw


def _string_bytes(kind: SqlType, value: t.Any) -> bytes:
    if kind.name in BINARY_CODES:
        return bytes(value)
    text = str(value)
    return text.encode("utf-16-le") if kind.name.startswith("n") else text.encode("cp1252", "replace")


def _integer(kind: SqlType, value: t.Any) -> bytes:
    number = int(value)
    return number.to_bytes(INTEGER_SIZES[kind.name], "little", signed=kind.name != "tinyint")


def _decimal(kind: SqlType, value: object) -> bytes:
    number = int(Decimal(str(value)).scaleb(kind.scale).to_integral_value())
    return struct.pack("?", number >= 0) + abs(number).to_bytes(16, "little")


def _datetime(kind: SqlType, value: datetime) -> bytes:
    since = value - DATETIME_ZERO
    ticks = round((since.seconds + since.microseconds / 1_000_000) * TICKS)
    return struct.pack("<iI", since.days, ticks)


def _datetime2(kind: SqlType, value: datetime) -> bytes:
    microseconds = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    units = microseconds * 10 // int(10 ** (7 - kind.scale))
    return units.to_bytes(_time_size(kind.scale), "little") + (value.date() - DAY_ZERO).days.to_bytes(3, "little")


def _time_size(scale: int) -> int:
    return 3 if scale <= 2 else 4 if scale <= 4 else 5


_ENCODERS: dict[str, t.Callable[[SqlType, t.Any], bytes]] = {
    **dict.fromkeys(INTEGER_SIZES, _integer),
    "bit": lambda kind, value: bytes([bool(value)]),
    "float": lambda kind, value: struct.pack("<d", value),
    "decimal": _decimal,
    "datetime": _datetime,
    "datetime2": _datetime2,
    "uniqueidentifier": lambda kind, value: uuid.UUID(str(value)).bytes_le,
}
