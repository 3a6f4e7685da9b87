# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._record import (
    CLOSED_STEPS,
    PATCH_STEPS,
    ROLLBACK_STEPS,
    RecordError,
    has_begun_to_install,
    has_sql,
    is_open,
    newest,
    next_action,
    parse,
    serialise,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.records import package, record


def test_what_is_written_can_be_read() -> None:
    assert parse(serialise(record())) == record()


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda text: text[: len(text) // 2], "no JSON"),
        (lambda _text: "", "no JSON"),
        (lambda _text: "[]", "no JSON object"),
        (lambda text: text.replace("BTSSvc$A", "BTSSvc$Z"), "digest"),
        (lambda text: text.replace('"digest"', '"other"'), "digest"),
        (lambda text: text.replace('"schema": 1', '"schema": 2'), "schema is 2"),
    ],
    ids=["cut off", "empty", "a list", "changed", "without a digest", "of the future"],
)
def test_a_spoilt_copy_is_not_read(spoil: t.Callable[[str], str], cause: str) -> None:
    with pytest.raises(RecordError, match=cause):
        parse(spoil(serialise(record())))


@pytest.mark.parametrize(
    ("replaced", "cause"),
    [
        ({"step": "lunch"}, "no step lunch"),
        ({"operation": "dance"}, "dance has no step"),
        ({"step": "restoring"}, "patch has no step restoring"),
        ({"sequence": "7"}, "sequence: '7' is of the wrong type"),
        ({"computers": [{"host": "bts1"}]}, "computers has no name"),
        ({"backup_set": []}, "backup_set"),
        ({"owner": {"host": "x"}}, "owner has no user"),
    ],
)
def test_a_document_of_another_shape_is_not_read(replaced: dict[str, t.Any], cause: str) -> None:
    with pytest.raises(RecordError, match=cause):
        parse(serialise(record(**replaced)))


def test_the_newest_whole_copy_counts() -> None:
    copies = {
        "BTS1": serialise(record(sequence=3)),
        "BTS2": serialise(record(sequence=9))[:-40],
        "BTS3": serialise(record(sequence=7)),
    }
    found, problems = newest(copies)
    assert found == record(sequence=7)
    assert len(problems) == 1
    assert problems[0].startswith("the run record of BTS2 is not used: ")


def test_a_later_run_counts_more_than_a_longer_one() -> None:
    later = record(id="later", started="2026-12-01T00:00:00+00:00", sequence=1)
    assert newest({"BTS1": serialise(record(sequence=30)), "BTS2": serialise(later)})[0] == later


def test_without_copies_there_is_no_record() -> None:
    assert newest({}) == (None, [])


@pytest.mark.parametrize("step", [*PATCH_STEPS, *ROLLBACK_STEPS, *CLOSED_STEPS])
def test_each_step_says_what_is_safe_to_do(step: str) -> None:
    assert next_action(record(step=step))
    assert is_open(record(step=step)) == (step not in ("done", "aborted"))
    assert has_begun_to_install(record(step=step)) == (step not in ("prepared", "backed_up", "aborted"))


@pytest.mark.parametrize(
    ("answers", "expected"), [(["no"], False), (["no", "unknown"], True), (["yes"], True), (["no", "no"], False)]
)
def test_sql_in_one_update_is_sql_in_the_run(answers: list[str], expected: bool) -> None:
    assert has_sql(record(packages=[package(has_sql=answer) for answer in answers])) == expected


def test_the_document_is_for_people_too() -> None:
    assert json.loads(serialise(record()))["next"].startswith("Nothing was installed.")
