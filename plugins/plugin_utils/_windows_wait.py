# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions that wait for something on a Windows computer: they run modules there and show here what is waited for.

A task with ``until`` would do the same, but could say nothing more than how many looks are left, at each of them.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.biztalk.patching.plugins.module_utils._clock import SystemClock
from ansible_collections.biztalk.patching.plugins.module_utils._waiting import Patience
from ansible_collections.biztalk.patching.plugins.plugin_utils._shown import INTERVAL, Shown

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock

PATIENCE: dict[str, t.Any] = {
    "timeout": {"type": "int", "required": True},
    "interval": {"type": "int", "default": 2},
    "progress_interval": {"type": "int", "default": INTERVAL},
}


class WindowsWait(ActionBase):  # type: ignore[misc]  # ansible-core has no types
    """`spec` has the options that the action has beside those for its patience."""

    spec: t.ClassVar[dict[str, t.Any]] = {}
    clock: Clock = SystemClock()

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=PATIENCE | self.spec)
        host = self._task.delegate_to or (task_vars or {}).get("inventory_hostname", "")
        began = self.clock.now()
        found = self.wait(options, Shown(options["progress_interval"], host, self.clock), task_vars or {})
        # A look says of itself what it was asked for, which was not what this task was asked for.
        found.pop("invocation", None)
        return {**found, "changed": False, "waited": round(self.clock.now() - began)}

    def wait(self, options: dict[str, t.Any], shown: Shown, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        raise NotImplementedError

    def remote(self, module: str, arguments: dict[str, t.Any], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        return t.cast(
            "dict[str, t.Any]",
            self._execute_module(module_name=module, module_args=arguments, task_vars=task_vars),
        )


def patience_of(options: dict[str, t.Any]) -> Patience:
    return Patience(options["timeout"], options["interval"], options.get("reconnect_timeout", 0))
