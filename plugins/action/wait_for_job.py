# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._waiting import LostError, wait_for_job
from ansible_collections.biztalk.patching.plugins.plugin_utils._windows_wait import WindowsWait, patience_of

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.plugin_utils._shown import Shown


class ActionModule(WindowsWait):
    """Asks for the outcome of an asynchronous task until there is one, whatever becomes of the connection meanwhile."""

    spec: t.ClassVar[dict[str, t.Any]] = {
        "job": {"type": "str", "required": True},
        "what": {"type": "str", "required": True},
        "reconnect_timeout": {"type": "int", "default": 300},
    }

    def wait(self, options: dict[str, t.Any], shown: Shown, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        found = wait_for_job(
            lambda: self.ask(options["job"], task_vars),
            options["what"],
            patience=patience_of(options),
            clock=self.clock,
            say=shown.seldom,
        )
        return {"ansible_job_id": options["job"], **found}

    def ask(self, job: str, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Raises `LostError` for whatever the connection raises, whose kinds differ by its plugin and by the moment."""
        try:
            folder = self._remote_expand_user(self.get_shell_option("async_dir", default="~/.ansible_async"))
            return self.remote("ansible.legacy.async_status", {"jid": job, "_async_dir": folder}, task_vars)
        except Exception as error:
            self._forget_connection()
            raise LostError(str(error)) from error

    def _forget_connection(self) -> None:
        try:
            self._connection.reset()
        except Exception:
            # It cannot be made again yet; the next question tries to.
            return
