# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
from ansible_collections.biztalk.patching.plugins.module_utils._plan_lines import plan_lines
from ansible_collections.biztalk.patching.tests.unit.plugins.plans import CHAIN, CU, UPDATED, plan
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import CONSOLE, service_row

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._plan import Plan


def spoken(made: Plan) -> list[str]:
    """The plan in plain words, without what held."""
    return [line for line in plan_lines(made, Options()) if not line.startswith("PASS ")]


def test_the_plan_in_plain_words() -> None:
    made = plan(
        one={"processes": [CONSOLE]},
        two={**UPDATED, "services": [service_row("ENTSSO")]},
        close_applications=True,
    )
    assert spoken(made) == [
        "WARN BTS1: Administration Console (mmc.exe, process 4711, session 2) is open and will be closed",
        "BTS2020-KB5009901-x64-ENU.exe: contains SQL: yes",
        "BTS1: stop BTSSvc$Receive, BTSSvc$Send",
        "BTS1: close Administration Console (process 4711)",
        "BTS2: stop nothing (nothing of BizTalk runs here)",
        "SQL1: force a full backup of all BizTalk databases, then stop SQLSERVERAGENT",
        "BTS1: install BTS2020-KB5009901-x64-ENU.exe (computer 1 of 1)",
        "BTS2: has the update already, nothing is installed here",
        "Then SQL Server Agent and exactly the services listed above are started again.",
        "Expected outage: 5 min and what stopping and starting take: 1 x 5 min for the installs "
        "(biztalk_expected_install_time), and the backup, of which nothing is known.",
    ]


def test_the_plan_of_a_group_that_has_the_update() -> None:
    assert spoken(plan(one=UPDATED, two=UPDATED, sql_hosts={})) == [
        "FAIL SQL1: hosts BizTalk databases, but no host of the inventory group biztalk_sql is its computer (SQL1), so "
        "SQL Server Agent cannot be stopped: add the SQL Server computer to the inventory group, or set biztalk_agent "
        "to external where somebody else stops it",
        "Nothing to do: every computer of the group has the update. Nothing would be stopped.",
    ]


def test_a_chain_in_plain_words() -> None:
    lines = spoken(plan(one=UPDATED, packages=CHAIN))
    assert "BTS1: install BTS2020-KB5010000-x64-ENU.exe (computer 1 of 2)" in lines
    both = "install BTS2020-KB5009901-x64-ENU.exe, then install BTS2020-KB5010000-x64-ENU.exe"
    assert f"BTS2: {both} (computer 2 of 2)" in lines


def test_an_answer_of_the_operator_s_is_told_as_one() -> None:
    assumed = {**CU, "has_sql_found": "unknown", "assume_sql": "no"}
    assert (
        "BTS2020-KB5009901-x64-ENU.exe: contains SQL: no (biztalk_assume_sql says so; the inspection answers unknown)"
        in spoken(plan(packages={"64-bit": [assumed]}))
    )


def test_a_rolling_update_in_plain_words() -> None:
    made = plan(packages={"64-bit": [CU]}, mode="rolling", two=UPDATED)
    lines = spoken(made)
    assert lines == [
        "One computer after the other, while the others work (biztalk_mode is rolling). No backup is made:",
        "BTS2020-KB5009901-x64-ENU.exe: contains SQL: no",
        "BTS1: stop BTSSvc$Receive, BTSSvc$Send",
        "BTS1: install BTS2020-KB5009901-x64-ENU.exe, then start these again (computer 1 of 1)",
        "BTS2: has the update already, nothing is installed here",
    ]


@pytest.mark.parametrize(
    ("backup", "total", "words"),
    [
        (600.0, "20 min", "the backup, which took 10 min the last time."),
        (45.0, "11 min", "the backup, which took 45 s the last time."),
        (None, "10 min", "the backup, of which nothing is known."),
    ],
)
def test_the_outage_that_is_to_be_expected(backup: float | None, total: str, words: str) -> None:
    last = list(plan_lines(plan(), Options(backup_seconds=backup)))[-1]
    assert last.startswith(
        f"Expected outage: {total} and what stopping and starting take: 2 x 5 min for the installs ("
    )
    assert last.endswith(words)
