# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The campaign is complete: each step has each strike, or a reason why not."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.lab.campaign.catalogue import STEPS, all_cases, case_named, rounds
from tests.lab.campaign.scenarios import SCENARIOS
from tests.lab.campaign.steps import FROM_OUTSIDE, KINDS, Case, Step, cases

ALL = [(scenario, step) for scenario, steps in STEPS.items() for step in steps]
NAMES = [f"{scenario}-{step.name}" for scenario, step in ALL]


@pytest.mark.parametrize(("scenario", "step"), ALL, ids=NAMES)
def test_each_strike_is_a_case_or_has_a_reason(scenario: str, step: Step) -> None:
    struck = {case.kind for case in cases(scenario, [step])}

    assert struck | step.without.keys() == set(KINDS)
    assert not struck & step.without.keys()


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_case_has_something_that_happens(case: Case) -> None:
    assert (case.strike is not None) is (case.kind in FROM_OUTSIDE)
    assert (case.fault is None) is (case.kind in FROM_OUTSIDE)


@pytest.mark.parametrize(("scenario", "step"), ALL, ids=NAMES)
def test_where_another_step_stands_for_it_that_one_is_struck(scenario: str, step: Step) -> None:
    struck = {(case.step, case.kind) for case in cases(scenario, STEPS[scenario])}

    for kind, reason in step.without.items():
        if reason.startswith("as at: "):
            assert (reason.removeprefix("as at: "), kind) in struck


def test_each_scenario_has_steps() -> None:
    assert STEPS.keys() == SCENARIOS.keys()


def test_names_are_unique() -> None:
    names = [case.name for case in all_cases()]

    assert len(names) == len(set(names))


def test_a_rollback_takes_back_what_a_struck_patch_has_installed() -> None:
    together = rounds(all_cases())

    assert sorted(case.name for cases in together for case in cases) == sorted(case.name for case in all_cases())
    assert {SCENARIOS[cases[0].scenario].before for cases in together} == {()}
    assert {SCENARIOS[case.scenario].before for cases in together for case in cases[1:]} == {("patch",)}
    assert len(together[0]) == max(map(len, together)) == 2


def test_a_rollback_alone_has_a_lab_of_its_own() -> None:
    chosen = [
        case_named("rollback / first uninstall / step fails"),
        case_named("rollback by itself / uninstall / step fails"),
    ]

    # Of the two the second takes longer.
    assert rounds(chosen) == [(case,) for case in reversed(chosen)]


def test_the_longest_come_first() -> None:
    kinds = [
        "by itself" if cases[0].scenario not in ("patch", "rollback") else len(cases) for cases in rounds(all_cases())
    ]

    assert [kind for kind, _group in itertools.groupby(kinds)] == [2, "by itself", 1]


def test_the_readme_tells_the_number_of_cases() -> None:
    text = (Path(__file__).parents[4] / "README.md").read_text(encoding="utf-8")

    assert f"three computers, {len(all_cases())} times" in " ".join(text.split())
