# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import KnownGroup
from ansible_collections.biztalk.patching.plugins.module_utils._record import serialise
from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import advance
from ansible_collections.biztalk.patching.plugins.module_utils._record_store import Store
from ansible_collections.biztalk.patching.plugins.plugin_utils._judge import Judge
from ansible_collections.biztalk.patching.plugins.plugin_utils._side_by_side import Ended
from ansible_collections.biztalk.patching.tests.unit.plugins.records import GROUP, LATER, record

TOLD = {"plan": "outage", "computers": ["bts1"], "failures": {"bts1": "exit code 1603"}}


@pytest.fixture
def group(tmp_path: Path) -> KnownGroup:
    return KnownGroup("orders", **GROUP, instances=("SQL1",), record_folder=str(tmp_path / "records"))


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return Judge("patch", told=tmp_path, logs=Path("/logs"), words=["-i", "/my inventory.yml"], check_mode=False)


def tell(tmp_path: Path, told: dict[str, t.Any]) -> None:
    (tmp_path / "orders.json").write_text(json.dumps(told), encoding="utf-8")


def command(playbook: str) -> str:
    return f"ansible-playbook -i '/my inventory.yml' biztalk.patching.{playbook} -e biztalk_hosts=orders"


def test_a_run_that_ended_well_needs_nothing_more(judge: Judge, group: KnownGroup, tmp_path: Path) -> None:
    tell(tmp_path, TOLD)
    outcome = judge.of(Ended(group, exit_code=0, seconds=60))
    assert (outcome.outcome, outcome.summary, outcome.next) == ("done", "the update was installed on bts1", "")
    assert (outcome.exit_code, outcome.seconds, outcome.log) == (0, 60, "/logs/orders.log")


def test_a_run_that_failed_before_it_began_is_made_again(judge: Judge, group: KnownGroup, tmp_path: Path) -> None:
    tell(tmp_path, TOLD)
    outcome = judge.of(Ended(group, exit_code=2))
    assert (outcome.outcome, outcome.summary) == ("failed", "bts1: exit code 1603")
    assert outcome.next.startswith("Mend the cause")
    assert outcome.next.endswith(command("patch"))


@pytest.mark.parametrize(
    ("operation", "step", "says", "playbook"),
    [
        ("patch", "installing", "it goes on where it stopped", "patch"),
        ("rollback", "restoring", "databases may be half restored", "rollback"),
        ("patch", "aborted", "Mend the cause", "patch"),
    ],
)
def test_the_run_record_says_what_is_safe(
    judge: Judge, group: KnownGroup, operation: str, step: str, says: str, playbook: str
) -> None:
    kept = advance(record(), now=LATER, operation=operation, step=step)
    Store(group.record_folder, **GROUP).write(serialise(kept), kept["id"])
    outcome = judge.of(Ended(group, exit_code=2))
    assert says in outcome.next
    assert outcome.next.endswith(command(playbook))


@pytest.mark.parametrize("told", [None, '{"plan": "out'])
def test_a_run_that_told_nothing_has_a_log(judge: Judge, group: KnownGroup, tmp_path: Path, told: str | None) -> None:
    if told:
        (tmp_path / "orders.json").write_text(told, encoding="utf-8")
    outcome = judge.of(Ended(group, exit_code=-9))
    assert outcome.summary == "ansible-playbook was ended by signal 9; the cause is in its log"


def test_a_run_that_was_told_to_end_is_no_failure_of_its_own(judge: Judge, group: KnownGroup) -> None:
    assert judge.of(Ended(group, exit_code=99, told_to_end=True)).outcome == "interrupted"
    assert judge.of(Ended(group, exit_code=0, told_to_end=True)).outcome == "done"


def test_a_group_that_was_not_begun_says_why(judge: Judge, group: KnownGroup) -> None:
    outcome = judge.of(Ended(group, reason="orders failed"))
    assert (outcome.outcome, outcome.summary, outcome.exit_code, outcome.log) == ("not_run", "orders failed", None, "")


def test_a_group_of_which_nothing_is_known_was_not_touched(judge: Judge) -> None:
    outcome = judge.unknown(KnownGroup("orders", problem="SQL1 does not answer"))
    assert (outcome.outcome, outcome.summary) == ("failed", "Nothing was touched. SQL1 does not answer")
    assert outcome.next.endswith(command("patch"))
