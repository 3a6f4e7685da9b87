# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._waiting import (
    LostError,
    Patience,
    wait_for_job,
    wait_for_services,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeClock

if t.TYPE_CHECKING:
    Answer: t.TypeAlias = "dict[str, t.Any] | Exception"

NAMES = ["BTSSvc$ReceiveHost", "W3SVC"]


class Computer:
    """Answers one look after the other, and the last one for ever; an exception is raised."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.said: list[str] = []
        self.clock = FakeClock()

    def ask(self) -> dict[str, t.Any]:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def services(self, *, timeout: float = 300) -> dict[str, t.Any]:
        patience = Patience(timeout, 2)
        return wait_for_services(self.ask, NAMES, patience=patience, clock=self.clock, say=self.said.append)

    def job(self, *, timeout: float = 3600, lost: float = 60) -> dict[str, t.Any]:
        patience = Patience(timeout, 5, lost)
        return wait_for_job(self.ask, "the installer", patience=patience, clock=self.clock, say=self.said.append)


def look(*states: str) -> dict[str, t.Any]:
    rows = [{"name": name, "state": state, "process_id": 12} for name, state in zip(NAMES, states, strict=True)]
    return {"services": [*rows, {"name": "Spooler", "state": "start_pending", "process_id": 7}]}


def test_nothing_is_waited_for_where_no_service_is_on_its_way() -> None:
    computer = Computer(look("stopped", "started"))
    assert [(row["name"], row["state"]) for row in computer.services()["services"]] == [
        ("BTSSvc$ReceiveHost", "stopped"),
        ("W3SVC", "started"),
    ]
    assert (computer.asked, computer.clock.now(), computer.said) == (1, 0, [])


def test_the_services_that_are_on_their_way_are_named_until_they_are_there() -> None:
    computer = Computer(
        look("stop_pending", "stop_pending"), look("stop_pending", "stopped"), look("stopped", "stopped")
    )
    assert {row["state"] for row in computer.services()["services"]} == {"stopped"}
    assert computer.said == [
        "BTSSvc$ReceiveHost is stop_pending, process 12, W3SVC is stop_pending, process 12",
        "BTSSvc$ReceiveHost is stop_pending, process 12",
    ]
    assert computer.clock.now() == 4


def test_a_service_that_hangs_is_told_in_the_end() -> None:
    computer = Computer(look("stopped", "stop_pending"))
    assert [row["state"] for row in computer.services(timeout=10)["services"]] == ["stopped", "stop_pending"]
    assert computer.clock.now() == 10


def test_a_look_that_fails_is_repeated_until_the_end() -> None:
    failed = {"failed": True, "msg": "out of memory"}
    assert "failed" not in Computer(failed, look("stopped", "stopped")).services()
    computer = Computer(failed)
    assert computer.services(timeout=10) == failed
    assert set(computer.said) == {"no look at the services: out of memory"}


RUNS = {"started": True, "finished": False}
DONE = {"started": True, "finished": True, "rc": 0}


def test_the_outcome_of_a_job_is_asked_for_until_there_is_one() -> None:
    computer = Computer(RUNS, RUNS, DONE)
    assert computer.job() == DONE
    assert (computer.said, computer.clock.now()) == (["the installer is running"] * 2, 10)


def test_a_connection_may_be_lost_for_a_while_more_than_once() -> None:
    lost: list[Answer] = [LostError("refused")] * 10
    computer = Computer(RUNS, *lost, RUNS, *lost, DONE)
    assert computer.job() == DONE
    assert "no connection for 50 s, trying again: refused" in computer.said


def test_a_computer_that_does_not_come_back_is_given_up() -> None:
    assert Computer(RUNS, LostError("refused")).job() == {
        "failed": True,
        "msg": "the computer has not answered for 60 s: refused",
    }


def test_a_job_that_never_ends_is_given_up() -> None:
    result = Computer(RUNS).job(timeout=60)
    assert (result["failed"], result["finished"], result["msg"]) == (True, False, "it has not ended within 60 s")


def test_a_computer_that_comes_back_late_is_asked_once_more() -> None:
    lost: list[Answer] = [LostError("refused")] * 10
    assert Computer(*lost, DONE).job(timeout=20) == DONE
