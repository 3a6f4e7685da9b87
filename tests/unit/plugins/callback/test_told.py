# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import types
import typing as t

from ansible_collections.biztalk.patching.plugins.callback.told import CallbackModule

if t.TYPE_CHECKING:
    from pathlib import Path


class Callback(CallbackModule):
    """With its one option set."""

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self.path = path

    def get_option(self, _name: str, *_arguments: t.Any) -> str | None:
        return str(self.path) if self.path else None

    def task(self, *results: dict[str, t.Any]) -> None:
        """Run a task with a result for each host."""
        self.v2_playbook_on_task_start(None, False)
        for number, result in enumerate(results, 1):
            told = types.SimpleNamespace(_host=types.SimpleNamespace(name=f"bts{number}"), _result=result)
            if result.get("unreachable"):
                self.v2_runner_on_unreachable(told)
            elif result.get("failed"):
                self.v2_runner_on_failed(told, ignore_errors=result.get("ignored", False))
            else:
                self.v2_runner_on_ok(told)


def failed(msg: str, **more: t.Any) -> dict[str, t.Any]:
    return {"failed": True, "msg": msg, **more}


def told(callback: Callback) -> dict[str, t.Any]:
    callback.v2_playbook_on_stats(None)
    assert callback.path
    found: dict[str, t.Any] = json.loads(callback.path.read_text(encoding="utf-8"))
    return found


def test_the_plan_and_the_last_failures_are_told(tmp_path: Path) -> None:
    callback = Callback(tmp_path / "told.json")
    callback.task({"ansible_facts": {"preflight_plan": {"outcome": "outage", "install_order": ["bts1", "bts2"]}}})
    callback.task({"ansible_facts": {"other": 1}})
    callback.task({}, {}, failed("what a rescue handled"))
    callback.task(failed("exit code 1603"), {"unreachable": True, "msg": "no answer"})
    callback.task(failed("not of interest", ignored=True))
    assert told(callback) == {
        "plan": "outage",
        "computers": ["bts1", "bts2"],
        "failures": {"bts1": "exit code 1603", "bts2": "no answer"},
    }


def test_a_rollback_has_its_own_order(tmp_path: Path) -> None:
    callback = Callback(tmp_path / "told.json")
    callback.task({"ansible_facts": {"preflight_plan": {"outcome": "restore", "uninstall_order": ["bts2", "bts1"]}}})
    assert told(callback) == {"plan": "restore", "computers": ["bts2", "bts1"], "failures": {}}


def test_a_failure_without_a_message_is_a_failure(tmp_path: Path) -> None:
    callback = Callback(tmp_path / "told.json")
    callback.task({"failed": True})
    assert told(callback)["failures"] == {"bts1": "it failed"}


def test_without_a_path_nothing_is_written() -> None:
    Callback(None).v2_playbook_on_stats(None)
