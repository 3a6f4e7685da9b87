# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: told
type: notification
short_description: Write down how a run of a playbook of this collection ended
version_added: 0.1.0
author:
  - The biztalk.patching contributors (@biztalk-patching)
description:
  - Writes one JSON file when the playbook has ended, with the outcome of its plan, the computers that it works on, and
    the last messages of failure.
  - M(biztalk.patching.run_groups) enables it for the runs that it starts. Nobody else needs it.
requirements:
  - To be enabled in the configuration of Ansible.
options:
  path:
    description: The file to write. Without it nothing is written.
    type: path
    env:
      - name: BIZTALK_PATCHING_TOLD
"""

import json
import operator
import typing as t
from pathlib import Path

from ansible.plugins.callback import CallbackBase

# The plan that the roles work on; its order of computers has one of two names.
_PLAN = "preflight_plan"
_ORDERS = ("install_order", "uninstall_order")
# Before ansible-core 2.19 a result has no public names for these.
_result = operator.attrgetter("_result")
_host = operator.attrgetter("_host.name")


class CallbackModule(CallbackBase):  # type: ignore[misc]  # ansible-core has no types
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "biztalk.patching.told"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._plan: dict[str, t.Any] = {}
        self._failures: dict[str, str] = {}
        self._is_new_task = True

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        self._is_new_task = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        facts = _result(result).get("ansible_facts")
        if isinstance(facts, dict) and _PLAN in facts:
            self._plan = facts[_PLAN]

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            self._failed(result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._failed(result)

    def _failed(self, result: t.Any) -> None:
        """The last task that failed counts: what a rescue has handled is followed by the failure that ends the run."""
        if self._is_new_task:
            self._is_new_task = False
            self._failures = {}
        self._failures[_host(result)] = str(_result(result).get("msg", "it failed"))

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        path = self.get_option("path")
        if path:
            told = {
                "plan": str(self._plan.get("outcome", "")),
                "computers": [str(host) for order in _ORDERS for host in self._plan.get(order, ())],
                "failures": self._failures,
            }
            Path(path).write_text(json.dumps(told), encoding="utf-8")
