# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.plugin_utils._watched_action import WatchedAction

# The default of the module's option progress_interval.
INTERVAL = 20


class ActionModule(WatchedAction):
    """Runs the module of the same name, and shows what it is at while it runs."""

    def _execute(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        interval = self._interval()
        # What runs asynchronously already has nobody who waits for it here.
        if interval <= 0 or self._task.check_mode or self._task.async_val:
            return super()._execute(task_vars)
        return self.watched(interval, task_vars)

    def _interval(self) -> float:
        try:
            return float(self._task.args.get("progress_interval", INTERVAL))
        except (TypeError, ValueError):
            # The module itself has the words for a wrong value.
            return 0
