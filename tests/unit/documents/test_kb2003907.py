# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KB 2003907 is whole: each rule and each sentence has its place, and what the tables name is there."""

from __future__ import annotations

import re

import pytest

from tests.documents.markdown import Page
from tests.lab.invariants import RULES
from tests.setup.paths import ROOT

PAGE = Page.read(ROOT / "docs" / "kb2003907.md")
ALL_RULES = [f"R{number}" for number in range(1, 24)]
BY_RULE = {row[0]: row for row in PAGE.rows if re.fullmatch(r"R\d+", row[0])}
SENTENCES = [row for row in PAGE.rows if re.fullmatch(r"S\d+", row[0])]
# Of a sentence without a test: why there is nothing that could be tested.
NOTHING_TO_TEST = ("nothing to enforce", "a pointer", "the reason of", "not enforced:")


def test_every_rule_has_its_row() -> None:
    assert list(BY_RULE) == ALL_RULES


@pytest.mark.parametrize("rule", ALL_RULES)
def test_the_invariant_that_judges_a_rule_is_there(rule: str) -> None:
    named = re.findall(r"`(r\d+_\w+)`", BY_RULE[rule][3])
    assert named == ([RULES[rule].__name__] if rule in RULES else [])


def test_the_sentences_are_counted_and_none_is_missing() -> None:
    """51, as the article of March 2020 has them."""
    assert [row[0] for row in SENTENCES] == [f"S{number}" for number in range(1, 52)]


def test_every_rule_comes_from_a_sentence() -> None:
    assert sorted({row[2] for row in SENTENCES if row[2]}, key=ALL_RULES.index) == ALL_RULES


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: row[0])
def test_a_sentence_has_a_test_or_a_reason(row: tuple[str, ...]) -> None:
    _number, says, rule, enforced, shown = row
    tests = re.findall(r"`(tests/[\w/.]+)`", shown)
    assert says
    assert [name for name in tests if not (ROOT / name).is_file()] == []
    assert tests or enforced.lower().startswith(NOTHING_TO_TEST)
    assert tests or not rule
