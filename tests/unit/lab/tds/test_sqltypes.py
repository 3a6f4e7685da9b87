# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns on the wire: what is encoded for a row is what the decoder of parameters reads back."""

from __future__ import annotations

import typing as t
import uuid
from datetime import datetime
from decimal import Decimal

import pytest

from tests.lab.tds import parameters, sqltypes
from tests.lab.tds.sqltypes import SqlType
from tests.lab.tds.wire import Reader

CASES: list[tuple[SqlType, t.Any]] = [
    (sqltypes.TINYINT, 200),
    (sqltypes.SMALLINT, -2),
    (sqltypes.INT, -70000),
    (sqltypes.BIGINT, 2**50),
    (sqltypes.BIT, True),
    (sqltypes.FLOAT, 2.25),
    (sqltypes.decimal(20, 2), Decimal("-12.34")),
    (sqltypes.DATETIME, datetime(2026, 11, 22, 10, 29, 8, 250000)),
    (sqltypes.DATETIME2, datetime(2026, 11, 22, 10, 29, 8, 123456)),
    (SqlType("datetime2", scale=3), datetime(2026, 11, 22, 10, 29, 8, 123000)),
    (sqltypes.UNIQUEIDENTIFIER, uuid.UUID(int=99)),
    (sqltypes.nvarchar(20), "Größe"),
    (sqltypes.nvarchar(-1), "x" * 9000),
    (sqltypes.nvarchar(-1), ""),
    (sqltypes.varchar(20), "Größe"),
    (SqlType("char", 5), "51   "),
    (sqltypes.varbinary(4), b"\x00\x01"),
]
IDS = [f"{kind.name}-{place}" for place, (kind, _value) in enumerate(CASES)]


@pytest.mark.parametrize(("kind", "value"), CASES, ids=IDS)
def test_round_trip(kind: SqlType, value: t.Any) -> None:
    reader = Reader(sqltypes.type_info(kind) + sqltypes.encode(kind, value))
    assert (parameters.decode(reader), reader.exhausted) == (value, True)


@pytest.mark.parametrize("kind", [kind for kind, _value in CASES], ids=IDS)
def test_null(kind: SqlType) -> None:
    reader = Reader(sqltypes.type_info(kind) + sqltypes.encode(kind, None))
    assert (parameters.decode(reader), reader.exhausted) == (None, True)


def test_datetime_is_rounded_to_three_hundredths() -> None:
    reader = Reader(
        sqltypes.type_info(sqltypes.DATETIME) + sqltypes.encode(sqltypes.DATETIME, datetime(2026, 1, 1, 0, 0, 0, 5000))
    )
    assert parameters.decode(reader) == datetime(2026, 1, 1, 0, 0, 0, 7000)
