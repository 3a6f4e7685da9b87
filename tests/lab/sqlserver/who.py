# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`sp_who2`: text in columns that are padded to their widest value, with the SPID twice."""

from __future__ import annotations

import typing as t

from tests.lab.tds.interface import Column, ResultSet
from tests.lab.tds.sqltypes import SqlType, varchar

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.sessions import Session

NAMES = (
    "SPID",
    "Status",
    "Login",
    "HostName",
    "BlkBy",
    "DBName",
    "Command",
    "CPUTime",
    "DiskIO",
    "LastBatch",
    "ProgramName",
    "SPID",
    "REQUESTID",
)
NOBODY = "  ."
# A statement that runs in parallel shows one row for each of its threads.
PARALLEL = 7


def who(sessions: t.Iterable[Session], *, own: int) -> ResultSet:
    values = list(zip(*(row for session in sessions for row in _rows(session, own=own)), strict=True))
    widths = [max(map(len, column), default=1) for column in values]
    columns = tuple(Column(name, _type(name, width)) for name, width in zip(NAMES, widths, strict=True))
    padded = ([value.ljust(width) for value in column] for column, width in zip(values, widths, strict=True))
    return ResultSet(columns, list(zip(*padded, strict=True)))


def _rows(session: Session, *, own: int) -> t.Iterator[tuple[str, ...]]:
    running = session.spid == own
    yield (
        f"{session.spid:<5}",
        "RUNNABLE" if running else session.status,
        session.login,
        session.host or NOBODY,
        NOBODY,
        session.database,
        "SELECT INTO" if running else session.command,
        str(session.spid % 100 * 3),
        str(session.spid % 11),
        session.last_batch,
        session.program,
        f"{session.spid:<5}",
        "0    ",
    )
    if session.user and session.spid % PARALLEL == 0 and not running:
        yield from _rows_of_threads(session)


def _rows_of_threads(session: Session) -> t.Iterator[tuple[str, ...]]:
    spid = f"{session.spid:<5}"
    yield (
        *(spid, session.status, session.login, session.host or NOBODY, NOBODY, session.database),
        *(session.command, "0", "0", session.last_batch, session.program, spid, "0    "),
    )


def _type(name: str, width: int) -> SqlType:
    return SqlType("char", 5) if name in ("SPID", "REQUESTID") else varchar(max(width, 1))
