# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the report says of R1 to R23: never that a rule held which nobody has seen."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._kb_rules import RULES
from ansible_collections.biztalk.patching.tests.unit.plugins.journals import (
    BACKUP_SET,
    begun,
    both_installed,
    ended,
    fact,
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

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._journal import Entry

DOCUMENT = Path(__file__).parents[4] / "docs" / "kb2003907.md"


def verdicts(entries: list[Entry]) -> dict[str, str]:
    return {rule["id"]: rule["verdict"] for rule in report(entries).data["rules"]}


def evidence(entries: list[Entry], rule: str) -> str:
    (text,) = [one["evidence"] for one in report(entries).data["rules"] if one["id"] == rule]
    return str(text)


def without(entries: list[Entry], **fields: str) -> list[Entry]:
    return [entry for entry in entries if not fields.items() <= entry.items()]


def test_there_is_a_row_for_each_rule_of_the_document() -> None:
    rows = re.findall(r"^\| (R\d+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == list(RULES)
    assert list(verdicts(good_patch())) == list(RULES)


def test_a_good_run_has_seen_all_that_applies() -> None:
    seen = verdicts(good_patch())

    assert {rule for rule, verdict in seen.items() if verdict == "not_applicable"} == {
        "R1",
        "R8",
        "R12",
        "R18",
        "R19",
        "R21",
        "R22",
    }
    assert set(seen.values()) == {"held", "not_applicable"}


def test_a_rollback_has_seen_what_it_restored() -> None:
    seen = verdicts(rollback())

    assert {"R19", "R21", "R22", "R17", "R13"} <= {rule for rule, verdict in seen.items() if verdict == "held"}
    assert {seen[rule] for rule in ("R1", "R5", "R9", "R10", "R14", "R15", "R16", "R18")} == {"not_applicable"}
    assert "set 44: SSODB and BizTalkMgmtDb" in evidence(rollback(), "R21")


def test_a_run_that_saw_nothing_claims_nothing() -> None:
    assert "held" not in verdicts([*begun(), ended(1, succeeded=False)]).values()

    # The record alone knows of its backup set.
    of_record = verdicts([fact("record", 1, installed("bts1"))])
    assert {rule for rule, verdict in of_record.items() if verdict == "held"} == {"R5", "R20"}


@pytest.mark.parametrize(
    ("rule", "verdict", "entries"),
    [
        ("R10", "open", failed_patch()),
        ("R7", "open", failed_patch()),
        ("R17", "open", failed_patch()),
        ("R15", "not_seen", without(good_patch(), name="idle")),
        ("R13", "not_seen", without(good_patch(), event="segment")),
        ("R11", "not_applicable", without(good_patch(), phase="stop")),
        ("R2", "not_seen", without(good_patch(), name="package")),
        ("R16", "not_applicable", without(good_patch(), phase="install")),
        ("R21", "not_applicable", failed_patch()),
        ("R21", "open", without(rollback(), name="restore")),
        ("R3", "not_seen", without(good_patch(), name="plan")),
    ],
)
def test_what_was_not_seen_is_not_said_to_have_held(rule: str, verdict: str, entries: list[Entry]) -> None:
    assert verdicts(entries)[rule] == verdict


def test_a_run_that_was_finished_by_another_one_had_stopped_everything() -> None:
    second = [*begun(), *phase("bts1", "stop", 10, 12), *phase("bts2", "install", 60, 90)]
    finished = [*failed_patch(), *later([*second, *started(130, installed("bts1", "bts2", step="done"))], 200)]

    assert verdicts(finished)["R11"] == "held"


@pytest.mark.parametrize(
    ("stop", "verdict"),
    [((10, 22), "held"), ((10, 70), "not_seen"), ((80, 90), "not_held")],
    ids=["before", "during", "after"],
)
def test_what_is_stopped_too_late_is_told(stop: tuple[float, float], verdict: str) -> None:
    entries = [*begun(), *planned(), *phase("bts1", "stop", *stop), *phase("bts1", "install", 60, 75)]

    assert verdicts(entries)["R11"] == verdict


def test_a_rolling_update_stops_each_computer_for_itself() -> None:
    entries = [*begun(), *planned(outcome="rolling"), *stopped(), *both_installed()]

    assert verdicts(entries)["R11"] == "not_applicable"


def test_installs_that_overlap_break_a_rule() -> None:
    both = [*phase("bts1", "install", 60, 90), *phase("bts2", "install", 80, 99)]
    entries = [*begun(), *planned(), *stopped(), *both]

    assert verdicts(entries)["R16"] == "not_held"


def test_a_database_that_is_not_in_the_set_breaks_a_rule() -> None:
    short = {**BACKUP_SET, "databases": BACKUP_SET["databases"][:1]}  # type: ignore[index]
    entries = [*good_patch()[:-1], fact("record", 149, {**installed("bts1", step="done"), "backup_set": short})]

    assert verdicts(entries)["R5"] == "not_held"
    assert "It lacks SSODB" in evidence(entries, "R5")


def test_a_backup_without_the_job_is_another_method() -> None:
    native = {**BACKUP_SET, "method": "native", "id": None}
    entries = [*good_patch()[:-1], fact("record", 149, {**installed("bts1", step="done"), "backup_set": native})]

    assert verdicts(entries)["R20"] == "not_applicable"


def test_an_update_without_sql_is_judged_by_its_own_rules() -> None:
    def plain(record: dict[str, t.Any]) -> dict[str, t.Any]:
        return {**record, "packages": [{**record["packages"][0], "has_sql": "no"}]}

    entries = [*begun(), *planned(), *stopped(), *both_installed()]
    entries += started(130, plain(installed("bts1", "bts2", step="done")))
    seen = verdicts(entries)

    assert (seen["R8"], seen["R6"], seen["R7"]) == ("held", "not_applicable", "not_applicable")


def test_what_the_checks_refused_did_not_hold() -> None:
    finding = {"level": "fail", "where": "BTS2", "text": "is no administrator", "rule": "R3"}
    entries = [*begun(), *planned(findings=[finding]), ended(10, succeeded=False)]

    assert verdicts(entries)["R3"] == "not_held"
    assert evidence(entries, "R3") == "BTS2: is no administrator"
