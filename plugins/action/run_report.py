# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.biztalk.patching.plugins.module_utils._record_store import Store
from ansible_collections.biztalk.patching.plugins.module_utils._report_files import (
    NoRunError,
    newest_run,
    report_folder,
    write_report,
)
from ansible_collections.biztalk.patching.plugins.plugin_utils._report_page import page

_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["begun", "written"], "required": True},
    "folder": {"type": "path", "required": True},
    "report_folder": {"type": "path", "default": ""},
    "server": {"type": "str", "required": True},
    "database": {"type": "str", "required": True},
    "operation": {"type": "str", "choices": ["patch", "rollback"], "default": "patch"},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core has no types
    """All of it happens on the controller itself, where the journals lie."""

    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=_SPEC)
        store = Store(options["folder"], server=options["server"], database=options["database"])
        if options["state"] == "begun":
            # The callback plugin beside the playbooks takes it from this result.
            return {"changed": False, **options, "folder": str(store.folder)}
        try:
            source = newest_run(store.folder)
            files = write_report(source, page, report_folder(source, options["report_folder"]))
        except (OSError, NoRunError) as error:
            raise AnsibleActionFail(f"The report could not be made: {error}") from error
        return {
            "changed": True,
            "html": str(files.html),
            "json": str(files.json),
            "summary": {**files.report.data["summary"], "html": str(files.html), "json": str(files.json)},
        }
