# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.tests.unit.plugins.journals import (
    begun,
    both_installed,
    ended,
    fact,
    failed,
    failed_patch,
    good_patch,
    installed,
    later,
    phase,
    planned,
    report,
    rollback,
    started,
    stopped,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.records import record

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._journal import Entry

REFUSED = [*begun(), *planned(), failed(9, "bts1", "Nothing was touched."), ended(10, succeeded=False)]
NOTHING = [*begun(), *planned(outcome="nothing_to_do"), ended(10, succeeded=True)]
ABORTED = [
    *begun(),
    *planned(),
    *stopped(),
    failed(58, "bts1", "MON1 is connected", phase="idle", ignored=True),
    failed(58, "bts1", "MON1 is still connected", phase="idle"),
    *started(60, {**record(), "step": "aborted"}),
    failed(75, "bts1", "Nothing was installed", phase="start"),
    ended(76, succeeded=False),
]
KILLED = [*begun(), *planned(), *stopped()]
TAKEN_BACK = [
    *failed_patch()[:-1],
    *started(200, installed("bts1", step="done", operation="rollback")),
    ended(220, succeeded=False),
]
ROLLED_BACK_NOTHING = [*begun("rollback"), *planned(), fact("record", 9, installed("bts1", "bts2", step="done"))]


@pytest.mark.parametrize(
    ("entries", "state", "sentence"),
    [
        (good_patch(), "succeeded", "KB5009901 was installed on both computers of the group BizTalkGroup"),
        (NOTHING, "nothing_to_do", "Nothing was to be done"),
        (REFUSED, "refused", "The update was refused, and nothing was touched"),
        (ABORTED, "aborted", "KB5009901 was not installed, and everything that ran before runs again"),
        (
            failed_patch(),
            "failed",
            "The install of KB5009901 failed on BTS2: 1 of 2 computers have it. The group is down",
        ),
        (KILLED, "interrupted", "The install of KB5009901 was interrupted: 0 of 2 computers have it"),
        ([*begun()], "interrupted", "The run was interrupted before it touched anything"),
        (TAKEN_BACK, "taken_back", "KB5009901 could not be installed, and it was taken back"),
        (rollback(), "succeeded", "KB5009901 was taken back from both computers of the group BizTalkGroup"),
        (ROLLED_BACK_NOTHING, "aborted", "KB5009901 was not taken back, and everything that ran before runs again"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_what_came_of_a_run_stands_in_one_sentence(entries: list[Entry], state: str, sentence: str) -> None:
    outcome = report(entries).outcome

    assert outcome.state == state
    assert outcome.sentence.startswith(sentence)
    assert outcome.sentence.count(".") <= 2


def test_the_subject_names_the_update_or_else_the_group() -> None:
    early = report([*begun(), ended(5, succeeded=False)])

    assert report(good_patch()).data["summary"]["subject"] == "BizTalk patch: succeeded: KB5009901"
    assert early.data["summary"]["subject"] == "BizTalk patch: refused: the group of BizTalkMgmtDb on SQL1"


def test_a_run_that_goes_on_says_so_and_what_to_do_if_it_does_not() -> None:
    outcome = report(KILLED, alive=True).outcome

    assert outcome.state == "running"
    assert outcome.next.startswith("If the run does not go on any more: Nothing was installed. Run patch.yml again")


def test_a_run_that_has_closed_its_record_has_succeeded_before_its_end_is_noted() -> None:
    assert report(good_patch()[:-1], alive=True).outcome.state == "succeeded"


@pytest.mark.parametrize(
    ("entries", "command"),
    [
        (failed_patch(), "ansible-playbook -i group.yml biztalk.patching.patch"),
        (KILLED, "ansible-playbook -i group.yml biztalk.patching.patch"),
        (REFUSED, "ansible-playbook -i group.yml biztalk.patching.patch"),
        (ROLLED_BACK_NOTHING, "ansible-playbook -i group.yml biztalk.patching.rollback"),
        (
            [*rollback()[:-1], fact("record", 200, {**installed("bts1", step="restoring", operation="rollback")})],
            "ansible-playbook -i group.yml biztalk.patching.rollback",
        ),
        (good_patch(), ""),
        (NOTHING, ""),
    ],
)
def test_the_next_safe_command_is_that_of_the_record(entries: list[Entry], command: str) -> None:
    assert report(entries).outcome.command == command


def test_the_cause_is_the_first_failure_of_the_last_run_that_was_not_expected() -> None:
    assert report(ABORTED).outcome.cause == "MON1 is still connected"
    assert report([*failed_patch("the old cause"), *later(REFUSED, 200)]).outcome.cause == "Nothing was touched."
    assert report(good_patch()).outcome.cause == ""


def test_a_group_that_could_not_be_started_is_still_down() -> None:
    entries = [*begun(), *planned(), *stopped(), *both_installed(), *phase("bts1", "start", 130, 140)]
    failure = failed(141, "bts2", "a service does not run", phase="start")

    made = report([*entries, failure, ended(142, succeeded=False)])

    assert made.outcome.sentence.endswith("The group is down and stays down.")
    assert made.data["outage"]["ended"] is None


def test_a_failed_install_says_how_long_the_group_is_down_already() -> None:
    entries = [*begun(), *planned(), *stopped(), *both_installed(), ended(130, succeeded=False)]

    outage = report(entries).data["outage"]

    assert outage["ended"] is None
    assert outage["seconds"] == pytest.approx(120)
    assert report(good_patch()).data["outage"]["seconds"] == pytest.approx(133)
