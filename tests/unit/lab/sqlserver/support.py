# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to an instance without a network, and what comes out of its batches."""

from __future__ import annotations

import threading
import typing as t

import pytest

from tests.lab.tds.interface import Call, Message, Reply, ResultSet, SqlServerError
from tests.lab.tds.login import Login

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.sqlserver.instance import SqlServerInstance

BACKUP_JOB = "Backup BizTalk Server (BizTalkMgmtDb)"


class Sql:
    """One connection."""

    def __init__(self, instance: SqlServerInstance, user: str, database: str) -> None:
        password = next(login.password for login in instance.spec.logins if login.name == user)
        login = Login(user, password, database, "controller", "ansible", "SQL1", integrated=False)
        self.cancelled = False
        self.runner = instance.log_in(login, lambda: self.cancelled)

    def replies(self, sql: str, **parameters: t.Any) -> list[Reply]:
        return list(_flat(self.runner.execute(sql, {f"@{name}": value for name, value in parameters.items()})))

    def rows(self, sql: str, **parameters: t.Any) -> list[tuple[t.Any, ...]]:
        """Those of the last result set."""
        sets = [reply for reply in self.replies(sql, **parameters) if isinstance(reply, ResultSet)]
        return [tuple(row) for row in sets[-1].rows]

    def value(self, sql: str, **parameters: t.Any) -> t.Any:
        return self.rows(sql, **parameters)[0][0]

    def error(self, sql: str, **parameters: t.Any) -> int:
        """The number of the error that ends a batch."""
        with pytest.raises(SqlServerError) as caught:
            self.replies(sql, **parameters)
        return caught.value.number

    def messages(self, sql: str) -> list[int]:
        """The numbers of all messages, the last error included."""
        numbers: list[int] = []
        try:
            replies = _flat(self.runner.execute(sql, {}))
            numbers.extend(reply.number for reply in replies if isinstance(reply, Message))
        except SqlServerError as error:
            numbers.append(error.number)
        return numbers


class Place:
    """An endpoint that remembers what was asked of it."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def start(self) -> None:
        self.said.append("start")

    def stop(self) -> None:
        self.said.append("stop")

    def drop_connections(self) -> None:
        self.said.append("drop")


def _flat(replies: t.Iterable[Reply]) -> Iterator[Reply]:
    for reply in replies:
        if isinstance(reply, Call):
            yield from _flat(reply.replies)
        else:
            yield reply


def events(instance: SqlServerInstance, kind: str) -> list[dict[str, t.Any]]:
    """The fields of all events of a kind."""
    return [event.fields for event in instance.world.events.events if event.kind == kind]


def wait_until(instance: SqlServerInstance, condition: t.Callable[[], bool]) -> None:
    """Look again and again, each time after the lab had time to do something."""
    for _ in range(500):
        if condition():
            return
        looked = threading.Event()
        instance.world.scheduler.after(0.01, looked.set)
        looked.wait(5)
    raise AssertionError("it never came true")
