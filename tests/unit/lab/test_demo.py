# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration's verdict, and its summary for a person."""

from __future__ import annotations

import os
import typing as t

import pytest

from tests.lab.demo import judge, newest
from tests.lab.summary import summary
from tests.unit.lab.invariants.runs import COMPUTERS, SCRIPT, event, good_run, install, start

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.events import Event

READING = event("session.closed", instance="SQL1", spid=61)


def test_a_good_run_has_no_problems() -> None:
    assert list(judge(list(good_run(SCRIPT)), [READING])) == []


def test_a_computer_without_the_update_is_named() -> None:
    log = list(good_run(SCRIPT))
    left_out = [item for item in log if item.fields.get("computer") != COMPUTERS[-1] or "install" not in item.kind]
    assert f"{COMPUTERS[-1]} did not get the update" in list(judge(left_out, []))


def test_a_broken_rule_is_a_problem() -> None:
    log = [item for item in good_run(SCRIPT) if item.kind != "backup.forced"]
    assert any(problem.startswith("R20 was broken") for problem in judge(log, []))


def test_the_report_of_the_last_run_that_installed_something_is_shown(tmp_path: Path) -> None:
    group = tmp_path / "records" / "sql1-biztalkmgmtdb"
    group.mkdir(parents=True)
    names = ("20260101T000000Z-KB5009901-patch", "20260102T000000Z-KB5009901-patch", "20260102T000100Z-patch")
    for age, name in enumerate(names):
        (group / f"{name}-report.html").write_text("", encoding="utf-8")
        os.utime(group / f"{name}-report.html", (1000 + age, 1000 + age))

    assert newest(tmp_path, "-report.html").name == f"{names[1]}-report.html"


@pytest.mark.parametrize("change", [start("BTS1", "W3SVC")[0], install("BTS1", "x64")[0]])
def test_a_second_run_that_changes_something_is_a_problem(change: Event) -> None:
    problems = list(judge(list(good_run(SCRIPT)), [READING, change]))
    assert len(problems) == 1
    assert "the second run was to change nothing" in problems[0]


def test_the_summary_tells_what_was_installed_and_how_long_the_group_was_down() -> None:
    text = "\n".join(summary(list(good_run(SCRIPT))))
    for computer in COMPUTERS:
        assert f"  {computer}" in text
    assert "The group was down for" in text
    assert "Full backup: set 8, complete" in text
    assert "BROKEN" not in text


def test_the_summary_of_a_run_that_did_nothing() -> None:
    text = "\n".join(summary(list(good_run(SCRIPT))[:1]))
    assert "What was installed\n  nothing" in text
    assert "was down" not in text
