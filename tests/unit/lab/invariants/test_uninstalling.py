# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollback that keeps every rule, spoiled in one way at a time: R18."""

from __future__ import annotations

import pytest

from tests.lab.invariants import judge_all
from tests.unit.lab.invariants.runs import HOST, IIS, KB, Log, Spoil, event, start
from tests.unit.lab.invariants.test_restoring import rolled_back


def without_scripts(log: Log) -> None:
    for item in log[0]["packages"]:
        item["sql_scripts"] = []


def overlapping(log: Log) -> None:
    """On BTS1 it ends only after the one on BTS2 has begun."""
    log.drop("uninstall.finished", computer="BTS1")
    ended = event("uninstall.finished", computer="BTS1", kb=KB, exit_code=0)
    log.put_after([ended], "uninstall.started", computer="BTS2")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda log: None, ()),
        (lambda log: log.drop_service("BTS2", IIS, only="stop"), "W3SVC on BTS2 was running when"),
        (lambda log: log.put_before(start("BTS3", HOST), "uninstall.started", computer="BTS3"), f"{HOST} on BTS3 was"),
        (overlapping, "the uninstall on BTS2 began before the one on BTS1 had ended"),
        (without_scripts, "SSODB on SQL1 was restored, though no update with SQL was uninstalled"),
    ],
)
def test_an_uninstall(spoil: Spoil, expected: str) -> None:
    log = rolled_back()
    spoil(log)
    (verdict,) = (verdict for verdict in judge_all(log) if verdict.rule == "R18")
    assert verdict.not_applicable is None
    assert verdict.held if not expected else expected in " ".join(verdict.broken)
