# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.filter.unnumbered_entries import FilterModule
from ansible_collections.biztalk.patching.plugins.module_utils._registry import Registry
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import NATIVE, WOW, registry, uninstall_key

BARE, NUMBERED, UNNUMBERED = "Microsoft BizTalk Server 2020", "BizTalk Update [KB 5009901]", "BizTalk Server Update"


def rows(*keys: tuple[str, ...]) -> list[t.Any]:
    return registry(uninstall=[uninstall_key(*names) for names in keys])


def test_keys_and_the_names_below_the_paths() -> None:
    found = Registry.parse(rows((BARE, "{guid}"), (NUMBERED,)))
    assert found.product == {
        "PSChildName": "3.0",
        "ProductName": BARE,
        "ProductVersion": "3.13.717.0",
        "ProductEdition": "Enterprise",
    }
    assert found.administration["MgmtDBServer"] == "SQL1"
    assert found.uninstall == {NATIVE: [BARE, "{guid}"], WOW: [NUMBERED]}
    assert found.entries == [BARE, "{guid}", NUMBERED]


def test_values_are_texts() -> None:
    assert Registry.parse([{"PSChildName": "3.0", "Build": 717}]).product == {"PSChildName": "3.0", "Build": "717"}


def test_nothing_is_there() -> None:
    found = Registry.parse([NATIVE])
    assert (found.product, found.administration, found.entries) == (None, {}, [])


def test_a_name_without_a_path_is_an_error() -> None:
    with pytest.raises(KeyError):
        Registry.parse(["{guid}"])


def test_an_entry_may_lie_in_both_keys() -> None:
    assert Registry.parse(rows((BARE,), (BARE, NUMBERED))).paths(BARE) == [rf"{NATIVE}\{BARE}", rf"{WOW}\{BARE}"]


@pytest.mark.parametrize(
    ("names", "unnumbered"),
    [
        ((BARE, NUMBERED, "BizTalk Hotfix KB5009901", "BizTalk (KB article 123456)", "SQL Server Update"), []),
        ((BARE.upper(), UNNUMBERED.lower()), [UNNUMBERED.lower()]),
        (("BizTalk KB 12345",), ["BizTalk KB 12345"]),
        # What is no number to the plan has to be read.
        (("BizTalk_KB5009901",), ["BizTalk_KB5009901"]),
    ],
)
def test_which_entries_have_to_be_read(names: tuple[str, ...], unnumbered: list[str]) -> None:
    find = FilterModule().filters()["unnumbered_entries"]
    assert find(rows(names, names)) == [rf"{path}\{name}" for name in unnumbered for path in (NATIVE, WOW)]
