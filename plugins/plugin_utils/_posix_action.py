# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why the modules of this collection have action plugins: they are Python, and a Windows computer cannot run Python.

Ansible itself would send the file there all the same, and PowerShell's answer would tell nobody what is wrong.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class PosixAction(ActionBase):  # type: ignore[misc]  # ansible-core has no types
    _supports_async = True

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        # A connection to Windows looks for PowerShell modules first.
        if ".ps1" in self._connection.module_implementation_preferences:
            host = self._task.delegate_to or (task_vars or {}).get("inventory_hostname", "this host")
            raise AnsibleActionFail(
                f"{self._task.action} was about to run on {host}, which is a Windows computer, but it runs on Linux or"
                " macOS only. Add 'delegate_to: localhost' to the task (or a Linux jump host), and 'run_once: true' in"
                " a play over several computers"
            )
        result.update(self._execute(task_vars or {}))
        return t.cast("dict[str, t.Any]", result)

    def _execute(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        return t.cast(
            "dict[str, t.Any]", self._execute_module(task_vars=task_vars, wrap_async=bool(self._task.async_val))
        )
