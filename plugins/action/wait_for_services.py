# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._waiting import wait_for_services
from ansible_collections.biztalk.patching.plugins.plugin_utils._windows_wait import WindowsWait, patience_of

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.plugin_utils._shown import Shown


class ActionModule(WindowsWait):
    """Looks at the services of a Windows computer until none of those named is on its way."""

    spec: t.ClassVar[dict[str, t.Any]] = {"names": {"type": "list", "elements": "str", "required": True}}

    def wait(self, options: dict[str, t.Any], shown: Shown, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        return wait_for_services(
            lambda: self.remote("ansible.windows.win_service_info", {}, task_vars),
            options["names"],
            patience=patience_of(options),
            clock=self.clock,
            say=shown.seldom,
        )
