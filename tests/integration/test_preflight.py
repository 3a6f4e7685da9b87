# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight finds on the computers, all of it in one run and before anything is touched."""

from __future__ import annotations

import typing as t
from collections import Counter

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, changes, report_of, run
from tests.lab.paths import SINGLE_TOPOLOGY
from tests.lab.windows.furniture import UNINSTALL_32
from tests.lab.winrm.modules import setup

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

# The snapshot, of which win_powershell reads processes and volumes, and the registry; and the record of an earlier run.
REMOTE_TASKS = {"setup": 1, "win_service_info": 1, "win_powershell": 3, "win_whoami": 1}
LOOKED_AT = (
    "the inventory is the group",
    "BizTalk Server is installed and configured for this group",
    "the packages are for the product that is installed",
    "what the updates need is installed, or comes before them",
    "no computer is behind the databases",
    "the computers are at the same updates",
    "the installing account is an administrator",
    "the installing account is sysadmin",
    "Enterprise SSO runs",
    "no computer waits for a restart",
    "nothing is being installed",
    "the drives have room for the updates",
    "SQL Server Agent can be stopped",
    "host instances of the group run",
)


def looked_at(lab: Lab, playbook: str, *arguments: str, code: int) -> str:
    """Run a playbook, which must change nothing; returns its output, line breaks folded."""
    result = run(playbook, lab, *CLOSE_APPLICATIONS, *arguments)
    assert (result.returncode != 0) == bool(code), result.stdout
    assert changes(lab.run_events()) == []
    return " ".join(result.stdout.split())


def remote_tasks(lab: Lab) -> Counter[str]:
    """How often each module ran."""
    return Counter(event["module"].rpartition(".")[2] for event in lab.run_events() if event.kind == "remote.task")


def test_a_healthy_computer_is_looked_at_in_few_tasks(single_lab: Lab) -> None:
    output = looked_at(single_lab, "plan", "-e", "biztalk_plan_exit_code=false", code=0)
    for held in LOOKED_AT:
        assert f"PASS group: {held}" in output
    assert "FAIL " not in output
    assert remote_tasks(single_lab) <= Counter(REMOTE_TASKS)


def test_all_findings_come_at_once(open_lab: Callable[..., Lab]) -> None:
    computer = {
        "name": "BTS1",
        "free_space": 0.5,
        "pending_restart": True,
        "processes": [
            {"image": "msiexec.exe", "user": r"LAB\alice"},
            {"image": "BTS2020-KB5007969-ENU.exe", "user": r"LAB\alice"},
        ],
    }
    with open_lab(SINGLE_TOPOLOGY, computers=[computer]) as lab:
        output = looked_at(lab, "plan", "-e", "biztalk_stop_timout=5", code=2)
    for finding in (
        "biztalk_stop_timout: is a variable that nothing reads: is biztalk_stop_timeout meant?",
        "BTS1: C:\\\\ has 512 MB free, but 1025 MB are needed",
        "BTS1: a restart is pending",
        "BTS1: msiexec.exe (process",
        "BTS1: BTS2020-KB5007969-ENU.exe (process",
    ):
        assert finding in output.replace("C:\\ ", "C:\\\\ ")


def test_an_update_whose_name_has_no_number_is_known_by_its_id(single_lab: Lab) -> None:
    registry = single_lab.world.computers["BTS1"].registry
    registry.set(rf"{UNINSTALL_32}\Microsoft BizTalk Server 2020 Update", ID="KB5009901")
    output = looked_at(single_lab, "patch", code=0)
    assert "Nothing was to be done" in output
    assert remote_tasks(single_lab)["win_reg_stat"] == 1


def test_computers_that_cannot_be_reached_are_named_together(small_lab: Lab) -> None:
    small_lab.winrm["BTS2"].stop()
    output = looked_at(small_lab, "patch", code=2)
    assert "Nothing was touched. These computers cannot be looked at: - bts2: Task failed: basic: HTTPS" in output
    assert "- bts1:" not in output
    outcome = report_of(small_lab)["outcome"]
    assert (outcome["state"], "bts2: Task failed" in outcome["cause"]) == ("refused", True)


def test_the_connecting_account_must_be_an_administrator(single_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    # A member of the group Remote Management Users may connect, but not ask WMI.
    monkeypatch.setitem(setup.COLLECTORS, "platform", lambda task: {**setup.platform(task), "architecture": None})
    output = looked_at(single_lab, "patch", code=2)
    assert "- bts1: the account that Ansible connects as is no administrator there" in output


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("biztalk_stop_timeout=abc", "biztalk_stop_timeout"),
        ("biztalk_stop_iis=sometimes", "value of biztalk_stop_iis must be one of: auto, always, never"),
        ("biztalk_minimum_free_space=much", "biztalk_minimum_free_space"),
    ],
)
def test_a_wrong_value_fails_before_any_computer_is_asked(single_lab: Lab, setting: str, message: str) -> None:
    assert message in looked_at(single_lab, "patch", "-e", setting, code=2)
    assert not remote_tasks(single_lab)
