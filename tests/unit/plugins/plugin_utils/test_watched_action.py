# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import threading
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.biztalk.patching.plugins.plugin_utils import _shown, _watched_action
from ansible_collections.biztalk.patching.plugins.plugin_utils._watched_action import (
    BETWEEN,
    FAILURES,
    WatchedAction,
)


class Time:
    """Passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(_watched_action, "time", clock)
    return clock


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(_shown.display, "display", said.append)
    return said


class Connection:
    def __init__(self, transport: str = "ssh", become: object = None) -> None:
        self.transport, self.become = transport, become


class Task:
    def __init__(self) -> None:
        self.args: dict[str, t.Any] = {"server": "SQL1"}
        self.async_val = 0
        self.check_mode = False


PLAIN = {"changed": False, "plain": True}


class Action(WatchedAction):
    """Runs jobs that answer one status after the other; an exception among them is raised."""

    def __init__(self, *statuses: dict[str, t.Any] | Exception, job: dict[str, t.Any] | None = None) -> None:
        self.task = self._task = Task()
        self._connection = Connection()
        self.job = job or {"ansible_job_id": "j1", "results_file": "/home/x/.ansible_async/j1", "started": 1}
        self.statuses = list(statuses)
        self.started_with: tuple[dict[str, t.Any], int] | None = None
        self.asked: list[dict[str, t.Any]] = []
        self.removed: list[str] = []
        self.status: dict[str, t.Any] = {}

    def execute(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        return self._execute(task_vars)

    def _make_tmp_path(self, *_arguments: t.Any) -> str:
        return "/remote/x/"

    def _low_level_execute_command(self, command: str, **_named: t.Any) -> dict[str, t.Any]:
        if command.startswith("rm "):
            self.removed.append(command)
            return {"rc": 0}
        assert "cat /remote/x/progress;" in command
        assert command.endswith("cat /home/x/.ansible_async/j1")
        status = self.statuses.pop(0)
        if isinstance(status, Exception):
            raise status
        self.status = status
        return {"rc": 0, "stdout": f"line\n{BETWEEN}\n{json.dumps(status)}"}

    def _execute_module(self, *_arguments: t.Any, **named: t.Any) -> dict[str, t.Any]:
        if "module_args" not in named:
            return PLAIN
        if named.get("wrap_async"):
            self.started_with = (named["module_args"], self._task.async_val)
            return self.job
        self.asked.append(named["module_args"])
        return {**self.status, "finished": 1}


# What async_wrapper writes into the job's file: its own notice first, the module's result in the end.
GOING = {"finished": False, "started": True, "ansible_job_id": "j1"}
DONE = {"changed": True, "backup_set": {}}


def test_the_result_is_that_of_the_module(clock: Time, said: list[str]) -> None:
    action = Action(GOING, GOING, DONE)
    assert action.watched_there(30, {}) == {"changed": True, "backup_set": {}}
    assert action.started_with is not None
    arguments, limit = action.started_with
    assert (arguments, limit > 0) == ({"server": "SQL1", "progress_file": "/remote/x/progress"}, True)
    # Otherwise Ansible would take the task for an asynchronous one.
    assert action.task.async_val == 0
    assert {one["_async_dir"] for one in action.asked} == {"/home/x/.ansible_async"}
    # Asking costs a process: nobody asks while the job's file says that it goes on.
    assert len(action.asked) == 1
    assert action.removed == ["rm -f /home/x/.ansible_async/j1"]
    assert said == ["  00:00 line"]


def test_a_job_that_does_not_start_is_the_result(clock: Time, said: list[str]) -> None:
    failed = {"failed": True, "msg": "no python"}
    assert Action(job=failed).watched_there(30, {}) == failed


def test_a_connection_may_fail_for_a_while(clock: Time, said: list[str]) -> None:
    lost = AnsibleConnectionFailure("down")
    assert Action(*[lost] * (FAILURES - 1), GOING, lost, DONE).watched_there(30, {})["changed"]
    assert sum("no connection to where the module runs" in line for line in said) == FAILURES


def test_a_connection_that_stays_away_is_given_up(clock: Time, said: list[str]) -> None:
    with pytest.raises(AnsibleConnectionFailure):
        Action(*[AnsibleConnectionFailure("down")] * FAILURES).watched_there(30, {})


class LongAction(Action):
    long_in_check_mode = True


@pytest.mark.parametrize(
    ("kind", "arguments", "check_mode", "async_val", "plain"),
    [
        (Action, {}, False, 0, False),
        (Action, {"progress_interval": 5}, False, 0, False),
        (Action, {"progress_interval": 0}, False, 0, True),
        # The module has the words for it.
        (Action, {"progress_interval": "often"}, False, 0, True),
        (Action, {}, True, 0, True),
        (LongAction, {}, True, 0, False),
        (Action, {}, False, 60, True),
    ],
)
def test_when_it_is_watched(
    clock: Time,
    said: list[str],
    kind: type[Action],
    arguments: dict[str, t.Any],
    check_mode: bool,
    async_val: int,
    plain: bool,
) -> None:
    action = kind(DONE)
    action.task.args, action.task.check_mode, action.task.async_val = arguments, check_mode, async_val
    assert (action.execute({}) == PLAIN) is plain


class Here(WatchedAction):
    """Its module runs on the controller, and says a line in the file that it is given."""

    def __init__(self, connection: Connection) -> None:
        self._task = Task()
        self._connection = connection
        self.files: list[Path] = []

    def execute(self) -> dict[str, t.Any]:
        return self._execute({})

    def _execute_module(self, *_arguments: t.Any, **named: t.Any) -> dict[str, t.Any]:
        assert not named.get("wrap_async")
        path = Path(named["module_args"]["progress_file"])
        path.write_text("verifying BizTalkMgmtDb\n", encoding="utf-8")
        self.files.append(path)
        return {"changed": True, "server": named["module_args"]["server"]}

    def _make_tmp_path(self, *_arguments: t.Any) -> str:
        raise AssertionError("it would run as a job")


def test_on_the_controller_it_is_no_job(said: list[str]) -> None:
    action = Here(Connection("local"))
    assert action.execute() == {"changed": True, "server": "SQL1"}
    assert said == ["  00:00 verifying BizTalkMgmtDb"]
    assert [path.parent.exists() for path in action.files] == [False]


def test_what_it_says_is_shown_while_it_runs(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = threading.Event()

    def show(text: str) -> None:
        said.append(text)
        shown.set()

    monkeypatch.setattr(_shown.display, "display", show)
    monkeypatch.setattr(_watched_action, "LOOK_SECONDS", 0.001)

    class Long(Here):
        def _execute_module(self, *arguments: t.Any, **named: t.Any) -> dict[str, t.Any]:
            result = super()._execute_module(*arguments, **named)
            return {**result, "seen": shown.wait(10)}

    assert Long(Connection("local")).execute()["seen"]
    assert said == ["  00:00 verifying BizTalkMgmtDb"]


@pytest.mark.parametrize("connection", [Connection("ssh"), Connection("local", become=object())])
def test_as_another_user_or_elsewhere_it_is_a_job(connection: Connection, said: list[str]) -> None:
    with pytest.raises(AssertionError, match="job"):
        Here(connection).execute()
