# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import types
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.action import shown
from ansible_collections.biztalk.patching.plugins.plugin_utils import _shown
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import documented, without_prose

PATIENCE = 10.0
RESULT = {"changed": True, "state": "stopped"}


class Task(types.SimpleNamespace):
    def copy(self) -> Task:
        return Task(**vars(self))


class Told:
    """What the output of the playbook says; `anything` is set with the first line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.anything = threading.Event()

    def display(self, line: str) -> None:
        self.lines.append(line)
        self.anything.set()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(_shown, "display", told)
    monkeypatch.setattr(shown, "_OFTEN", 0.01)
    return told


class Slow:
    """An action plugin that does not end before something was told."""

    def __init__(self, told: Told, task: Task) -> None:
        self.told, self.task = told, task

    def run(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        assert self.told.anything.wait(PATIENCE)
        return {**RESULT, "arguments": self.task.args, "host": task_vars["inventory_hostname"]}


def action(told: Told, *, plugin: bool) -> shown.ActionModule:
    task = Task(
        action="biztalk.patching.shown",
        args={
            "module": "ansible.windows.win_service",
            "arguments": {"name": "SQLSERVERAGENT"},
            "what": "SQLSERVERAGENT is being stopped",
            "progress_interval": 0,
        },
        async_val=0,
        check_mode=False,
        delegate_to=None,
    )

    def get(_name: str, *, task: Task, **_named: t.Any) -> Slow | None:
        return Slow(told, task) if plugin else None

    loaders = types.SimpleNamespace(action_loader=types.SimpleNamespace(get=get))
    connection = types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir="of the task"))
    made = shown.ActionModule(task, connection, None, None, None, loaders)
    # Newer releases of ansible-core have their own loaders there, whatever they are given.
    t.cast("dict[str, t.Any]", vars(made))["_shared_loader_obj"] = loaders
    return made


def test_an_action_plugin_runs_with_its_arguments_and_something_is_said_meanwhile(told: Told) -> None:
    result = action(told, plugin=True).run(task_vars={"inventory_hostname": "sql1"})
    assert result == {**RESULT, "arguments": {"name": "SQLSERVERAGENT"}, "host": "sql1"}
    assert set(told.lines) == {"  00:00 sql1: SQLSERVERAGENT is being stopped"}


def test_a_module_without_an_action_plugin_runs_as_its_own_task_would(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, t.Any]] = []

    def execute(_self: shown.ActionModule, **named: t.Any) -> dict[str, t.Any]:
        asked.append(named)
        return RESULT

    monkeypatch.setattr(shown.ActionModule, "_execute_module", execute)
    assert action(told, plugin=False).run(task_vars={}) == RESULT
    assert asked == [
        {"module_name": "ansible.windows.win_service", "module_args": {"name": "SQLSERVERAGENT"}, "task_vars": {}}
    ]


def test_the_documentation_has_the_options_of_the_action() -> None:
    assert without_prose(documented("shown")) == shown.SPEC
