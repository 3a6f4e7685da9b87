# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that were interrupted, and the ones that finish them."""

from __future__ import annotations

import os
import signal
import subprocess
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._record import parse, serialise
from tests.integration.runs import CLOSE_APPLICATIONS, changes, record_of, report_of, run, states, told_by
from tests.lab.campaign.moment import Moment, Trigger
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.paths import SINGLE_TOPOLOGY, SMALL_TOPOLOGY
from tests.lab.playbook import command_line, environment_of

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

# Seconds, of which a run needs far fewer.
WAIT = 300.0
FOLDER = r"C:\ProgramData\BizTalkPatching"
ELSEWHERE = "the-other-controller"


def begun_elsewhere(lab: Lab) -> None:
    """Make the group's run one that another controller began."""
    (path,) = lab.folder.glob("records/*/run.json")
    own = parse(path.read_text(encoding="utf-8"))
    text = serialise({**own, "owner": {**own["owner"], "host": ELSEWHERE}})
    path.write_text(text, encoding="utf-8")
    for computer in lab.topology.computers:
        for number in (0, 1):
            lab.world.computers[computer.name].files.write(rf"{FOLDER}\run-{number}.json", text.encode(), "somebody")


def test_a_failed_install_is_finished_by_the_next_run(open_lab: Callable[..., Lab]) -> None:
    computers = [{"name": "BTS2", "install": {"exit_codes": [1603]}}]
    with open_lab(SMALL_TOPOLOGY, computers=computers) as lab:
        before = states(lab)
        failed = run("patch", lab, *CLOSE_APPLICATIONS)
        assert failed.returncode != 0
        assert "1603" in failed.stdout
        assert record_of(lab)["step"] == "installing"
        assert [install["kb"] for install in record_of(lab)["computers"][0]["installs"]] == ["5009901"]
        run_id = record_of(lab)["id"]
        outcome = report_of(lab)["outcome"]
        assert (outcome["state"], "1603" in outcome["cause"]) == ("failed", True)
        assert outcome["command"].endswith("biztalk.patching.patch")

        # The controller's copy and one computer's are lost, the other's newer one is spoilt.
        for path in (lab.folder / "records").rglob("*.json"):
            path.unlink()
        files = lab.world.computers["BTS1"].files
        for number in (0, 1):
            files.remove(rf"{FOLDER}\run-{number}.json", "somebody")
        finished = run("patch", lab, *CLOSE_APPLICATIONS)

        assert finished.returncode == 0, finished.stdout
        assert record_of(lab)["id"] == run_id
        assert record_of(lab)["step"] == "done"
        report = report_of(lab)
        assert (report["outcome"]["state"], len(report["executions"])) == ("succeeded", 2)
        assert {rule["verdict"] for rule in report["rules"]} == {"held", "not_applicable"}
        for path in lab.folder.glob("records/*/*report*"):
            path.unlink()
        told = run(told_by("report", lab), lab)
        assert "BizTalk patch: succeeded: KB5009901" in told.stdout
        assert report_of(lab)["outcome"] == report["outcome"]
        history = History(lab.events.events)
        assert [(item.computer, item.exit_code) for item in history.installs] == [
            ("BTS1", 0),
            ("BTS2", 1603),
            ("BTS2", 0),
        ]
        assert [event["type"] for _, event in history.of_kind("backup.set")].count("db") == 1
        assert states(lab) == before
        assert broken(lab.events.events) == {}

        events = len(lab.events.events)
        again = run("patch", lab, *CLOSE_APPLICATIONS)
        assert "Nothing was to be done" in again.stdout
        assert changes(lab.events.events[events:]) == []


@pytest.mark.long
def test_a_second_run_is_refused_and_names_the_first(single_lab: Lab) -> None:
    command = command_line("biztalk.patching.patch", single_lab.inventory_path, *CLOSE_APPLICATIONS)
    environment = environment_of(single_lab.inventory_path)
    with subprocess.Popen(command, env=environment, cwd=single_lab.folder, stdout=subprocess.DEVNULL) as first:
        claimed = Trigger(
            single_lab.events,
            Moment("file.written", {"path": r"*\run.lock"}),
            lambda: os.kill(first.pid, signal.SIGSTOP),
        )
        assert claimed.fired.wait(WAIT)
        since = len(single_lab.events.events)

        second = run("patch", single_lab, *CLOSE_APPLICATIONS)

        changed = changes(single_lab.events.events[since:])
        os.kill(first.pid, signal.SIGCONT)
        assert first.wait(WAIT) == 0
    begun = record_of(single_lab)
    who = f"{begun['owner']['user']} on {begun['owner']['host']} (process {first.pid})"
    assert second.returncode != 0
    assert f"The run {begun['id']} is at work on this group: {who} began it at {begun['started']}" in second.stdout
    assert changed == []
    assert begun["step"] == "done"
    assert broken(single_lab.events.events) == {}


@pytest.mark.long
def test_a_run_of_another_controller_is_taken_over_by_its_id(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=[{"name": "BTS1", "install": {"exit_codes": [1603]}}]) as lab:
        before = states(lab)
        assert run("patch", lab, *CLOSE_APPLICATIONS).returncode != 0
        begun_elsewhere(lab)
        begun = record_of(lab)
        since = len(lab.events.events)

        refused = run("patch", lab, *CLOSE_APPLICATIONS)

        assert refused.returncode != 0
        assert f"on {ELSEWHERE} (process {begun['owner']['pid']}) began it at {begun['started']}" in refused.stdout
        assert f"-e biztalk_take_over={begun['id']}" in refused.stdout
        assert changes(lab.events.events[since:]) == []

        taken = run("patch", lab, *CLOSE_APPLICATIONS, "-e", f"biztalk_take_over={begun['id']}")

        assert taken.returncode == 0, taken.stdout
        assert (record_of(lab)["id"], record_of(lab)["step"]) == (begun["id"], "done")
        assert record_of(lab)["owner"]["host"] != ELSEWHERE
        assert states(lab) == before
        assert broken(lab.events.events) == {}
