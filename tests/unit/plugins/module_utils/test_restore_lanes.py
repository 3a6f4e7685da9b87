# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import threading
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._restore_lanes import Lanes
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeServer, FakeServers, Told, identity
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import connect_to, place, target

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_plan import Target
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer


def server(name: str) -> FakeServer:
    return FakeServer({_tsql.IDENTITY: [identity(name)], _tsql_restore.WORK_IN_PROGRESS: []})


def lanes(per_instance: int = 2, interval: float = 60, told: Told | None = None, **servers: FakeServer) -> Lanes:
    known = servers or {"SQL1": server("SQL1"), "SQL2": server("SQL2")}
    connect = connect_to(FakeServers(next(iter(known.values())), known))
    return Lanes(connect, per_instance=per_instance, interval=interval, progress=told or Told())


def databases(count: int, *instances: str) -> list[Target]:
    return [
        target(f"DB{number}", place(name, f"DB{number}")) for name in instances or ("SQL1",) for number in range(count)
    ]


@pytest.mark.parametrize(("per_instance", "at_once"), [(1, 2), (2, 4), (9, 6)])
def test_so_many_of_each_instance_at_the_same_time(per_instance: int, at_once: int) -> None:
    """Nobody goes on before as many as may work have come together, and there are never more."""
    lock, together = threading.Lock(), threading.Barrier(at_once, timeout=10)
    now, most, by_instance = 0, 0, {"SQL1": 0, "SQL2": 0}

    def work(one: Target, _server: SqlServer) -> None:
        nonlocal now, most
        with lock:
            now += 1
            by_instance[one.place.name] += 1
            most = max(most, now)
            assert by_instance[one.place.name] <= per_instance
        if len(waves) < at_once:
            waves.append(one.label)
            together.wait()
        with lock:
            now -= 1
            by_instance[one.place.name] -= 1

    waves: list[str] = []
    assert lanes(per_instance).run("restoring", databases(3, "SQL1", "SQL2"), work) == []
    assert most == at_once


@pytest.mark.parametrize(("keep_going", "done"), [(False, ["DB0", "DB1"]), (True, ["DB0", "DB1", "DB2", "DB3"])])
def test_after_a_failure_no_other_is_begun_unless_wanted(keep_going: bool, done: list[str]) -> None:
    begun = []

    def work(one: Target, _server: SqlServer) -> None:
        begun.append(one.database)
        if one.database in ("DB1", "DB2"):
            raise SqlError(f"no {one.database}")

    failures = lanes(1).run("restoring", databases(4), work, keep_going=keep_going)
    assert begun == done
    assert failures == ["DB1 on SQL1: no DB1", "DB2 on SQL1: no DB2"][: 1 + keep_going]


def test_an_instance_that_cannot_be_reached_is_a_failure_of_its_databases() -> None:
    one = server("SQL1")
    one.answers[_tsql.IDENTITY] = SqlError("unreachable")
    assert lanes(SQL1=one).run("verifying", databases(1), lambda _one, _server: None) == ["DB0 on SQL1: unreachable"]


def test_each_database_has_a_connection_of_its_own() -> None:
    opened = []
    known = FakeServers(server("SQL1"), {"SQL1": server("SQL1")})
    connect = connect_to(known)

    def counting() -> t.Any:
        opened.append(threading.get_ident())
        return connect()

    Lanes(counting, per_instance=9, interval=60, progress=Told()).run("x", databases(3), lambda _one, _server: None)
    assert len(opened) == 3


def test_the_progress_tells_how_far_each_one_is() -> None:
    told, one, begun, seen = Told(), server("SQL1"), threading.Event(), threading.Event()
    percent = iter([{"spid": 55, "percent_complete": 44.9}, {"spid": 55, "percent_complete": 46.0}])

    def look() -> list[dict[str, t.Any]]:
        if not begun.is_set():
            return []
        row = next(percent, None)
        if row is None:
            seen.set()
        return [row or {"spid": 99, "percent_complete": 1}]

    one.answers[_tsql_restore.WORK_IN_PROGRESS] = look

    def work(_one: Target, _server: SqlServer) -> None:
        begun.set()
        assert seen.wait(10)

    lanes(1, 0.01, told, SQL1=one).run("restoring", databases(1), work)
    assert list(dict.fromkeys(told.texts)) == [
        "restoring the databases, 0 of 1 done: DB0 on SQL1 0 %",
        "restoring the databases, 0 of 1 done: DB0 on SQL1 40 %",
        "restoring the databases, 0 of 1 done: DB0 on SQL1 45 %",
    ]


def test_whoever_only_looks_on_ends_nothing_and_looks_again() -> None:
    one, looks, twice = server("SQL1"), itertools.count(1), threading.Event()

    def look() -> SqlError:
        if next(looks) == 2:
            twice.set()
        return SqlError("not now")

    one.answers[_tsql_restore.WORK_IN_PROGRESS] = look

    def work(_one: Target, _server: SqlServer) -> None:
        assert twice.wait(10)

    assert lanes(1, 0.01, SQL1=one).run("restoring", databases(1), work) == []
