# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad ending is told by the model, whatever the runs have said."""

from __future__ import annotations

import json
import ntpath
import typing as t

import pytest

from tests.lab.campaign.verdict import CLAIM, Before, ending
from tests.unit.lab.campaign.packages import SHA256, UPDATE

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab
    from tests.lab.windows.service import Service

INSTALL = {"computer": "BTS1", "kb": UPDATE.kb, "sha256": SHA256}


@pytest.fixture
def before(lab: Lab) -> Before:
    remember(lab, "done")
    return Before.of(lab)


def remember(lab: Lab, step: str) -> None:
    folder = lab.folder / "records" / "group"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"step": step}), encoding="utf-8")


def service(lab: Lab, name: str) -> Service:
    found = lab.world.computers["BTS1"].services.get(name)
    assert found is not None
    return found


def stop(lab: Lab, name: str) -> None:
    service(lab, name).stop("somebody")
    assert service(lab, name).wait_for("stopped", 5)


def install(lab: Lab, *computers: str) -> None:
    for computer in computers:
        lab.world.computers[computer].installer.updates.install(UPDATE)


def begin_install(lab: Lab) -> None:
    lab.events.emit("install.started", **INSTALL, architecture="x64", has_sql=True, account="", administrator=True)


def finish_installs(lab: Lab) -> None:
    for _turn in range(2):
        lab.events.emit("install.finished", **INSTALL, exit_code=0)


def back_up_late(lab: Lab) -> None:
    begin_install(lab)
    lab.events.emit("backup.forced", instance="SQL1", database="BizTalkMgmtDb", login="patching")


def stop_sso(lab: Lab) -> None:
    lab.events.emit("service.stop_requested", computer="BTS1", service="ENTSSO", role="sso", origin="Stop-Service")


def leave_the_claim(lab: Lab) -> None:
    files = lab.world.computers["BTS2"].files
    files.make_dir(ntpath.dirname(CLAIM))
    files.write(CLAIM, b"", "New-Item")


def restrict(lab: Lab) -> None:
    lab.instances["SQL1"].state_of("SSODB").access = "RESTRICTED_USER"


def half_restore(lab: Lab) -> None:
    lab.instances["SQL1"].state_of("SSODB").state = "RESTORING"


def test_a_group_that_is_as_it_was_has_ended_well(lab: Lab, before: Before) -> None:
    assert (ending(lab, before).level, ending(lab, before).problems) == ("old", ())


def test_a_group_that_is_wholly_updated_has_ended_well(lab: Lab, before: Before) -> None:
    install(lab, "BTS1", "BTS2")

    assert (ending(lab, before).level, ending(lab, before).problems) == ("new", ())


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (lambda lab: install(lab, "BTS2"), "some computers have the update and others do not"),
        (lambda lab: lab.instances["SQL1"].damage("BizTalkMsgBoxDb", "in use"), "BizTalkMsgBoxDb on SQL1 is damaged"),
        (half_restore, "SSODB on SQL1 is damaged"),
        (restrict, "SSODB on SQL1 is RESTRICTED_USER"),
        (lambda lab: stop(lab, "BTSSvc$ProcessingHost"), "on BTS1 was running (auto) and is stopped (auto)"),
        (
            lambda lab: service(lab, "BTSSvc$ProcessingHost").set_start_mode("manual", "sc.exe"),
            "on BTS1 was running (auto) and is running (manual)",
        ),
        (stop_sso, "ENTSSO on BTS1 was stopped"),
        (back_up_late, "backup.forced after the first install had begun"),
        (finish_installs, "KB5009901 was installed twice on BTS1"),
        (begin_install, "R15: nobody looked at sp_who2"),
        (lambda lab: remember(lab, "installing"), "the record says installing"),
        (leave_the_claim, "the claim of the run is still on BTS2"),
    ],
)
def test_harm_is_told(lab: Lab, before: Before, harm: Callable[[Lab], None], problem: str) -> None:
    harm(lab)

    assert any(problem in told for told in ending(lab, before).problems), ending(lab, before).problems
