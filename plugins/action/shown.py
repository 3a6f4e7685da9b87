# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.biztalk.patching.plugins.module_utils._progress import meanwhile
from ansible_collections.biztalk.patching.plugins.plugin_utils._shown import INTERVAL, Shown

SPEC: dict[str, t.Any] = {
    "module": {"type": "str", "required": True},
    "arguments": {"type": "dict", "default": {}},
    "what": {"type": "str", "required": True},
    "progress_interval": {"type": "int", "default": INTERVAL},
}
# Seconds between two thoughts of saying something.
_OFTEN = 1.0


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core has no types
    """Runs another module, or its action plugin, on the host of the task, and says now and then what goes on."""

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=SPEC)
        host = self._task.delegate_to or (task_vars or {}).get("inventory_hostname", "")
        shown = Shown(options["progress_interval"], host)
        with meanwhile(lambda: shown.seldom(options["what"]), _OFTEN):
            return self._run(options["module"], options["arguments"], task_vars or {})

    def _run(self, name: str, arguments: dict[str, t.Any], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        task = self._task.copy()
        task.args = arguments
        plugin = self._shared_loader_obj.action_loader.get(
            name,
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        if plugin is not None:
            return t.cast("dict[str, t.Any]", plugin.run(task_vars=task_vars))
        return t.cast(
            "dict[str, t.Any]", self._execute_module(module_name=name, module_args=arguments, task_vars=task_vars)
        )
