# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that find what a rollback takes back, and plan how."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
from ansible_collections.biztalk.patching.plugins.module_utils._registry import Registry
from ansible_collections.biztalk.patching.plugins.module_utils._rollback import Uninstall
from ansible_collections.biztalk.patching.plugins.module_utils._rollback_lines import loss, rollback_lines
from ansible_collections.biztalk.patching.plugins.module_utils._rollback_plan import make_rollback
from ansible_collections.biztalk.patching.plugins.module_utils._rollback_scope import (
    Scope,
    ScopeError,
    choose,
    entries,
)
from ansible_collections.biztalk.patching.plugins.module_utils._uninstall import uninstall_command

Raw = t.Mapping[str, t.Any]


def rollback_scope(
    computers: t.Mapping[str, Raw],
    *,
    record: dict[str, t.Any] | None = None,
    kb_numbers: t.Sequence[t.Any] = (),
    assume_sql: str = "",
    packages: t.Sequence[Raw] = (),
    backup_set: dict[str, t.Any] | None = None,
) -> dict[str, t.Any]:
    if isinstance(kb_numbers, str):
        raise AnsibleFilterError(f"biztalk_rollback_kb must be a list of KB numbers, but is the string {kb_numbers!r}")
    try:
        scope = choose(
            record,
            kb_numbers=[str(number) for number in kb_numbers],
            assume_sql=assume_sql,
            package_sql={package["kb"]: package["has_sql"] for package in packages},
            backup_set=backup_set,
        )
    except ScopeError as error:
        raise AnsibleFilterError(str(error)) from error
    return {
        "scope": {
            "run": scope.run,
            "confirm": scope.confirm,
            "kb_numbers": list(scope.kb_numbers),
            "has_sql": scope.has_sql,
            "sql_assumed": scope.sql_assumed,
            "backup_set": scope.backup_set,
            "record": scope.record,
            "nothing": scope.nothing,
        },
        "restores": scope.restores and not scope.nothing,
        "entries": {host: _entries(scope, raw) for host, raw in computers.items()},
    }


def rollback_plan(
    computers: t.Mapping[str, Raw],
    *,
    scope: Raw,
    entries: t.Mapping[str, t.Sequence[Raw]],
    group: Raw | None,
    sql_hosts: t.Mapping[str, str],
    restored: t.Sequence[Raw] = (),
    cluster_resources: t.Mapping[str, t.Sequence[Raw]] | None = None,
    uninstall_arguments: t.Sequence[str] = ("/quiet",),
    stage_folder: str = r"C:\ProgramData\BizTalkPatching",
    close_applications: bool = False,
    stop_iis: str = "auto",
    stop_services: t.Sequence[str] = (),
    stop_processes: t.Sequence[str] = (),
    app_pools: t.Sequence[str] = (),
    accept_stopped_group: bool = False,
    agent: str = "managed",
    settings: t.Sequence[str] = (),
    known_settings: t.Sequence[str] = (),
    own_set: bool = False,
    came_back: t.Mapping[str, t.Sequence[str]] | None = None,
) -> dict[str, t.Any]:
    chosen = Scope(**{**scope, "kb_numbers": tuple(scope["kb_numbers"])})
    rollback = make_rollback(
        {host: Snapshot.parse(raw) for host, raw in computers.items()},
        scope=chosen,
        uninstalls={
            host: [_uninstall(entry, stage_folder, uninstall_arguments) for entry in found]
            for host, found in entries.items()
        },
        group=group,
        sql_hosts=sql_hosts,
        options=Options(
            close_applications=close_applications,
            stop_iis=stop_iis,
            stop_services=tuple(stop_services),
            stop_processes=tuple(stop_processes),
            app_pools=tuple(app_pools),
            accept_stopped_group=accept_stopped_group,
            agent=agent,
            settings=tuple(settings),
            known_settings=tuple(known_settings),
        ),
        cluster_resources=cluster_resources or {},
        own_set=own_set,
        came_back=came_back,
    )
    return rollback.as_result() | {"lines": list(rollback_lines(rollback, restored)), "loss": loss(chosen, restored)}


def _entries(scope: Scope, raw: Raw) -> list[dict[str, str]]:
    """The Uninstall entries to take away, each with the path of its registry key."""
    found = [] if scope.nothing else entries(scope, Snapshot.parse(raw))
    registry = Registry.parse(raw["registry"])
    return [{"kb": kb, "entry": name, "path": path} for kb, name in found for path in registry.paths(name)]


def _uninstall(entry: Raw, folder: str, silently: t.Sequence[str]) -> Uninstall:
    """`entry` is the result of `win_reg_stat` for an item of the filter `rollback_scope`."""
    item = entry["item"]
    values = {name: str(value["value"]) for name, value in (entry.get("properties") or {}).items()}
    log = f"{folder}\\uninstall-KB{item['kb']}.log"
    command = uninstall_command(item["entry"], values, log=log, silently=silently)
    return Uninstall(item["kb"], item["entry"], item["path"], command)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"rollback_scope": rollback_scope, "rollback_plan": rollback_plan}
