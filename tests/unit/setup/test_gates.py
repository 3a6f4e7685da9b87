# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.setup.gates import GROUPS, STATIC, TESTS, select


def test_a_gate_of_two_groups_is_run_once() -> None:
    names = [gate.name for gate in select(["all", "lint", "ruff"])]

    assert sorted(names) == sorted({gate.name for gate in (*TESTS, *STATIC)})


def test_all_is_all() -> None:
    assert set(GROUPS) == {"all", "lint", "tests"}
    assert {gate.name for gate in GROUPS["all"]} == {gate.name for gate in (*TESTS, *STATIC)}


def test_an_unknown_name_is_told_with_those_that_there_are() -> None:
    with pytest.raises(SystemExit, match=r"No gate or group named ruf\. There are: all, ansible-lint, .*ruff"):
        select(["ruf"])
