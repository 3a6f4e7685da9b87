# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.tests.unit.plugins.plans import CHAIN, CU, UPDATED, plan
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import MISSING_KEY, uninstall_key


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ({}, {}, {"one.lab": ["5009901", "5010000"], "two.lab": ["5009901", "5010000"]}),
        (UPDATED, {}, {"one.lab": ["5010000"], "two.lab": ["5009901", "5010000"]}),
    ],
)
def test_each_computer_gets_what_it_lacks_of_a_chain(
    one: dict[str, t.Any], two: dict[str, t.Any], expected: dict[str, list[str]]
) -> None:
    computers = plan(one=one, two=two, packages=CHAIN).as_result()["computers"]
    assert {host: [update["kb"] for update in computer["updates"]] for host, computer in computers.items()} == expected


def test_an_older_update_is_not_put_on_top_of_a_newer_one() -> None:
    newer = {"uninstall": [uninstall_key("Microsoft BizTalk Server 2020 Hotfix [KB 5010000]"), MISSING_KEY]}
    (failure,) = plan(one=newer, packages=CHAIN).failures
    assert (failure.where, failure.rule) == ("BTS1", "R23")
    assert "BTS2020-KB5009901-x64-ENU.exe" in failure.text


@pytest.mark.parametrize(
    ("has_sql", "failures"), [("no", []), ("yes", [("R6", CU["file_name"])]), ("unknown", [("R6", CU["file_name"])])]
)
def test_a_rolling_update_has_no_sql(has_sql: str, failures: list[tuple[str, str]]) -> None:
    packages = {"64-bit": [{**CU, "has_sql": has_sql}]}
    made = plan(packages=packages, mode="rolling", sql_hosts={})
    assert [(finding.rule, finding.where) for finding in made.failures] == failures
    assert (made.outcome, made.agents) == ("rolling", ())
    assert plan(packages=packages, mode="rolling", one=UPDATED, two=UPDATED).failures == []
