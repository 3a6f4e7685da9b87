# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import advance, with_computer
from ansible_collections.biztalk.patching.plugins.module_utils._rollback_scope import (
    Scope,
    ScopeError,
    choose,
    entries,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.records import LATER, package, plan, record
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import CU4, snapshot, uninstall_key

SET = {"id": 44, "databases": []}
MOVED = {"id": 44, "databases": [{"server": "SQL1"}]}
DONE = advance(record(), now=LATER, step="done", backup_set=SET)
ID = DONE["id"]
HOTFIX, COMPANION = "Hotfix [KB 90000001]", "BizTalk ESB Toolkit [KB 5008067]"


def rolled_back(step: str) -> dict[str, t.Any]:
    return advance(DONE, now=LATER, operation="rollback", step=step)


def without_sql(answer: str = "no") -> dict[str, t.Any]:
    return {**DONE, "packages": [package(has_sql="no"), package(kb="90000001", has_sql=answer)]}


@pytest.mark.parametrize(
    ("step", "restores"),
    [("installing", True), ("done", True)],
)
def test_a_run_is_taken_back_from_its_record(step: str, restores: bool) -> None:
    scope = choose({**DONE, "step": step})
    assert (scope.run, scope.confirm, scope.kb_numbers) == (ID, ID, ("5009901",))
    assert (scope.has_sql, scope.backup_set, scope.restores, scope.step) == ("yes", SET, restores, "")
    assert scope.resumes == (step != "done")


@pytest.mark.parametrize(
    ("step", "restores"), [("uninstalling", True), ("uninstalled", True), ("restoring", True), ("restored", False)]
)
def test_an_interrupted_rollback_goes_on(step: str, restores: bool) -> None:
    scope = choose(rolled_back(step))
    assert (scope.step, scope.restores, scope.resumes, scope.nothing) == (step, restores, True, "")


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (None, "There is no record"),
        (rolled_back("done"), "has been taken back already"),
        (advance(DONE, now=LATER, step="aborted"), "installed nothing"),
        (record(step="prepared"), "before it installed anything"),
        (record(step="backed_up"), "before it installed anything"),
    ],
)
def test_there_may_be_nothing_to_take_back(last: dict[str, t.Any] | None, words: str) -> None:
    assert words in choose(last).nothing


@pytest.mark.parametrize("last", [None, rolled_back("done"), {**DONE, "packages": [package(kb="1111111")]}])
def test_the_operator_names_an_update_without_a_record(last: dict[str, t.Any] | None) -> None:
    scope = choose(last, kb_numbers=["KB5009901", "90000001", "5009901"], backup_set=SET)
    assert (scope.run, scope.confirm, scope.record) == ("", "KB5009901-90000001", None)
    assert (scope.kb_numbers, scope.has_sql, scope.backup_set) == (("5009901", "90000001"), "unknown", SET)
    assert scope.restores


def test_the_operator_names_the_update_of_the_record() -> None:
    scope = choose(rolled_back("restoring"), kb_numbers=["kb5009901"], backup_set=MOVED)
    assert (scope.run, scope.confirm, scope.step) == (ID, "KB5009901", "restoring")
    assert scope.backup_set == MOVED


def test_the_files_of_an_interrupted_rollback_count_more_than_an_id() -> None:
    assert choose(rolled_back("restoring"), kb_numbers=["5009901"], backup_set={"id": 9}).backup_set == SET
    assert choose({**rolled_back("restoring"), "backup_set": None}, backup_set={"id": 9}).backup_set == {"id": 9}
    assert choose(DONE, backup_set={"id": 9}).backup_set == {"id": 9}


def test_another_update_waits_for_the_run_that_was_interrupted() -> None:
    with pytest.raises(ScopeError, match=f"the run {ID} of KB5009901 was interrupted"):
        choose({**DONE, "step": "installing"}, kb_numbers=["1111111"])


