# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._group_outcome import (
    GroupOutcome,
    Told,
    ended_badly,
    ended_well,
    summary_lines,
)

HOSTS = ("bts1", "bts2")


@pytest.mark.parametrize(
    ("playbook", "told", "check_mode", "ending"),
    [
        ("patch", Told("outage", HOSTS), False, ("done", "the update was installed on bts1, bts2")),
        ("patch", Told("outage", HOSTS), True, ("done", "the update would be installed on bts1, bts2")),
        ("patch", Told("finish"), False, ("done", "a run that was interrupted is finished")),
        ("patch", Told("nothing_to_do"), False, ("nothing_to_do", "nothing was to be done")),
        ("rollback", Told("restore", HOSTS), False, ("done", "the update was taken back from bts1, bts2")),
        ("plan", Told("rolling", HOSTS), False, ("to_do", "the update is to be installed on bts1, bts2")),
        ("plan", Told("finish"), False, ("to_do", "an interrupted run is to be finished")),
        ("plan", Told("nothing_to_do"), False, ("nothing_to_do", "nothing was to be done")),
        ("status", Told(), False, ("done", "all was read")),
    ],
)
def test_a_run_that_ended_well(playbook: str, told: Told, check_mode: bool, ending: tuple[str, str]) -> None:
    assert ended_well(playbook, told, check_mode=check_mode) == ending


@pytest.mark.parametrize(
    ("exit_code", "told", "summary"),
    [
        (2, Told(failures={"bts1": "full", "bts2": "full", "bts3": "cold"}), "bts1, bts2: full\nbts3: cold"),
        (4, Told(), "ansible-playbook ended with exit code 4; the cause is in its log"),
        (-9, Told(), "ansible-playbook was ended by signal 9; the cause is in its log"),
    ],
)
def test_a_run_that_failed(exit_code: int, told: Told, summary: str) -> None:
    assert ended_badly(exit_code, told) == summary


def test_the_summary_has_a_line_for_each_group_and_the_next_step_where_it_matters() -> None:
    outcomes = [
        GroupOutcome("orders", "done", "installed", exit_code=0, seconds=754, log="/logs/orders.log"),
        GroupOutcome("mail", "failed", "bts1: no\nmore", "Mend it.", exit_code=2, seconds=5, log="/logs/mail.log"),
        GroupOutcome("late", "not_run", "mail failed", "Mend it."),
    ]
    assert summary_lines(outcomes) == [
        "orders  done            12:34  installed",
        "mail    FAILED           0:05  bts1: no",
        "  more",
        "  Next: Mend it.",
        "  Log: /logs/mail.log",
        "late    NOT RUN          0:00  mail failed",
        "  Next: Mend it.",
    ]
    assert [outcome.well for outcome in outcomes] == [True, False, False]
