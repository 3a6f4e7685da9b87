# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What win_powershell makes of objects, by its depth."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.winrm.streams import Enum, Object, converted

STATE = Enum("Cluster.State", "Online", 2)
OBJECT = Object("One", {"State": STATE, "Group": Object("Two", {"Name": "Two", "Owner": Object("Three", {})})})


@pytest.mark.parametrize(
    ("value", "depth", "expected"),
    [
        (STATE, 0, {"Type": "Cluster.State", "String": "Online", "Value": 2}),
        (STATE, -1, 2),
        (OBJECT, -1, "One"),
        (OBJECT, 0, {"State": 2, "Group": "Two"}),
        (
            OBJECT,
            1,
            {
                "State": {"Type": "Cluster.State", "String": "Online", "Value": 2},
                "Group": {"Name": "Two", "Owner": "Three"},
            },
        ),
        ([1, [2]], 0, [1, "[2]"]),
        (None, -1, None),
    ],
)
def test_below_its_depth_an_object_is_its_name(value: t.Any, depth: int, expected: t.Any) -> None:
    assert converted(value, depth) == expected
