# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking back an update with SQL: uninstalled everywhere, all databases restored, everything up as before."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, changes, record_of, report_of, run, states
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.windows.faults import Faults
from tests.lab.windows.spec import InstallFaults

if t.TYPE_CHECKING:
    from tests.lab.lab import Lab

BACKUP_JOB = "Backup BizTalk Server (BizTalkMgmtDb)"
STEPS = ("uninstall.finished", "restore.started", "backup.forced")


def lose_the_records(lab: Lab, *computers: str) -> None:
    """On the controller, and on these computers."""
    for path in lab.folder.glob("records/*/*.json"):
        path.unlink()
    for name in computers:
        files = lab.world.computers[name].files
        for number in (0, 1):
            files.remove(rf"C:\ProgramData\BizTalkPatching\run-{number}.json", "somebody")


def back_up_by_schedule(lab: Lab) -> None:
    """The job makes a newer set, as it does every quarter of an hour."""
    instance = lab.instances["SQL1"]
    instance.agent.run_by_schedule(BACKUP_JOB, seconds=0)
    instance.agent.wait(BACKUP_JOB)


@pytest.mark.long
def test_one_uninstall_fails_and_the_next_run_goes_on_from_the_only_record(lab: Lab) -> None:
    before = states(lab)
    patched = run("patch", lab, *CLOSE_APPLICATIONS)
    assert patched.returncode == 0, patched.stdout
    run_id, files = record_of(lab)["id"], {row["file"] for row in record_of(lab)["backup_set"]["databases"]}
    back_up_by_schedule(lab)
    since = len(lab.events.events)

    refused = run("rollback", lab)

    assert refused.returncode != 0
    assert f"biztalk_confirm_restore={run_id}" in refused.stdout
    assert changes(lab.events.events[since:]) == []

    confirmed = ("-e", f"biztalk_confirm_restore={run_id}")
    backup = lab.instances["SQL1"].media.local(min(files))
    elsewhere = backup.rename(backup.with_suffix(".moved"))
    missing = run("rollback", lab, *confirmed)

    assert missing.returncode != 0
    assert "Nothing was touched. The update cannot be taken back" in missing.stdout
    assert changes(lab.events.events[since:]) == []

    elsewhere.rename(backup)
    lab.world.computers["BTS2"].installer.faults = Faults(InstallFaults(uninstall_exit_codes=(1603,)))
    failed = run("rollback", lab, *confirmed)

    assert failed.returncode != 0
    assert "exit code 1603" in failed.stdout
    assert "run rollback.yml again" in failed.stdout
    events = lab.events.events[since:]
    assert not [event for event in events if event.kind in ("restore.started", "service.start_requested")]

    lose_the_records(lab, "BTS1", "BTS3")
    again = run("rollback", lab, *confirmed)

    assert again.returncode == 0, again.stdout
    history = History(lab.events.events)
    done = [event["computer"] for _, event in history.of_kind("uninstall.finished") if event["exit_code"] == 0]
    assert done == ["BTS1", "BTS2", "BTS3"]
    order = [event.kind for event in lab.events.events[since:] if event.kind in STEPS]
    assert order[-1] == "backup.forced"
    # Not those of the newer set.
    assert {event["file"] for _, event in history.of_kind("restore.started")} == files
    assert states(lab) == before
    assert broken(lab.events.events) == {}
    assert record_of(lab)["step"] == "done"
    report = report_of(lab)
    assert report["outcome"]["sentence"].startswith("KB5009901 was taken back from all 3 computers")
    assert {rule["id"]: rule["verdict"] for rule in report["rules"]}["R21"] == "held"
