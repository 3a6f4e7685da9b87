# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that keeps every rule, spoiled in one way at a time: just the rules that this breaks must say so, and where."""

from __future__ import annotations

import pytest

from tests.lab.invariants import broken, judge_all
from tests.unit.lab.invariants.runs import (
    AGENT,
    COMPUTERS,
    DATABASES,
    HOST,
    KB,
    SCRIPT,
    Broken,
    Spoil,
    backup,
    case,
    good_run,
    native_backup,
    native_run,
)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case(
            "the backup set lacks a database",
            lambda log: log.change({"databases": [("SQL1", name) for name in DATABASES[:2]]}, "backup.set"),
            R5=("SSODB on SQL1 is not in backup set 8",),
        ),
        case(
            "the backup set has the database of another instance",
            lambda log: log.change(
                {"databases": [("SQL1", "BizTalkMgmtDb"), ("SQL1", "BizTalkMsgBoxDb"), ("SQL2", "SSODB")]}, "backup.set"
            ),
            R5=("SSODB on SQL1 is not in backup set 8",),
        ),
        case(
            "the newest backup set lacks what an older one has",
            lambda log: log.put_after(backup("BizTalkMgmtDb", "SSODB", identity=9), "job.finished"),
            R5=("BizTalkMsgBoxDb on SQL1 is not in backup set 9",),
        ),
        case(
            "the backup set is not complete",
            lambda log: log.change({"complete": False}, "backup.set"),
            R5=("no complete full backup set was made before the first install",),
        ),
        case(
            "the backup set is one of the logs",
            lambda log: log.change({"type": "lg"}, "backup.set"),
            R5=("no complete full backup set was made before the first install",),
        ),
        case(
            "the backup set is made after the first install has begun",
            lambda log: log.put_after(log.drop("backup.set"), "install.started", computer="BTS1"),
            R5=("no complete full backup set was made before the first install",),
        ),
        case(
            "the backup set was made before the force",
            lambda log: log.put_before(log.drop("backup.set"), "backup.forced"),
            R20=("sp_ForceFullBackup was not run before the backup",),
        ),
        case(
            "no full backup is forced",
            lambda log: log.drop("backup.forced"),
            R9=tuple(f"KB{KB} has SQL, but was installed on {name} as if it had none" for name in COMPUTERS),
            R20=("sp_ForceFullBackup was not run before the backup",),
        ),
        case(
            "the job is not run",
            lambda log: log.drop("job.started"),
            R20=("the job Backup BizTalk Server did not run between sp_ForceFullBackup and the backup set",),
        ),
        case(
            "another job is run",
            lambda log: log.change({"job": "DTA Purge and Archive"}, "job.started"),
            R20=("the job Backup BizTalk Server did not run between sp_ForceFullBackup and the backup set",),
        ),
        case(
            "the job was started before the force",
            lambda log: log.put_before(log.drop("job.started"), "backup.forced"),
            R20=("the job Backup BizTalk Server did not run between sp_ForceFullBackup and the backup set",),
        ),
    ],
)
def test_the_backup(spoil: Spoil, expected: Broken) -> None:
    log = good_run(SCRIPT)
    spoil(log)
    assert broken(log) == expected


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case("nothing", lambda log: None),
        case(
            "a database is saved while a host instance runs",
            lambda log: log.put_before(
                log.drop_service("BTS3", HOST, only="stop"), "backup.database", database="SSODB"
            ),
            native=tuple(
                f"{HOST} on BTS3 was running when {name} on SQL1 was backed up"
                for name in ("BizTalkMgmtDb", "BizTalkMsgBoxDb")
            ),
        ),
        case(
            "a database is saved while SQL Server Agent stops",
            lambda log: log.put_after(log.drop("service.stopped", service=AGENT), "backup.set"),
            native=tuple(f"{AGENT} on SQL1 was stop_pending when {name} on SQL1 was backed up" for name in DATABASES),
        ),
        case(
            "a database is saved once more, before anything is stopped",
            lambda log: log.put_before(native_backup("SSODB")[:1], "service.stop_requested"),
        ),
        case(
            "the set is never complete",
            lambda log: log.drop("backup.set"),
            R5=("no complete full backup set was made before the first install",),
            R9=tuple(f"KB{KB} has SQL, but was installed on {name} as if it had none" for name in COMPUTERS),
            native=("no set was made by BACKUP DATABASE before the first install",),
        ),
        case(
            "the set is complete after the first install has begun only",
            lambda log: log.put_after(log.drop("backup.set"), "install.started", computer="BTS1"),
            R5=("no complete full backup set was made before the first install",),
            R9=(f"KB{KB} has SQL, but was installed on BTS1 as if it had none",),
            native=("no set was made by BACKUP DATABASE before the first install",),
        ),
        case(
            "the set is the job's",
            lambda log: log.change({"backup_set": 8}, "backup.set"),
            native=("no set was made by BACKUP DATABASE before the first install",),
        ),
    ],
)
def test_a_backup_without_the_job(spoil: Spoil, expected: Broken) -> None:
    log = native_run()
    spoil(log)
    assert broken(log, native=True) == expected


def test_a_run_without_the_job_must_say_so() -> None:
    """What the KB demands is the job: R5 holds, R20 does not."""
    found = broken(native_run())
    assert found.pop("R20") == ("sp_ForceFullBackup was not run before the backup",)
    assert found.keys() == {"R9"}
    (verdict,) = [verdict for verdict in judge_all(native_run(), native=True) if verdict.rule == "R20"]
    assert verdict.not_applicable == "the databases were backed up without the job, as the operator had chosen"


def test_a_run_with_the_job_is_no_run_without_it() -> None:
    assert broken(good_run(SCRIPT), native=True) == {
        "native": ("no set was made by BACKUP DATABASE before the first install",)
    }


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case("no backup is made, and none is needed", lambda log: log.drop("backup.forced")),
    ],
)
def test_no_backup_is_needed_without_sql(spoil: Spoil, expected: Broken) -> None:
    log = good_run()
    spoil(log)
    assert broken(log) == expected
