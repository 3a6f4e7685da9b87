# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.filter.status import FilterModule
from ansible_collections.biztalk.patching.tests.unit.plugins.statuses import NO_RUN, NOW, group, seen, silent

group_status = FilterModule().filters()["group_status"]
ASKED = {"server": "SQL1", "database": "BizTalkMgmtDb", "now": NOW, "record": NO_RUN}


def test_a_status_has_its_lines() -> None:
    result: dict[str, t.Any] = group_status(
        {"one.lab": seen("BTS1"), "two.lab": silent("BTS2")}, group=group(), problem="", **ASKED
    )
    assert [(one["host"], one["answers"]) for one in result["computers"]] == [("one.lab", True), ("two.lab", False)]
    assert result["lines"][0] == "BizTalk Group: BizTalkMgmtDb on SQL1, at 2026-11-22 10:00 UTC"


def test_the_problem_of_a_group_is_one_line() -> None:
    result = group_status({}, group=None, problem="Nothing\n  answers", **ASKED)
    assert result["problem"] == "Nothing answers"


def test_what_was_not_seen_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match=r"what was seen of one\.lab is not what the role"):
        group_status({"one.lab": {"computer": "BTS1", "problem": "", "facts": {}}}, group=None, problem="", **ASKED)
