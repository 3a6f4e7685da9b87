# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the journal takes from a run. The real ansible-playbook drives it in the end-to-end tests."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._journal import read_journal
from ansible_collections.biztalk.patching.plugins.plugin_utils._run_journal import RunJournal
from ansible_collections.biztalk.patching.tests.unit.plugins.records import record

if t.TYPE_CHECKING:
    from pathlib import Path

ROLES = "/collections/ansible_collections/biztalk/patching/roles"


@dataclass
class Host:
    name: str

    def get_name(self) -> str:
        return self.name


@dataclass
class Task:
    action: str
    file: str = "stop/main"
    ignore_unreachable: bool = False
    _uuid: str = "1"

    def get_path(self) -> str:
        role, name = self.file.split("/")
        return f"{ROLES}/{role}/tasks/{name}.yml:7"

    def get_name(self) -> str:
        return f"{self.file} : {self.action}"


@dataclass
class Result:
    """As a callback plugin gets it."""

    _task: Task
    _result: dict[str, t.Any]
    _host: Host = field(default_factory=lambda: Host("bts1"))


@dataclass
class Stats:
    failures: int = 0
    processed: dict[str, int] = field(default_factory=lambda: {"bts1": 1})

    def summarize(self, host: str) -> dict[str, int]:
        return {"failures": self.failures, "unreachable": 0}


@dataclass
class Run:
    """A run whose records lie in a folder."""

    folder: Path
    journal: RunJournal = field(default_factory=RunJournal)

    def begin(self) -> None:
        place = {"folder": str(self.folder), "report_folder": "", "server": "SQL1", "database": "BizTalkMgmtDb"}
        self.do("biztalk.patching.run_report", {"state": "begun", "operation": "patch", **place}, file="report/begin")

    def do(self, action: str, result: dict[str, t.Any], **task: t.Any) -> None:
        one = self._started(action, **task)
        self.journal.v2_runner_on_ok(Result(one, result))

    def fail(self, action: str, result: dict[str, t.Any], *, ignored: bool = False, **task: t.Any) -> None:
        one = self._started(action, **task)
        self.journal.v2_runner_on_failed(Result(one, result), ignore_errors=ignored)

    def _started(self, action: str, **task: t.Any) -> Task:
        one = Task(action, **task)
        self.journal.v2_playbook_on_task_start(one, False)
        self.journal.v2_runner_on_start(Host("bts1"), one)
        return one

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []

    def noted(self, event: str) -> list[dict[str, t.Any]]:
        (path,) = self.folder.glob("*.journal")
        return [entry for entry in read_journal(path) if entry["event"] == event]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "group")


def test_a_playbook_that_begins_no_report_is_left_alone(run: Run) -> None:
    run.do("ansible.windows.win_service", {})
    run.fail("ansible.builtin.fail", {"msg": "no"})
    run.journal.v2_playbook_on_stats(Stats())

    assert run.files == []


def test_it_is_called_as_the_run_record_once_there_is_one(run: Run) -> None:
    run.begin()
    assert len(run.files) == 1
    run.do("biztalk.patching.run_record", {"folder": str(run.folder), "record": record()}, file="record/begin")

    assert f"{record()['id']}-patch.journal" in run.files
    assert [entry["operation"] for entry in run.noted("run")] == ["patch"]
    assert run.noted("fact")[0]["value"]["id"] == record()["id"]


def test_it_follows_the_records_folder_which_the_group_names(run: Run, tmp_path: Path) -> None:
    run.begin()
    run.do("biztalk.patching.run_record", {"folder": str(tmp_path / "own"), "record": None, "open": False})

    assert run.files == []
    assert len(list((tmp_path / "own").glob("*.journal"))) == 1


def test_a_report_is_there_while_the_run_goes_on_and_at_its_end(run: Run) -> None:
    run.begin()
    run.do("biztalk.patching.run_record", {"folder": str(run.folder), "record": record()}, file="record/begin")
    run.do("ansible.windows.win_service", {})
    during = json.loads((run.folder / "report.json").read_text(encoding="utf-8"))
    run.journal.v2_playbook_on_stats(Stats(failures=1))
    after = json.loads((run.folder / "report.json").read_text(encoding="utf-8"))

    assert during["outcome"]["state"] == "running"
    assert after["outcome"]["state"] == "failed"


def test_a_refused_run_has_a_report_too(run: Run) -> None:
    run.begin()
    run.fail("ansible.builtin.fail", {"msg": "Nothing was touched. BTS2 does not answer"}, file="preflight/snapshot")
    run.journal.v2_playbook_on_stats(Stats(failures=1))

    outcome = json.loads((run.folder / "report.json").read_text(encoding="utf-8"))["outcome"]
    assert (outcome["state"], outcome["cause"]) == ("refused", "Nothing was touched. BTS2 does not answer")


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"msg": "no"}, "no"),
        ({}, ""),
        (
            {"msg": "One or more items failed", "results": [{"msg": "a", "failed": True}, {"msg": "b"}]},
            "a",
        ),
        ({"msg": "All items completed", "results": [{"msg": "away", "unreachable": True}]}, "away"),
    ],
)
def test_a_failure_is_noted_with_what_was_said(run: Run, result: dict[str, t.Any], message: str) -> None:
    run.begin()
    run.fail("ansible.windows.win_service", result, ignored=True)

    (failure,) = run.noted("failed")
    assert (failure["message"], failure["ignored"], failure["host"]) == (message, True, "bts1")
    assert failure["phase"] == "stop"


def test_what_only_says_something_begins_no_phase(run: Run) -> None:
    run.begin()
    run.do("ansible.builtin.debug", {})
    run.do("ansible.builtin.set_fact", {})
    assert run.noted("began") == []
    run.do("ansible.windows.win_service_info", {})
    assert [entry["phase"] for entry in run.noted("began")] == ["stop"]


def test_nothing_of_the_arguments_of_tasks_is_kept(run: Run) -> None:
    run.begin()
    run.do("ansible.windows.win_service", {"invocation": {"module_args": {"password": "hunter2"}}, "stdout": "hunter2"})
    run.fail("ansible.windows.win_service", {"msg": "no", "stdout": "hunter2", "invocation": "hunter2"})
    run.journal.v2_playbook_on_stats(Stats(failures=1))

    assert [path.name for path in run.folder.iterdir() if "hunter2" in path.read_text(encoding="utf-8")] == []


def test_a_report_that_cannot_be_made_does_not_keep_the_journal_from_going_on(run: Run) -> None:
    run.begin()
    run.do("biztalk.patching.run_record", {"folder": str(run.folder), "record": {"id": "no record"}})
    run.do("ansible.windows.win_service", {})
    run.journal.v2_playbook_on_stats(Stats())

    assert run.files == ["no record-patch.journal"]
    assert [entry["event"] for entry in run.noted("end")] == ["end"]


def test_a_folder_that_cannot_be_written_is_a_warning_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    run = Run(tmp_path / "file" / "group")

    run.begin()
    run.do("ansible.windows.win_service", {})
    run.journal.v2_playbook_on_stats(Stats())

    assert run.files == []
