# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Silence
from ansible_collections.biztalk.patching.plugins.module_utils._restore_lanes import Lanes
from ansible_collections.biztalk.patching.plugins.module_utils._restore_run import Restore, verify_files
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    FakeClock,
    FakeServer,
    FakeServers,
    identity,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import MANAGEMENT, connect_to, target

ORDERED = [target("MsgBox"), target("SSODB"), target(MANAGEMENT)]
OFFLINE = {one.database: one.restoring[0] for one in ORDERED}
RESTORE = {one.database: one.restoring[1] for one in ORDERED}
RECOVER = {one.database: one.recovering for one in ORDERED}


class Patient(FakeServer):
    """Remembers how long it was allowed to take."""

    def __init__(self, answers: dict[str, t.Any]) -> None:
        super().__init__(answers)
        self.limits: list[int | None] = []

    def execute(self, statement: str, *parameters: object, timeout: int | None = None) -> None:
        self.limits.append(timeout)
        super().execute(statement, *parameters)


def server() -> FakeServer:
    return FakeServer({_tsql.IDENTITY: [identity("SQL1")], _tsql_restore.WORK_IN_PROGRESS: []})


def lanes(one: FakeServer) -> Lanes:
    return Lanes(connect_to(FakeServers(one, {"SQL1": one})), per_instance=1, interval=60, progress=Silence())


def restore(one: FakeServer, timeout: float = 0, clock: FakeClock | None = None) -> tuple[Restore, list[str]]:
    run = Restore(lanes(one), ORDERED, timeout=timeout, clock=clock or FakeClock())
    return run, run.run()


def executed(one: FakeServer) -> list[str]:
    return [str(statement) for statement, *_rest in one.executed]


def test_all_are_restored_before_the_first_is_recovered() -> None:
    one = server()
    run, failures = restore(one)
    names = [one.database for one in ORDERED]
    restoring = [step for name in names for step in (OFFLINE[name], RESTORE[name])]
    assert executed(one) == [*restoring, *(RECOVER[name] for name in names)]
    assert failures == []
    assert run.begun == set(run.seconds) == {one.label for one in ORDERED}


@pytest.mark.parametrize(
    ("failing", "last", "begun"),
    [
        (OFFLINE["MsgBox"], OFFLINE["MsgBox"], 1),
        (RESTORE["MsgBox"], RESTORE["MsgBox"], 1),
        (RESTORE["SSODB"], RESTORE["SSODB"], 2),
        (RESTORE[MANAGEMENT], RESTORE[MANAGEMENT], 3),
        (RECOVER["MsgBox"], RECOVER["MsgBox"], 3),
        (RECOVER["SSODB"], RECOVER["SSODB"], 3),
        (RECOVER[MANAGEMENT], RECOVER[MANAGEMENT], 3),
    ],
)
def test_nothing_follows_a_failure(failing: str, last: str, begun: int) -> None:
    one = server()
    one.answers[failing] = SqlError("broken")
    run, failures = restore(one)
    assert executed(one)[-1] == last
    assert len(failures) == 1
    assert failures[0].endswith(" on SQL1: broken")
    assert len(run.begun) == begun


def test_the_time_is_for_all_of_them() -> None:
    clock, one = FakeClock(), Patient(server().answers)

    def slow(*_parameters: object) -> None:
        clock.sleep(40)

    one.answers |= dict.fromkeys(RESTORE.values(), slow)
    _run, failures = restore(one, 100, clock)
    assert one.limits == [100, 100, 60, 60, 20, 20]
    assert failures == [
        "MsgBox on SQL1: the 100 s of restore_timeout are over: raise it, or find out what keeps SQL Server busy"
    ]


@pytest.mark.parametrize("bad", [(), ("SSODB",), ("SSODB", MANAGEMENT)])
def test_every_file_is_read_to_its_end(bad: tuple[str, ...]) -> None:
    one = server()
    for name in bad:
        one.answers[_tsql.verify_backup(f"D:\\{name}.bak")] = SqlError("damaged")
    assert verify_files(lanes(one), ORDERED) == [f"the backup of {name} on SQL1: damaged" for name in bad]
    assert executed(one) == [_tsql.verify_backup(one.file) for one in ORDERED]
