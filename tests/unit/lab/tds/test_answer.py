# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens of an answer and their order, above all which DONE says that more follows."""

from __future__ import annotations

import struct
import typing as t

import pytest

from tests.lab.tds.answer import Answer
from tests.lab.tds.interface import Call, Column, Message, Reply, ResultSet, ReturnStatus, RowCount, SqlServerError
from tests.lab.tds.sqltypes import INT

TOKENS = {0x81: "columns", 0xD1: "row", 0xAA: "error", 0xAB: "info", 0x79: "status"}
DONES = {0xFD: "done", 0xFE: "doneproc", 0xFF: "doneinproc"}
ONE_INT = ResultSet((Column("n", INT),), [(1,), (2,)])


def read(data: bytes) -> t.Iterator[tuple[t.Any, ...]]:
    """The tokens of answers that hold nothing but one int column, messages and the ends of statements."""
    at = 0
    while at < len(data):
        token = data[at]
        if token in DONES:
            status, _command, count = struct.unpack_from("<HHQ", data, at + 1)
            yield DONES[token], status, count
            at += 13
        elif token in (0xAA, 0xAB):
            yield TOKENS[token], struct.unpack_from("<i", data, at + 3)[0]
            at += 3 + struct.unpack_from("<H", data, at + 1)[0]
        elif token == 0x79:
            yield "status", struct.unpack_from("<i", data, at + 1)[0]
            at += 5
        else:
            yield (TOKENS[token],)
            at += 14 if token == 0x81 else 6


CASES: dict[str, tuple[list[Reply], list[tuple[t.Any, ...]]]] = {
    "nothing": ([], [("done", 0, 0)]),
    "rows": ([ONE_INT], [("columns",), ("row",), ("row",), ("done", 0x10, 2)]),
    "two statements": ([RowCount(3), RowCount(0)], [("done", 0x11, 3), ("done", 0x10, 0)]),
    "message after rows": (
        [ONE_INT, Message("x", 3262)],
        [("columns",), ("row",), ("row",), ("done", 0x11, 2), ("info", 3262), ("done", 0, 0)],
    ),
    "error that goes on": ([Message("x", 3201, 16), RowCount(1)], [("error", 3201), ("done", 0x10, 1)]),
    "procedure": (
        [Call(iter([RowCount(1), ReturnStatus(4)]))],
        [("doneinproc", 0x11, 1), ("status", 4), ("doneproc", 0, 0)],
    ),
}


@pytest.mark.parametrize(("replies", "expected"), CASES.values(), ids=CASES)
def test_answer(replies: list[Reply], expected: list[tuple[t.Any, ...]]) -> None:
    answer = Answer("SQL1")
    answer.write(replies)
    assert list(read(answer.finish())) == expected


def test_error_keeps_what_came_before() -> None:
    answer = Answer("SQL1")

    def fail() -> t.Iterator[Reply]:
        yield RowCount(1)
        raise SqlServerError(208, "Invalid object name 'x'.")

    with pytest.raises(SqlServerError) as caught:
        answer.write(fail())
    answer.error(caught.value)
    assert list(read(answer.finish())) == [("done", 0x11, 1), ("error", 208), ("done", 2, 0)]
