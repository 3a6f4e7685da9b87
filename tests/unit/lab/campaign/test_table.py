# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table shows a bad ending with what is wrong."""

from __future__ import annotations

from tests.lab.campaign.catalogue import all_cases
from tests.lab.campaign.runner import Result, not_judged
from tests.lab.campaign.table import row
from tests.lab.campaign.verdict import Ending

CASE = all_cases()[0]


def test_a_good_ending_is_one_line() -> None:
    (line,) = row(Result(CASE, ("patch", "patch"), (-9, 0), Ending("new", ()), 41.6))

    assert line.split()[-5:] == ["killed", "patch", "0", "new", "42"]


def test_a_bad_ending_names_its_problems() -> None:
    first, problem = row(Result(CASE, ("patch",), (0,), Ending("new", ("SSODB on SQL1 is damaged",)), 20.0))

    assert "BAD" in first
    assert problem.strip() == "SSODB on SQL1 is damaged"


def test_a_case_that_cannot_be_judged_is_a_bad_one() -> None:
    result = not_judged(CASE, LookupError("no service"))

    assert not result.good
    assert "never" in row(result)[0]
