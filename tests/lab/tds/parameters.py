# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of parameters, as a client sends them with their types ([MS-TDS] 2.2.5.4 and 2.2.5.5)."""

from __future__ import annotations

import struct
import typing as t
import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from tests.lab.tds.sqltypes import DATETIME_ZERO, DAY_ZERO, PLP_NULL, TICKS, UNLIMITED
from tests.lab.tds.wire import MalformedError, Reader


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
    return DATETIME_ZERO + timedelta(days=days, milliseconds=round(ticks * 1000 / TICKS))


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
