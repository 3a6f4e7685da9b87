# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote procedure calls, built here byte by byte as [MS-TDS] describes them."""

from __future__ import annotations

import struct
import uuid
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from tests.lab.tds import rpc
from tests.lab.tds.sqltypes import COLLATION
from tests.lab.tds.wire import MalformedError

HEADERS = struct.pack("<IIHQI", 22, 18, 2, 0, 1)


def argument(name: str, typed_value: bytes, *, flags: int = 0) -> bytes:
    return bytes([len(name)]) + name.encode("utf-16-le") + bytes([flags]) + typed_value


def nvarchar(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return b"\xe7" + struct.pack("<H", 8000) + COLLATION + struct.pack("<H", len(raw)) + raw


def call(number: int, *arguments: bytes) -> bytes:
    return struct.pack("<HHH", 0xFFFF, number, 0) + b"".join(arguments)


VALUES = {
    "int": (b"\x26\x04\x04" + struct.pack("<i", -7), -7),
    "int null": (b"\x26\x04\x00", None),
    "tinyint is unsigned": (b"\x26\x01\x01\xff", 255),
    "smallint": (b"\x26\x02\x02\xff\xff", -1),
    "bigint": (b"\x26\x08\x08" + struct.pack("<q", 2**40), 2**40),
    "fixed int": (b"\x38" + struct.pack("<i", 5), 5),
    "bit": (b"\x68\x01\x01\x01", True),
    "float": (b"\x6d\x08\x08" + struct.pack("<d", 1.5), 1.5),
    "real": (b"\x6d\x04\x04" + struct.pack("<f", 0.5), 0.5),
    "decimal": (b"\x6a\x11\x09\x02\x05\x00" + struct.pack("<I", 1234), Decimal("-12.34")),
    "datetime": (b"\x6f\x08\x08" + struct.pack("<iI", 1, 300), datetime(1900, 1, 2, 0, 0, 1)),
    "smalldatetime": (b"\x6f\x04\x04" + struct.pack("<HH", 1, 61), datetime(1900, 1, 2, 1, 1)),
    "date": (b"\x28\x03\x01\x00\x00", date(1, 1, 2)),
    "time": (b"\x29\x00\x03" + (3661).to_bytes(3, "little"), time(1, 1, 1)),
    "datetime2": (
        b"\x2a\x07\x08" + (10_000_000).to_bytes(5, "little") + (1).to_bytes(3, "little"),
        datetime(1, 1, 2, 0, 0, 1),
    ),
    "guid": (b"\x24\x10\x10" + uuid.UUID(int=7).bytes_le, uuid.UUID(int=7)),
    "nvarchar": (nvarchar("Grün"), "Grün"),
    "nvarchar null": (b"\xe7\x40\x1f" + COLLATION + b"\xff\xff", None),
    "nvarchar(max)": (
        b"\xe7\xff\xff" + COLLATION + struct.pack("<QI", 4, 2) + b"a\0" + struct.pack("<I", 2) + b"b\0" + b"\0\0\0\0",
        "ab",
    ),
    "nvarchar(max) null": (b"\xe7\xff\xff" + COLLATION + b"\xff" * 8, None),
    "varchar": (b"\xa7\x40\x1f" + COLLATION + b"\x03\x00a\xe4b", "aäb"),
    "varbinary": (b"\xa5\x40\x1f\x02\x00\x01\x02", b"\x01\x02"),
    "ntext": (b"\x63" + struct.pack("<I", 100) + COLLATION + struct.pack("<I", 4) + b"o\0k\0", "ok"),
}


@pytest.mark.parametrize(("typed_value", "expected"), VALUES.values(), ids=VALUES)
def test_value(typed_value: bytes, expected: object) -> None:
    (request,) = rpc.parse(HEADERS + call(10, argument("@p", typed_value), argument("@after", nvarchar("end"))))
    assert request.pairs == [("@p", expected), ("@after", "end")]


def test_procedure_by_name() -> None:
    name = "sys.sp_datatype_info_100"
    payload = HEADERS + struct.pack("<H", len(name)) + name.encode("utf-16-le") + b"\0\0"
    assert rpc.parse(payload) == [rpc.Request(name, ())]


def test_several_calls_in_one_message() -> None:
    payload = HEADERS + call(13, argument("", nvarchar("a"), flags=1)) + b"\xff" + call(15)
    first, second = rpc.parse(payload)
    assert (first.procedure, first.arguments[0].output, second.procedure) == ("sp_prepexec", True, "sp_unprepare")


@pytest.mark.parametrize("payload", [HEADERS + call(99), HEADERS + call(10, argument("", b"\xf1")), HEADERS + b"\x05"])
def test_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedError):
        rpc.parse(payload)


@pytest.mark.parametrize(
    ("declaration", "names", "expected"),
    [
        ("@P1 nvarchar(10),@P2 int", ["", ""], {"@P1": 0, "@P2": 1}),
        ("@P1 int", ["@named"], {"@named": 0}),
        (None, [], {}),
    ],
)
def test_bind(declaration: str | None, names: list[str], expected: dict[str, int]) -> None:
    arguments = [rpc.Argument(name, place) for place, name in enumerate(names)]
    assert rpc.bind(declaration, arguments) == expected
