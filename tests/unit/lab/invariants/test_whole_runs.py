# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that keep every rule, the ones that fail among them, and what is not judged in each."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.invariants import RULES as ALL_RULES
from tests.lab.invariants import broken, judge_all
from tests.unit.lab.invariants.runs import (
    COMPUTERS,
    IDLE_HOST,
    KB,
    NO_ROLLBACK,
    SCRIPT,
    Broken,
    Log,
    fail,
    good_run,
    install,
    not_applicable,
    start,
)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        pytest.param(
            good_run(SCRIPT),
            {
                "R1": "no update with only an x86 download was installed",
                "R8": "an update with SQL was installed",
            },
            id="with SQL",
        ),
        pytest.param(
            good_run(),
            {
                "R1": "no update with only an x86 download was installed",
                "R4": "no installer ran a script",
                **dict.fromkeys(("R5", "R6", "R7", "R20"), "no update with SQL was installed"),
            },
            id="without SQL",
        ),
        pytest.param(
            good_run(SCRIPT, packages=("x86",), architectures={"BTS1": "x64", "BTS2": "x86"}),
            {
                "R2": "no update with separate downloads was installed",
                "R8": "an update with SQL was installed",
            },
            id="with only an x86 download",
        ),
        pytest.param(
            good_run(updated=COMPUTERS),
            {
                "R4": "no installer ran a script",
                **dict.fromkeys(ALL_RULES.keys() - {"R4", "R17", *NO_ROLLBACK}, "nothing was installed"),
            },
            id="nothing to install",
        ),
    ],
)
def test_a_good_run_breaks_no_rule(log: Log, expected: dict[str, str]) -> None:
    assert broken(log) == {}
    assert not_applicable(log) == NO_ROLLBACK | expected


def test_every_rule_has_its_text() -> None:
    verdicts = judge_all(good_run())
    assert [verdict.rule for verdict in verdicts] == list(ALL_RULES)
    assert all(verdict.text.endswith(".") and "\n" not in verdict.text for verdict in verdicts)


@pytest.mark.parametrize(("exit_code"), [1603, 1618, None])
def test_a_run_that_stops_at_a_failed_install_breaks_no_rule(exit_code: int | None) -> None:
    log = good_run(SCRIPT)
    fail(log, exit_code)
    assert broken(log) == {}
    reason = f"an install did not succeed: KB{KB} on BTS2 ({exit_code})"
    assert {rule: text for rule, text in not_applicable(log).items() if rule in ("R7", "R10")} == dict.fromkeys(
        ("R7", "R10"), reason
    )


@pytest.mark.parametrize("exit_code", [3010, 1641])
def test_a_restart_that_is_needed_is_a_success(exit_code: int) -> None:
    log = good_run(SCRIPT)
    log.change({"exit_code": exit_code}, "install.finished", computer="BTS2")
    assert broken(log) == {}
    assert "R10" not in not_applicable(log)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (start("BTS1", IDLE_HOST), {"R17": ("BTSSvc$B on BTS1 was started, though it did not run before",)}),
        (
            install("BTS3", "x64", SCRIPT),
            {},
        ),
        (
            install("BTS3", "x86", SCRIPT),
            {"R2": ("BTS3 is x64, but got the x86 download",)},
        ),
    ],
    ids=["a service is started", "the others are installed", "the others get the wrong download"],
)
def test_what_is_done_after_a_failed_install_is_judged(events: list[t.Any], expected: Broken) -> None:
    log = good_run(SCRIPT)
    fail(log, 1603)
    log += events
    assert broken(log) == expected


@pytest.mark.parametrize("exit_code", [1603, None], ids=["failed", "cut off"])
def test_an_install_that_succeeds_at_the_second_attempt_is_finished(exit_code: int | None) -> None:
    log = good_run(SCRIPT)
    attempt = install("BTS2", "x64", SCRIPT, exit_code=1603)
    log.put_before(attempt[:-1] if exit_code is None else attempt, "install.started", computer="BTS2")
    assert broken(log) == {}
    assert "R10" not in not_applicable(log)