@pytest.mark.parametrize(
    ("last", "assumed", "expected", "operator_s"),
    [
        (DONE, "no", "yes", False),
        (without_sql(), "", "no", False),
        (without_sql(), "yes", "no", False),
        (without_sql("unknown"), "", "unknown", False),
        (without_sql("unknown"), "no", "no", True),
        (without_sql("unknown"), "yes", "yes", True),
    ],
)
def test_what_a_record_knows_of_sql_is_not_overridden(
    last: dict[str, t.Any], assumed: str, expected: str, *, operator_s: bool
) -> None:
    scope = choose(last, assume_sql=assumed)
    assert (scope.has_sql, scope.sql_assumed) == (expected, operator_s)


@pytest.mark.parametrize(
    ("assumed", "packages", "expected"),
    [
        ("no", {"1": "yes"}, "no"),
        ("yes", {}, "yes"),
        ("", {"1": "no", "2": "no"}, "no"),
        ("", {"1": "no"}, "unknown"),
        ("", {"1": "no", "2": "yes"}, "yes"),
        ("", {"3": "no"}, "unknown"),
    ],
)
def test_who_tells_of_sql_without_a_record(assumed: str, packages: dict[str, str], expected: str) -> None:
    scope = choose(None, kb_numbers=["1", "2"], assume_sql=assumed, package_sql=packages)
    assert (scope.has_sql, scope.sql_assumed) == (expected, bool(assumed))


def chain_scope(**installs: list[str]) -> Scope:
    """Two updates on BTS1, with the entries that each one made."""
    chain = plan()
    chain["computers"]["bts1"]["updates"] = [package(), package(kb="90000001")]
    taken = {**DONE, "packages": [package(title="CU4"), package(kb="90000001", title="Hotfix")]}
    taken["computers"] = [
        {
            **row,
            "plan": {
                **row["plan"],
                "updates": [{"kb": "5009901"}, {"kb": "90000001"}] if row["host"] == "bts1" else [],
            },
        }
        for row in DONE["computers"]
    ]
    for kb, names in installs.items():
        install = {"kb": kb.removeprefix("KB"), "exit_code": 0, "entries": names, "finished": LATER}
        taken = with_computer(taken, "bts1", installs=[install])
    return choose(taken)


def test_a_chain_goes_back_in_reverse_order() -> None:
    present = snapshot(
        uninstall=[uninstall_key("Microsoft BizTalk Server 2020"), uninstall_key(CU4, COMPANION, HOTFIX)]
    )
    scope = chain_scope(KB5009901=[CU4, COMPANION], KB90000001=[HOTFIX])
    assert entries(scope, present) == [("90000001", HOTFIX), ("5009901", COMPANION), ("5009901", CU4)]


def test_what_is_gone_is_not_uninstalled_again() -> None:
    present = snapshot(uninstall=[uninstall_key(CU4), uninstall_key()])
    assert entries(chain_scope(KB5009901=[CU4], KB90000001=[HOTFIX]), present) == [("5009901", CU4)]


def test_an_install_that_nobody_saw_end_is_found_by_its_number() -> None:
    present = snapshot(uninstall=[uninstall_key(CU4, HOTFIX), uninstall_key()])
    assert entries(chain_scope(KB5009901=[]), present) == [("90000001", HOTFIX), ("5009901", CU4)]


def test_what_was_there_before_the_run_stays() -> None:
    present = snapshot("BTS2", uninstall=[uninstall_key(CU4, HOTFIX), uninstall_key()])
    assert entries(chain_scope(), present) == []
    assert entries(chain_scope(), snapshot("BTS9", uninstall=[uninstall_key(CU4), uninstall_key()])) == []


def test_named_updates_are_found_by_their_numbers() -> None:
    present = snapshot(uninstall=[uninstall_key(CU4, COMPANION), uninstall_key(HOTFIX)])
    scope = choose(None, kb_numbers=["5009901", "90000001"])
    assert entries(scope, present) == [("90000001", HOTFIX), ("5009901", CU4)]
