# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import typing as t
from datetime import datetime, timezone

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import KnownGroup
from ansible_collections.biztalk.patching.plugins.module_utils._turns import Turns
from ansible_collections.biztalk.patching.plugins.plugin_utils._lane import Lane, Voice
from ansible_collections.biztalk.patching.plugins.plugin_utils._side_by_side import Ended, Stop, side_by_side

ORDERS = KnownGroup("orders", instances=("SQL1",))
INVOICES = KnownGroup("invoices", instances=("SQL1",))
RETURNS = KnownGroup("returns", instances=("SQL3",))


class Time:
    """Passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, timezone.utc)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class FakeChild:
    """Ends by itself after some seconds, or some seconds after a signal."""

    def __init__(self, time: Time, seconds: float, code: int) -> None:
        self._time = time
        self._end = time.now() + seconds
        self._code = code
        self.signals: list[int] = []

    def exit_code(self) -> int | None:
        return self._code if self._time.now() >= self._end else None

    def signal(self, number: int) -> None:
        self.signals.append(number)
        self._code, self._end = 99, self._time.now() + 3


class Scene:
    """Groups whose children last as long, and end, as `plan` says by name; an exception is raised."""

    def __init__(self, plan: dict[str, t.Any], *, at_once: int = 9, lines: dict[str, list[str]] | None = None) -> None:
        self.time = Time()
        self.stop = Stop()
        self.said: list[str] = []
        self.children: dict[str, FakeChild] = {}
        self.begun: dict[str, float] = {}
        self._plan = plan
        self._lines = lines or {}
        groups = [group for group in (ORDERS, INVOICES, RETURNS) if group.name in plan]
        self._turns = Turns(groups, at_once=at_once, exclusive=True)

    def run(self, *, stop_at: float = 1e9) -> dict[str, Ended]:
        voice = Voice(lambda name, text: self.said.append(f"{name}: {text}"), interval=30, whole=False)
        clock = self.time
        sleep = clock.sleep

        def watched(seconds: float) -> None:
            sleep(seconds)
            if clock.now() >= stop_at and not self.stop.times:
                self.stop(signal.SIGINT, None)

        clock.sleep = watched  # type: ignore[method-assign]
        ends = side_by_side(
            self._turns, lambda group: Lane(group, self._start, voice, clock), stop=self.stop, clock=clock
        )
        return {ended.group.name: ended for ended in ends}

    def _start(self, group: KnownGroup, tell: t.Callable[[str], None]) -> FakeChild:
        plan = self._plan[group.name]
        if isinstance(plan, Exception):
            raise plan
        self.begun[group.name] = self.time.now()
        for line in self._lines.get(group.name, []):
            tell(line)
        self.children[group.name] = FakeChild(self.time, *plan)
        return self.children[group.name]


def test_groups_run_side_by_side_and_end_by_themselves() -> None:
    scene = Scene({"orders": (10, 2), "returns": (20, 0)})
    ended = scene.run()
    assert scene.begun == {"orders": 0.0, "returns": 0.0}
    assert [(end.exit_code, end.seconds, end.told_to_end) for end in ended.values()] == [(2, 10, False), (0, 20, False)]


def test_a_group_waits_for_the_one_with_which_it_shares_an_instance() -> None:
    scene = Scene({"orders": (10, 0), "invoices": (5, 0), "returns": (1, 0)})
    ended = scene.run()
    assert scene.begun == {"orders": 0.0, "returns": 0.0, "invoices": 10.0}
    assert ended["invoices"].exit_code == 0
    assert scene.said.count("orders: invoices waits for this group, because both use SQL1") == 1


def test_a_group_is_not_begun_after_one_that_failed_on_the_same_instance() -> None:
    scene = Scene({"orders": (10, 2), "invoices": (5, 0), "returns": (20, 0)})
    ended = scene.run()
    assert ended["invoices"].exit_code is None
    assert "orders did not end well and both use SQL1" in ended["invoices"].reason
    assert ended["returns"].exit_code == 0


def test_whoever_is_told_to_end_tells_the_children_and_waits_for_them() -> None:
    scene = Scene({"orders": (100, 0), "invoices": (5, 0), "returns": (100, 0)})
    ended = scene.run(stop_at=50)
    assert [scene.children[name].signals for name in ("orders", "returns")] == [[signal.SIGINT], [signal.SIGINT]]
    assert [(ended[name].exit_code, ended[name].told_to_end) for name in ("orders", "returns")] == [(99, True)] * 2
    assert ended["invoices"] == Ended(INVOICES, reason="the run was told to end before it was its turn")


def test_when_the_main_process_was_killed_the_groups_go_on_and_none_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene({"orders": (10, 0), "invoices": (5, 0)})
    monkeypatch.setattr(os, "getppid", lambda: 1 if scene.time.now() > 5 else os.getpid())
    scene.stop = Stop()
    ended = scene.run()
    assert ended["orders"] == Ended(ORDERS, 0, 10)
    assert ended["invoices"].exit_code is None


def test_told_again_it_is_less_patient() -> None:
    child = FakeChild(Time(), 100, 0)
    lane = Lane(ORDERS, lambda _group, _tell: child, Voice(lambda *_: None, 30, False), Time())
    for times in (1, 1, 2, 2):
        lane.tell_to_end(times)
    assert child.signals == [signal.SIGINT, signal.SIGTERM]


def test_a_group_that_cannot_be_started_does_not_stop_the_others() -> None:
    scene = Scene({"orders": OSError("no memory"), "invoices": (5, 0), "returns": (100, 0)})
    ended = scene.run()
    assert ended["orders"] == Ended(ORDERS, reason="ansible-playbook could not be started: no memory")
    assert [(ended[name].exit_code, ended[name].told_to_end) for name in ("invoices", "returns")] == [(0, False)] * 2


def test_children_are_not_left_alone_when_something_goes_wrong_here() -> None:
    scene = Scene({"orders": (100, 0), "returns": RuntimeError("a bug")})
    with pytest.raises(RuntimeError, match="a bug"):
        scene.run()
    assert scene.children["orders"].signals == [signal.SIGINT]


def test_a_silent_group_says_what_it_is_at() -> None:
    lines = ["TASK [Wait for the installer] ****", "ok: [bts1]", "[WARNING]: slow"]
    scene = Scene({"orders": (70, 0)}, lines={"orders": lines})
    scene.run()
    assert scene.said == [
        "orders: begins",
        "orders: TASK [Wait for the installer]",
        "orders: [WARNING]: slow",
        "orders: 00:30 still at: Wait for the installer",
        "orders: 01:00 still at: Wait for the installer",
        "orders: ended with exit code 0 after 01:10",
    ]


def test_signals_are_counted_as_long_as_the_block_lasts() -> None:
    stop = Stop()
    before = signal.getsignal(signal.SIGTERM)
    with stop.on_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert stop.times == 2
    assert signal.getsignal(signal.SIGTERM) == before
