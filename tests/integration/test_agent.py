# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL Server Agent in somebody else's hands: the run says when, waits, and sees through SQL Server that it is done."""

from __future__ import annotations

import threading
import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, run, states
from tests.lab.invariants import broken

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

PATIENCE = 120.0
DATABASES = 6
EXTERNAL = ("-e", "biztalk_agent=external", "-e", "biztalk_sql_group=nobody")


def administer(lab: Lab, *, agent_runs: bool) -> None:
    """What the database administrator does when called."""
    service = lab.world.computers["SQL1"].services.get("SQLSERVERAGENT")
    assert service is not None
    (service.start if agent_runs else service.stop)("database administrator")


def call_when(lab: Lab, happened: Callable[[], bool], *, agent_runs: bool) -> threading.Thread:
    """Call the administrator as soon as something has happened."""

    def watch() -> None:
        done = threading.Event()
        for _attempt in range(int(PATIENCE / 0.1)):
            if happened():
                administer(lab, agent_runs=agent_runs)
                return
            done.wait(0.1)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def count(lab: Lab, kind: str) -> int:
    return sum(event.kind == kind for event in lab.run_events())


@pytest.mark.long
def test_the_run_waits_for_the_administrator(single_lab: Lab) -> None:
    before = states(single_lab)
    calls = [
        call_when(single_lab, lambda: count(single_lab, "backup.verified") == DATABASES, agent_runs=False),
        call_when(
            single_lab,
            lambda: count(single_lab, "install.finished") == len(single_lab.topology.computers),
            agent_runs=True,
        ),
    ]

    result = run("patch", single_lab, *CLOSE_APPLICATIONS, *EXTERNAL)

    for call in calls:
        call.join()
    assert result.returncode == 0, result.stdout
    assert "Stop SQL Server Agent NOW on SQL1" in result.stdout
    assert states(single_lab) == before
    assert broken(single_lab.events.events) == {}


@pytest.mark.long
def test_an_agent_that_nobody_stops_brings_everything_back_up(single_lab: Lab) -> None:
    before = states(single_lab)

    result = run("patch", single_lab, *CLOSE_APPLICATIONS, *EXTERNAL, "-e", "biztalk_agent_timeout=2")

    assert result.returncode != 0
    assert "SQL Server Agent was not stopped within 2 s on SQL1" in " ".join(result.stdout.split())
    assert count(single_lab, "install.started") == 0
    assert states(single_lab) == before
