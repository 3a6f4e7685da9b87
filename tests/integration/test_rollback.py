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

STEPS = ("uninstall.finished", "restore.started", "backup.forced")


def lose_the_records(lab: Lab, *computers: str) -> None:
    """On the controller, and on these computers."""
    for path in lab.folder.glob("records/*/*.json"):
        path.unlink()
    for name in computers:
        files = lab.world.computers[name].files
        for number in (0, 1):
            files.remove(rf"C:\ProgramData\BizTalkPatching\run-{number}.json", "somebody")


@pytest.mark.long
def test_one_uninstall_fails_and_the_next_run_goes_on_from_the_only_record(small_lab: Lab) -> None:
    before = states(small_lab)
    patched = run("patch", small_lab, *CLOSE_APPLICATIONS)
    assert patched.returncode == 0, patched.stdout
    run_id = record_of(small_lab)["id"]
    since = len(small_lab.events.events)

    refused = run("rollback", small_lab)

    assert refused.returncode != 0
    assert f"biztalk_confirm_restore={run_id}" in refused.stdout
    assert changes(small_lab.events.events[since:]) == []

    confirmed = ("-e", f"biztalk_confirm_restore={run_id}")
    small_lab.world.computers["BTS2"].installer.faults = Faults(InstallFaults(uninstall_exit_codes=(1603,)))
    failed = run("rollback", small_lab, *confirmed)

    assert failed.returncode != 0
    assert "exit code 1603" in failed.stdout
    assert "run rollback.yml again" in failed.stdout
    events = small_lab.events.events[since:]
    assert not [event for event in events if event.kind in ("restore.started", "service.start_requested")]

    lose_the_records(small_lab, "BTS1")
    again = run("rollback", small_lab, *confirmed)

    assert again.returncode == 0, again.stdout
    history = History(small_lab.events.events)
    done = [event["computer"] for _, event in history.of_kind("uninstall.finished") if event["exit_code"] == 0]
    assert done == ["BTS1", "BTS2"]
    order = [event.kind for event in small_lab.events.events[since:] if event.kind in STEPS]
    assert order[-1] == "backup.forced"
    assert states(small_lab) == before
    assert broken(small_lab.events.events) == {}
    assert record_of(small_lab)["step"] == "done"
    report = report_of(small_lab)
    assert report["outcome"]["sentence"].startswith("KB5009901 was taken back from both computers")
    assert {rule["id"]: rule["verdict"] for rule in report["rules"]}["R21"] == "held"
