# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of columns and parameters: how they and their values look on the wire ([MS-TDS] 2.2.5.4 and 2.2.5.5)."""

from __future__ import annotations

import struct
import typing as t
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from tests.lab.tds.wire import MalformedError, Reader

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
    units = microseconds * 10 // 10 ** (7 - kind.scale)
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


def decode(reader: Reader) -> t.Any:
    """TYPE_INFO and value of a parameter. Raises `MalformedError` for a type that this server cannot read."""
    code = reader.u8()
    if code in _FIXED:
        return _FIXED[code](reader)
    if code in _DECODERS:
        return _DECODERS[code](reader)
    raise MalformedError(f"a parameter of type {code:#x}")


def _sized(convert: t.Callable[[bytes], t.Any], info: int) -> t.Callable[[Reader], t.Any]:
    """Types with a one-byte length before the value, 0 for NULL, and `info` bytes of TYPE_INFO."""

    def read(reader: Reader) -> t.Any:
        reader.take(info)
        raw = reader.take(reader.u8())
        return convert(raw) if raw else None

    return read


def _scaled(convert: t.Callable[[bytes, int], t.Any], info: int) -> t.Callable[[Reader], t.Any]:
    """Like `_sized` where the last byte of TYPE_INFO is the scale."""

    def read(reader: Reader) -> t.Any:
        scale = reader.take(info)[-1]
        raw = reader.take(reader.u8())
        return convert(raw, scale) if raw else None

    return read


def _strings(convert: t.Callable[[bytes], t.Any], collation: int) -> t.Callable[[Reader], t.Any]:
    def read(reader: Reader) -> t.Any:
        limit = reader.u16()
        reader.take(collation)
        raw = _plp(reader) if limit == UNLIMITED else _counted(reader, reader.u16(), 0xFFFF)
        return None if raw is None else convert(raw)

    return read


def _long(convert: t.Callable[[bytes], t.Any], collation: int) -> t.Callable[[Reader], t.Any]:
    def read(reader: Reader) -> t.Any:
        reader.take(4 + collation)
        raw = _counted(reader, reader.u32(), 0xFFFFFFFF)
        return None if raw is None else convert(raw)

    return read


def _counted(reader: Reader, length: int, null: int) -> bytes | None:
    return None if length == null else reader.take(length)


def _plp(reader: Reader) -> bytes | None:
    if reader.number(8) == PLP_NULL:
        return None
    data = b""
    while length := reader.u32():
        data += reader.take(length)
    return data


def _signed(raw: bytes) -> int:
    return raw[0] if len(raw) == 1 else int.from_bytes(raw, "little", signed=True)


def _real(raw: bytes) -> float:
    return float(struct.unpack("<d" if len(raw) == 8 else "<f", raw)[0])


def _to_decimal(raw: bytes, scale: int) -> Decimal:
    number = Decimal(int.from_bytes(raw[1:], "little")).scaleb(-scale)
    return number if raw[0] else -number


def _to_datetime(raw: bytes) -> datetime:
    if len(raw) == 4:
        days, minutes = struct.unpack("<HH", raw)
        return DATETIME_ZERO + timedelta(days=days, minutes=minutes)
    days, ticks = struct.unpack("<iI", raw)
    return DATETIME_ZERO + timedelta(days=days, milliseconds=round(ticks * 10 / 3))


def _to_date(raw: bytes) -> date:
    return DAY_ZERO + timedelta(days=int.from_bytes(raw, "little"))


def _to_time(raw: bytes, scale: int) -> time:
    microseconds = int.from_bytes(raw, "little") * 10 ** (7 - scale) // 10
    return (DATETIME_ZERO + timedelta(microseconds=microseconds)).time()


def _to_datetime2(raw: bytes, scale: int) -> datetime:
    return datetime.combine(_to_date(raw[-3:]), _to_time(raw[:-3], scale))


def _utf16(raw: bytes) -> str:
    return raw.decode("utf-16-le")


def _cp1252(raw: bytes) -> str:
    return raw.decode("cp1252", "replace")


_FIXED: dict[int, t.Callable[[Reader], t.Any]] = {
    0x1F: lambda reader: None,
    0x30: lambda reader: _signed(reader.take(1)),
    0x32: lambda reader: bool(reader.u8()),
    0x34: lambda reader: _signed(reader.take(2)),
    0x38: lambda reader: _signed(reader.take(4)),
    0x7F: lambda reader: _signed(reader.take(8)),
    0x3B: lambda reader: _real(reader.take(4)),
    0x3E: lambda reader: _real(reader.take(8)),
    0x3D: lambda reader: _to_datetime(reader.take(8)),
}
_DECODERS: dict[int, t.Callable[[Reader], t.Any]] = {
    0x26: _sized(_signed, 1),
    0x68: _sized(lambda raw: bool(raw[0]), 1),
    0x6D: _sized(_real, 1),
    0x6F: _sized(_to_datetime, 1),
    0x24: _sized(lambda raw: uuid.UUID(bytes_le=raw), 1),
    0x28: _sized(_to_date, 0),
    0x6A: _scaled(_to_decimal, 3),
    0x6C: _scaled(_to_decimal, 3),
    0x29: _scaled(_to_time, 1),
    0x2A: _scaled(_to_datetime2, 1),
    0xE7: _strings(_utf16, 5),
    0xEF: _strings(_utf16, 5),
    0xA7: _strings(_cp1252, 5),
    0xAF: _strings(_cp1252, 5),
    0xA5: _strings(bytes, 0),
    0xAD: _strings(bytes, 0),
    0x63: _long(_utf16, 5),
    0x23: _long(_cp1252, 5),
    0x22: _long(bytes, 0),
}
