# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import logging
import threading
import time
import typing as t

import pytest

from tests.lab.scheduler import Scheduler

if t.TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT = 5.0


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    made = Scheduler()
    yield made
    made.close()


def test_actions_run_when_they_are_due_and_in_order(scheduler: Scheduler) -> None:
    seen: list[str] = []
    done = threading.Event()
    scheduler.after(0.06, done.set)
    for name in ("third", "fourth"):
        scheduler.after(0.03, functools.partial(seen.append, name))
    for name in ("first", "second"):
        scheduler.after(0.0, functools.partial(seen.append, name))
    assert done.wait(TIMEOUT)
    assert seen == ["first", "second", "third", "fourth"]


def test_an_action_does_not_run_before_it_is_due(scheduler: Scheduler) -> None:
    ran: list[float] = []
    done = threading.Event()
    began = time.monotonic()
    scheduler.after(0.03, lambda: ran.append(time.monotonic()))
    scheduler.after(0.03, done.set)
    assert done.wait(TIMEOUT)
    assert ran[0] - began >= 0.03


def test_a_sooner_action_does_not_wait_for_a_later_one(scheduler: Scheduler) -> None:
    done = threading.Event()
    scheduler.after(3600, lambda: None)
    scheduler.after(0.0, done.set)
    assert done.wait(TIMEOUT)


def test_an_action_may_plan_another(scheduler: Scheduler) -> None:
    done = threading.Event()
    scheduler.after(0.0, lambda: scheduler.after(0.0, done.set))
    assert done.wait(TIMEOUT)


def test_an_action_that_fails_is_logged_and_the_next_one_runs(
    scheduler: Scheduler, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("broken on purpose")

    done = threading.Event()
    with caplog.at_level(logging.ERROR, "tests.lab.scheduler"):
        scheduler.after(0.0, fail)
        scheduler.after(0.0, done.set)
        assert done.wait(TIMEOUT)
    assert "broken on purpose" in caplog.text


def test_closing_forgets_what_is_still_due() -> None:
    seen: list[str] = []
    scheduler = Scheduler()
    scheduler.after(3600, lambda: seen.append("late"))
    closing = threading.Thread(target=scheduler.close)
    closing.start()
    closing.join(TIMEOUT)
    assert not closing.is_alive()
    assert seen == []
