# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from tests.lab.invariants import broken
from tests.lab.invariants.history import History, HistoryError
from tests.unit.lab.invariants.runs import AGENT, HOST, KB, SCRIPT, SSO, event, good_run, install, start, stop

if t.TYPE_CHECKING:
    from tests.lab.events import Event


@pytest.mark.parametrize("events", [[], [event("lab.stopped")]])
def test_a_log_without_the_description_of_the_lab_is_refused(events: list[Event]) -> None:
    with pytest.raises(HistoryError, match=r"no lab\.started"):
        _ = History(events).lab


def test_the_lab_may_boot_before_it_is_described() -> None:
    boot = event("process.started", computer="BTS2", image="mmc.exe", pid=4711, user="any")
    assert broken([boot, *good_run(SCRIPT)]) == {}


def test_the_lab_is_described_in_the_first_event() -> None:
    history = History(good_run(SCRIPT))
    assert history.group_computers == dict.fromkeys(("BTS1", "BTS2", "BTS3"), "x64")
    assert ("SQL1", "SSODB") in history.databases
    assert history.roles["SQL1", AGENT] == "agent"
    assert history.initial_states["BTS1", HOST] == "running"


def test_the_states_follow_the_events() -> None:
    log = good_run()[:1]
    failed = event("service.start_failed", computer="BTS1", service=HOST, role="host_instance", reason="test")
    log += [*stop("BTS1", HOST), start("BTS1", HOST)[0], failed, *start("BTS1", HOST)]
    history = History(log)
    states = [history.states_at(position)["BTS1", HOST] for position in range(1, len(log) + 1)]
    assert states == ["running", "stop_pending", "stopped", "start_pending", "stopped", "start_pending", "running"]
    assert history.states_at(len(log))["BTS2", HOST] == "running"


def test_what_is_not_stopped_is_named() -> None:
    log = good_run()[:1]
    log += [*stop("BTS1", SSO)[:1], *install("BTS1", "x64")[:1]]
    history = History(log)
    found = history.not_stopped_at(history.installs[0], ("sso",))
    assert found == [
        "ENTSSO on BTS1 was stop_pending",
        "ENTSSO on BTS2 was running",
        "ENTSSO on BTS3 was running",
    ]


def test_installs_are_read_with_their_end() -> None:
    log = good_run()[:1]
    log += [
        *install("BTS1", "x64")[:1],
        *install("BTS2", "x86", exit_code=3010),
        *install("BTS1", "x64", exit_code=1603),
    ]
    log += install("BTS3", "x64")[:1]
    history = History(log)
    assert [(item.computer, item.started, item.finished, item.exit_code) for item in history.installs] == [
        ("BTS1", 1, None, None),
        ("BTS2", 2, 3, 3010),
        ("BTS1", 4, 5, 1603),
        ("BTS3", 6, None, None),
    ]
    assert [item.succeeded for item in history.installs] == [False, True, False, False]
    assert history.unfinished == (
        f"an install did not succeed: KB{KB} on BTS1 (None), KB{KB} on BTS1 (1603), KB{KB} on BTS3 (None)"
    )
