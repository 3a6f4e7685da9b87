# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._record import RecordError, serialise
from ansible_collections.biztalk.patching.plugins.module_utils._record_keeper import (
    OtherRunError,
    as_result,
    begun,
    find,
    kept,
    look,
)
from ansible_collections.biztalk.patching.plugins.module_utils._record_store import Store, owner_of_this_run
from ansible_collections.biztalk.patching.tests.unit.plugins.records import GROUP, LATER, OWNER, package, plan, record

if t.TYPE_CHECKING:
    from pathlib import Path

ALIVE = owner_of_this_run(os.getpid())
DEAD = {**ALIVE, "born": "1"}
ELSEWHERE = {**ALIVE, "host": "other-controller"}


def copies(**replaced: t.Any) -> dict[str, list[str]]:
    return {"bts1": [serialise(record(**replaced))]}


def test_without_copies_nothing_is_found() -> None:
    found = find(None, {"bts1": []}, "")
    assert (found.record, found.open, found.locked) == (None, False, False)


def test_a_run_that_died_here_is_gone_on_with() -> None:
    found = find(None, copies(owner=DEAD), "")
    assert (found.record, found.open) == (record(owner=DEAD), True)


@pytest.mark.parametrize("step", ["done", "aborted"])
@pytest.mark.parametrize("owner", [ALIVE, ELSEWHERE])
def test_a_run_that_ended_is_in_nobodys_way(owner: dict[str, t.Any], step: str) -> None:
    assert not find(None, copies(owner=owner, step=step), "").open


def test_a_run_at_work_is_named() -> None:
    with pytest.raises(OtherRunError) as caught:
        find(None, copies(owner={**ALIVE, "user": "night-shift"}, updated=LATER), "")
    text = str(caught.value)
    assert "is at work on this group: night-shift on" in text
    assert str(ALIVE["pid"]) in text
    assert LATER in text


def test_a_run_of_another_controller_is_taken_over_only_by_its_name() -> None:
    with pytest.raises(OtherRunError, match=f"-e biztalk_take_over={record()['id']}"):
        find(None, copies(owner=ELSEWHERE), "another")
    assert find(None, copies(owner=ELSEWHERE), record()["id"]).open


def test_a_claim_without_a_record_is_a_run_that_has_just_begun() -> None:
    files = {**copies(step="done"), "bts2": ["20261122T013000Z-KB1"]}
    with pytest.raises(OtherRunError, match="20261122T013000Z-KB1 has claimed this group"):
        find(None, files, "")
    assert find(None, files, "20261122T013000Z-KB1").locked


def test_the_claim_of_a_run_that_ended_is_known() -> None:
    found = find(None, {"bts1": [*copies(step="done")["bts1"], record()["id"]]}, "")
    assert (found.open, found.locked) == (False, True)


def test_the_controllers_copy_counts_too() -> None:
    found = find(serialise(record(sequence=8, owner=DEAD)), {"bts1": [serialise(record(owner=DEAD)), "{ spoilt"]}, "")
    assert found.record is not None
    assert found.record["sequence"] == 8
    assert found.problems[0].startswith("the run record of bts1 (2) is not used")


@pytest.mark.parametrize(("owner", "state"), [(ALIVE, "alive"), (DEAD, "dead"), (ELSEWHERE, "unknown")])
def test_a_look_is_let_whoever_is_at_work(owner: dict[str, t.Any], state: str) -> None:
    files = {**copies(owner=owner), "bts2": ["20261122T013000Z-KB1"]}
    found = look(None, files)
    assert (found.record, found.owner) == (record(owner=owner), state)
    assert found.claims == ["20261122T013000Z-KB1"]
    assert look(None, {}).owner is None


def begin_in(store: Store, **options: t.Any) -> dict[str, t.Any]:
    return begun(store, plan=plan(), packages=[package()], group=GROUP, owner=OWNER, now=LATER, **options)


def test_a_run_begins_or_takes_over(tmp_path: Path) -> None:
    store = Store(str(tmp_path), server="SQL1", database="Db")
    new = begin_in(store)
    assert (new["sequence"], new["started"]) == (1, LATER)
    store.write(serialise(record(step="installing", owner=DEAD)), "run")
    taken = begin_in(store)
    assert (taken["id"], taken["sequence"], taken["owner"], taken["step"]) == (record()["id"], 2, OWNER, "installing")
    store.write(serialise(record(step="done")), "run")
    assert begin_in(store)["started"] == LATER


def test_a_record_that_is_gone_is_an_error(tmp_path: Path) -> None:
    store = Store(str(tmp_path), server="SQL1", database="Db")
    with pytest.raises(RecordError, match="is gone"):
        kept(store)
    store.write("{ spoilt", "run")
    with pytest.raises(RecordError, match="no JSON"):
        kept(store)


def test_copies_take_turns() -> None:
    files = [as_result(record(sequence=number))["file"] for number in (1, 2, 3)]
    assert files == ["run-1.json", "run-0.json", "run-1.json"]
