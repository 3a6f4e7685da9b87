# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._restore_outcome import (
    Version,
    failure_message,
    shortcomings,
    states_after,
    versions_after,
)
from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import DatabaseState
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeServer, FakeServers, management_answers
from ansible_collections.biztalk.patching.tests.unit.plugins.restores import place, target

GOOD = DatabaseState("A", "ONLINE", "MULTI_USER")
OLD, NEW = Version("Management DB", "1.0", "1.0"), Version("Management DB", "2.0", "2.0")


@pytest.mark.parametrize(
    ("state", "versions", "expected", "problem"),
    [
        (GOOD, (OLD,), (), None),
        (GOOD, (OLD,), (OLD,), None),
        (GOOD, (NEW, OLD), (OLD,), None),
        (GOOD, (NEW,), (OLD,), "holds Management DB 2.0 (product 2.0), not Management DB 1.0 (product 1.0)"),
        (GOOD, (), (OLD,), "holds nothing, not"),
        (DatabaseState("A", "RESTORING", "MULTI_USER"), (), (), "A on SQL1 is RESTORING MULTI_USER instead of"),
        (DatabaseState("A", "ONLINE", "SINGLE_USER"), (), (), "A on SQL1 is ONLINE SINGLE_USER instead of"),
    ],
)
def test_what_a_restore_must_have_brought_about(
    state: DatabaseState, versions: tuple[Version, ...], expected: tuple[Version, ...], problem: str | None
) -> None:
    found = shortcomings({"A on SQL1": state}, versions, expected)
    assert len(found) == (problem is not None)
    assert (problem or "") in "".join(found)


def test_the_message_of_a_failure() -> None:
    after = {
        "A on SQL1": DatabaseState("A", "RESTORING", "MULTI_USER"),
        "B on SQL1": GOOD,
        "C on SQL2": DatabaseState("", "unknown", ""),
        "D on SQL1": GOOD,
        "E on SQL1": DatabaseState("E", "RESTORING", "MULTI_USER"),
    }
    assert failure_message(["A on SQL1: the disk is broken"], after, {"A on SQL1", "D on SQL1"}) == (
        "The databases were not restored: A on SQL1: the disk is broken. Now RESTORING: A on SQL1, E on SQL1;"
        " untouched: B on SQL1; unknown: C on SQL2; online with the set's contents: D on SQL1. Start nothing of BizTalk"
        " Server. Put right what failed, then run the same command again: it restores all databases of the set anew,"
        " whatever state they are in"
    )


def test_an_instance_that_does_not_answer() -> None:
    rows = [{"name": "A", "state": "OFFLINE", "access": "MULTI_USER"}]
    up = FakeServer({_tsql_restore.DATABASE_STATES: rows})
    down = FakeServer({_tsql_restore.DATABASE_STATES: SqlError("down")})
    two = [target("A", place("SQL1", "A")), target("B", place("SQL2", "B"))]
    found = states_after(FakeServers(up, {"SQL1": up, "SQL2": down}), two)
    assert {label: state.state for label, state in found.items()} == {"A on SQL1": "OFFLINE", "B on SQL2": "unknown"}


def test_versions() -> None:
    answers = management_answers()
    (found,) = versions_after(FakeServers(FakeServer(answers)))
    assert found == Version("Management DB", "1.1.1.1", "1.1.1.1")
    answers[_tsql.MANAGEMENT_OBJECTS] = [{"biztalk_db_version": None}]
    assert versions_after(FakeServers(FakeServer(answers))) == ()
