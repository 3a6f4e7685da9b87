# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.biztalk.patching.plugins.module_utils._record import RecordError, serialise
from ansible_collections.biztalk.patching.plugins.module_utils._record_keeper import (
    OtherRunError,
    as_result,
    begun,
    begun_rollback,
    find,
    kept,
    look,
)
from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import advance, with_computer
from ansible_collections.biztalk.patching.plugins.module_utils._record_store import Store, owner_of_this_run
from ansible_collections.biztalk.patching.plugins.module_utils._setup_log import setup_log_text

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._record import Record

_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["read", "shown", "begun", "written", "logged"], "required": True},
    "folder": {"type": "path", "required": True},
    "server": {"type": "str", "required": True},
    "database": {"type": "str", "required": True},
    "copies": {"type": "dict", "default": {}},
    "take_over": {"type": "str", "default": ""},
    "plan": {"type": "dict"},
    "packages": {"type": "list", "elements": "dict"},
    "operation": {"type": "str", "choices": ["patch", "rollback"]},
    "step": {"type": "str"},
    "backup_set": {"type": "dict"},
    "host": {"type": "str"},
    "installs": {"type": "list", "elements": "dict", "default": []},
    "uninstalled": {"type": "list", "elements": "str", "default": []},
    "log": {"type": "str"},
    "log_name": {"type": "str"},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core has no types
    """All of it happens on the controller itself, whose process the run belongs to."""

    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(
            argument_spec=_SPEC,
            required_if=[("state", "begun", ("plan", "packages")), ("state", "logged", ("host", "log", "log_name"))],
        )
        store = Store(options["folder"], server=options["server"], database=options["database"])
        try:
            if options["state"] == "read":
                return self._read(store, options)
            if options["state"] == "shown":
                return _shown(store, options)
            if options["state"] == "logged":
                return self._logged(store, options)
            record = _begun(store, options) if options["state"] == "begun" else _written(store, options)
            self._write(store, record)
        except OtherRunError as error:
            raise AnsibleActionFail(str(error)) from error
        except (OSError, RecordError) as error:
            raise AnsibleActionFail(f"The run record in {store.folder} on the controller: {error}") from error
        return {"changed": True, "folder": str(store.folder), **as_result(record)}

    def _read(self, store: Store, options: dict[str, t.Any]) -> dict[str, t.Any]:
        own = store.read()
        found = find(own, options["copies"], options["take_over"])
        result = {
            "changed": False,
            "folder": str(store.folder),
            "open": found.open,
            "lock": found.locked,
            "problems": found.problems,
        }
        if found.record is None:
            return {**result, "record": None}
        if serialise(found.record) != own:
            self._write(store, found.record)
        return {**result, **as_result(found.record)}

    def _logged(self, store: Store, options: dict[str, t.Any]) -> dict[str, t.Any]:
        name = f"{kept(store)['id']}-{options['host']}-{options['log_name']}.log"
        if not self._task.check_mode:
            store.keep_log(name, setup_log_text(options["log"]))
        return {"changed": True, "path": str(store.log_path(name))}

    def _write(self, store: Store, record: Record) -> None:
        if not self._task.check_mode:
            store.write(serialise(record), record["id"])


def _shown(store: Store, options: dict[str, t.Any]) -> dict[str, t.Any]:
    found = look(store.read(), options["copies"])
    return {
        "changed": False,
        "record": found.record,
        "open": found.open,
        "lock": found.locked,
        "claims": found.claims,
        "owner": found.owner,
        "problems": found.problems,
    }


def _begun(store: Store, options: dict[str, t.Any]) -> Record:
    plan, group = options["plan"], {"server": options["server"], "database": options["database"]}
    # An action runs in a process of its own, a child of ansible-playbook.
    owner = owner_of_this_run(os.getppid())
    if options["operation"] == "rollback":
        return begun_rollback(store, plan=plan, group=group, owner=owner, now=_now())
    return begun(store, plan=plan, packages=options["packages"], group=group, owner=owner, now=_now())


def _written(store: Store, options: dict[str, t.Any]) -> Record:
    record = kept(store)
    if options["host"]:
        record = with_computer(
            record, options["host"], installs=options["installs"], uninstalled=options["uninstalled"]
        )
    return advance(
        record,
        now=_now(),
        operation=options["operation"],
        step=options["step"],
        backup_set=options["backup_set"],
    )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
