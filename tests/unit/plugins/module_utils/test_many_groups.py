# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import (
    KnownGroup,
    refusals,
    same_databases,
)

INVENTORY = {
    "orders": ["bts1", "bts2"],
    "invoices": ["bts3"],
    "also_orders": ["bts2"],
    "empty": [],
}


@pytest.mark.parametrize(
    ("names", "refused"),
    [
        (["orders", "invoices"], []),
        (["invoices"], []),
        (["orders", "also_orders"], ["bts2 belongs to orders and to also_orders"]),
        (["orders", "orders"], ["orders is named 2 times"]),
        (["orders", "ordres"], ["ordres is no group of the inventory"]),
        (["empty", "invoices"], ["empty has no hosts"]),
        (["ordres", "empty"], ["ordres is no group of the inventory", "empty has no hosts"]),
        ([], ["biztalk_groups must be a list"]),
        ("orders", ["biztalk_groups must be a list"]),
    ],
)
def test_groups_that_one_run_cannot_cover_are_refused(names: t.Any, refused: list[str]) -> None:
    found = refusals(names, INVENTORY)
    assert len(found) == len(refused)
    assert all(text.startswith(start) for text, start in zip(found, refused, strict=True))


def test_two_inventory_groups_of_one_management_database_are_told() -> None:
    groups = [
        KnownGroup("orders", server="SQL1", database="BizTalkMgmtDb"),
        KnownGroup("invoices", server="sql1", database="biztalkmgmtdb"),
        KnownGroup("returns", server="SQL1", database="ReturnsMgmtDb"),
    ]
    (text,) = same_databases(groups)
    assert text.startswith("orders and invoices have the same management database, BizTalkMgmtDb on SQL1.")


def test_groups_of_which_nothing_is_known_are_not_the_same() -> None:
    assert (
        same_databases([KnownGroup("orders", problem="no answer"), KnownGroup("invoices", problem="no answer")]) == []
    )


def test_shared_instances_are_found_whatever_their_case() -> None:
    orders = KnownGroup("orders", instances=("SQL1", r"SQL2\SSO"))
    invoices = KnownGroup("invoices", instances=("SQL3", r"sql2\sso"))
    assert orders.shared_with(invoices) == [r"SQL2\SSO"]
    assert orders.shared_with(KnownGroup("returns", instances=(r"SQL1\X",))) == []


def test_a_group_is_read_from_what_the_playbook_knows() -> None:
    raw = {"server": "SQL1", "database": "BizTalkMgmtDb", "sql_instances": ["SQL1"], "record_folder": "/records"}
    assert KnownGroup.parse("orders", raw) == KnownGroup("orders", "SQL1", "BizTalkMgmtDb", ("SQL1",), "/records")
    assert KnownGroup.parse("orders", {"problem": "no answer"}) == KnownGroup("orders", problem="no answer")
