# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.lab.events import EventLog
from tests.lab.scheduler import Scheduler
from tests.lab.sqlserver.instance import SqlServerInstance
from tests.lab.sqlserver.runner import Runner
from tests.lab.tds.interface import Call, Message, Reply, ResultSet, SqlServerError
from tests.lab.tds.login import Login
from tests.lab.topology import Topology
from tests.lab.world import World

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOPOLOGY = Path("tests/lab/topologies/default.yml")
BACKUP_JOB = "Backup BizTalk Server (BizTalkMgmtDb)"


class Sql:
    """One connection, and what comes out of its batches."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    def replies(self, sql: str, **parameters: t.Any) -> list[Reply]:
        return list(_flat(self.runner.execute(sql, {f"@{name}": value for name, value in parameters.items()})))

    def rows(self, sql: str, **parameters: t.Any) -> list[tuple[t.Any, ...]]:
        sets = [reply for reply in self.replies(sql, **parameters) if isinstance(reply, ResultSet)]
        return [tuple(row) for row in sets[-1].rows]

    def value(self, sql: str, **parameters: t.Any) -> t.Any:
        return self.rows(sql, **parameters)[0][0]

    def error(self, sql: str, **parameters: t.Any) -> SqlServerError:
        with pytest.raises(SqlServerError) as caught:
            self.replies(sql, **parameters)
        return caught.value

    def messages(self, sql: str) -> list[tuple[int, str]]:
        return [(reply.number, reply.text) for reply in self.replies(sql) if isinstance(reply, Message)]


def _flat(replies: t.Iterable[Reply]) -> Iterator[Reply]:
    for reply in replies:
        if isinstance(reply, Call):
            yield from _flat(reply.replies)
        else:
            yield reply


@pytest.fixture
def make_instance(tmp_path: Path) -> Iterator[Callable[..., SqlServerInstance]]:
    made: list[SqlServerInstance] = []

    def make(**server: t.Any) -> SqlServerInstance:
        overrides = {"delays": {"scale": 0.02}, "sql_servers": [{"name": "SQL1", **server}]}
        topology = Topology.load(TOPOLOGY, overrides=overrides)
        world = World(topology, topology.delays.scaled, EventLog(tmp_path / "events.jsonl"), Scheduler())
        instance = SqlServerInstance(world, topology.sql_servers[0])
        world.instances[instance.name] = instance
        made.append(instance)
        return instance

    yield make
    for instance in made:
        instance.close()
        instance.world.scheduler.close()
        instance.world.events.close()


@pytest.fixture
def instance(make_instance: Callable[..., SqlServerInstance]) -> SqlServerInstance:
    return make_instance(logins=[PATCHING, PLAIN])


PATCHING = {"name": "patching", "password": "Sql-Patching-1!", "sysadmin": True}
PLAIN = {"name": "plain", "password": "Plain-1!"}


def connect(instance: SqlServerInstance, user: str = "patching", database: str = "BizTalkMgmtDb") -> Sql:
    password = next(login.password for login in instance.spec.logins if login.name == user)
    login = Login(user, password, database, "controller", "ansible", "SQL1", integrated=False)
    return Sql(instance.log_in(login, lambda: False))


@pytest.fixture
def sql(instance: SqlServerInstance) -> Sql:
    return connect(instance)


@pytest.fixture
def plain(instance: SqlServerInstance) -> Sql:
    return connect(instance, "plain")


def kinds(instance: SqlServerInstance, *wanted: str) -> list[dict[str, t.Any]]:
    """The fields of all events of these kinds."""
    return [event.fields for event in instance.world.events.events if event.kind in wanted]
