# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a group, which touches nothing, whatever does not answer."""

from __future__ import annotations

import json
import threading
import typing as t
from collections import Counter

import pytest

from tests.integration.runs import changes, record_of, run
from tests.lab.paths import SMALL_TOPOLOGY
from tests.lab.winrm.modules import setup

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.events import Event
    from tests.lab.lab import Lab

# Of one computer: facts, services, the registry, and the run records.
REMOTE_TASKS = {"setup": 1, "win_service_info": 1, "win_powershell": 2}


def status(lab: Lab, *arguments: str) -> tuple[dict[str, t.Any], str]:
    """What the playbook wrote and what it showed; it must have changed nothing, on the controller neither."""
    path = lab.folder / "status.json"
    before = {file: file.read_bytes() for file in lab.folder.glob("records/**/*") if file.is_file()}
    events = len(lab.events.events)
    result = run("status", lab, "-e", f"biztalk_status_file={path}", "-e", "{'biztalk_packages': []}", *arguments)
    assert result.returncode == 0, result.stdout
    assert changes(lab.events.events[events:]) == []
    assert {file: file.read_bytes() for file in lab.folder.glob("records/**/*") if file.is_file()} == before
    return json.loads(path.read_text(encoding="utf-8")), result.stdout


def remote_tasks(lab: Lab, computer: str) -> Counter[str]:
    return Counter(
        event["module"].rpartition(".")[2]
        for event in lab.run_events()
        if event.kind == "remote.task" and event["computer"] == computer
    )


def test_a_computer_that_is_down_does_not_hide_the_others(small_lab: Lab) -> None:
    small_lab.winrm["BTS2"].stop()
    found, output = status(small_lab)
    first, second = found["computers"]
    assert (first["name"], first["answers"], first["version"]) == ("BTS1", True, "3.13.717.0")
    assert first["host_instances"] == {"ProcessingHost": "running", "ReceiveHost": "running"}
    assert (second["name"], second["answers"]) == ("BTS2", False)
    assert [finding["where"] for finding in found["findings"] if finding["level"] == "fail"] == ["BTS2"]
    assert "BTS1      2020 3.13.717.0" in output
    assert "BTS2      does not answer" in output
    assert "BizTalkMgmtDb" in output
    assert remote_tasks(small_lab, "BTS1") == Counter(REMOTE_TASKS)


@pytest.mark.long
def test_an_interrupted_run_is_told_with_what_comes_next(open_lab: Callable[..., Lab]) -> None:
    computers = [{"name": "BTS2", "install": {"exit_codes": [1603]}}]
    with open_lab(SMALL_TOPOLOGY, computers=computers) as lab:
        healthy, output = status(lab)
        assert healthy["run"] is None
        assert healthy["findings"] == [
            finding for finding in healthy["findings"] if finding["where"].startswith(("BTS2", "Backup BizTalk Server"))
        ]
        assert "Run record: none" in output

        assert run("patch", lab).returncode != 0
        found, output = status(lab)
        assert found["run"]["id"] == record_of(lab)["id"]
        assert (found["run"]["open"], found["run"]["owner"]["state"]) == (True, "dead")
        assert found["run"]["computers"]["BTS1"]["installs"] == [{"kb": "5009901", "exit_code": 0}]
        assert found["last_full_set"]["complete"]
        assert found["computers"][0]["updates"] == ["CU4 KB5009901"]
        assert "Start nothing by hand. Run patch.yml again with the same settings" in " ".join(output.split())
        assert "lacks CU4 KB5009901" in output

        # The controller is a new one: its copy is gone, those of the computers are read.
        for path in lab.folder.glob("records/**/*.json"):
            path.unlink()
        again, _output = status(lab)
        assert again["run"]["id"] == found["run"]["id"]


@pytest.mark.long
def test_without_the_databases_the_computers_are_shown(single_lab: Lab) -> None:
    options = {"biztalk_sql_options": {"login_user": "patching", "login_password": "wrong", "connect_timeout": 2}}
    found, output = status(single_lab, "-e", json.dumps({**options, "biztalk_management_server": "localhost,1"}))
    assert "THE GROUP CANNOT BE READ" in output
    assert found["problem"].startswith("SQL Server localhost,1: cannot connect to database BizTalkMgmtDb")
    (computer,) = found["computers"]
    assert computer["host_instances"]["ProcessingHost"] == "running"


@pytest.mark.long
def test_a_computer_that_is_lost_in_the_middle_is_a_silent_one(small_lab: Lab) -> None:
    lost = small_lab.winrm["BTS2"]

    def cut(event: Event) -> None:
        if event.kind == "remote.task" and event["computer"] == "BTS2" and event["module"].endswith("win_service_info"):
            # Not in the thread that answers, which the server waits for.
            threading.Thread(target=lost.cut_off).start()

    small_lab.events.watch(cut)
    found, _output = status(small_lab)
    first, second = found["computers"]
    assert (first["answers"], second["answers"]) == (True, False)
    assert second["problem"]


@pytest.mark.long
def test_a_connecting_account_without_rights_is_told(single_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(setup.COLLECTORS, "platform", lambda task: {**setup.platform(task), "architecture": None})
    found, _output = status(single_lab)
    (computer,) = found["computers"]
    assert "no administrator" in computer["problem"]
