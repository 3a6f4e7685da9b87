# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import KnownGroup
from ansible_collections.biztalk.patching.plugins.module_utils._turns import Turns

ORDERS = KnownGroup("orders", instances=("SQL1", "SSO1"))
INVOICES = KnownGroup("invoices", instances=("SQL2", "SSO1"))
RETURNS = KnownGroup("returns", instances=("SQL3",))


def test_no_more_groups_than_allowed_begin_in_their_order() -> None:
    turns = Turns([ORDERS, RETURNS], at_once=1, exclusive=True)
    assert turns.take() == [ORDERS]
    assert turns.take() == []
    assert turns.held() == []
    assert turns.end(ORDERS, well=False) == []
    assert turns.take() == [RETURNS]
    assert not turns.over
    turns.end(RETURNS, well=True)
    assert turns.over


def test_groups_that_share_an_instance_are_never_worked_on_at_the_same_time() -> None:
    turns = Turns([ORDERS, INVOICES, RETURNS], at_once=3, exclusive=True)
    assert turns.take() == [ORDERS, RETURNS]
    assert turns.held() == [(INVOICES, ORDERS)]
    assert turns.end(RETURNS, well=False) == []
    assert turns.take() == []
    assert turns.end(ORDERS, well=True) == []
    assert turns.take() == [INVOICES]


def test_a_group_does_not_begin_after_one_that_failed_on_the_same_instance() -> None:
    turns = Turns([ORDERS, INVOICES, RETURNS], at_once=3, exclusive=True)
    turns.take()
    assert turns.end(ORDERS, well=False) == [INVOICES]
    assert turns.take() == []
    turns.end(RETURNS, well=True)
    assert turns.over


def test_who_only_looks_may_share() -> None:
    turns = Turns([ORDERS, INVOICES], at_once=2, exclusive=False)
    assert turns.take() == [ORDERS, INVOICES]
    assert turns.end(ORDERS, well=False) == []


def test_after_a_stop_nothing_begins() -> None:
    turns = Turns([ORDERS, INVOICES, RETURNS], at_once=3, exclusive=True)
    turns.take()
    assert turns.stop() == [INVOICES]
    turns.end(ORDERS, well=True)
    assert turns.take() == []
