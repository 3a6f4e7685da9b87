# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that turns what was seen of a BizTalk group into a plan."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
from ansible_collections.biztalk.patching.plugins.module_utils._plan import make_plan
from ansible_collections.biztalk.patching.plugins.module_utils._plan_lines import plan_lines
from ansible_collections.biztalk.patching.plugins.module_utils._services import (
    ServiceNameError,
    hold_command,
    release_command,
    start_command,
)


def patch_plan(
    computers: t.Mapping[str, t.Mapping[str, t.Any]],
    *,
    group: t.Mapping[str, t.Any],
    packages: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]],
    sql_hosts: t.Mapping[str, str],
    installer: t.Mapping[str, t.Any],
    mode: t.Literal["outage", "rolling"] = "outage",
    close_applications: bool = False,
    stop_iis: str = "auto",
    stop_services: t.Sequence[str] = (),
    accept_stopped_group: bool = False,
    agent: str = "managed",
    stage_folder: str = r"C:\ProgramData\BizTalkPatching",
    minimum_free_space: int = 1024,
    settings: t.Sequence[str] = (),
    known_settings: t.Sequence[str] = (),
    stop_processes: t.Sequence[str] = (),
    app_pools: t.Sequence[str] = (),
    cluster_resources: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]] | None = None,
    record: dict[str, t.Any] | None = None,
    install_seconds: int = 300,
    backup_seconds: float | None = None,
) -> dict[str, t.Any]:
    for what, names in (("services", stop_services), ("processes", stop_processes), ("application pools", app_pools)):
        if isinstance(names, str):
            raise AnsibleFilterError(f"the {what} to stop must be a list of names, but are the string {names!r}")
    snapshots = {host: _snapshot(host, raw) for host, raw in computers.items()}
    for host, snapshot in snapshots.items():
        if snapshot.architecture not in packages:
            raise AnsibleFilterError(
                f"no package is given for {host}, which is {snapshot.architecture}: choose one with package_select"
            )
    options = Options(
        mode=mode,
        close_applications=close_applications,
        stop_iis=stop_iis,
        stop_services=tuple(stop_services),
        stop_processes=tuple(stop_processes),
        app_pools=tuple(app_pools),
        accept_stopped_group=accept_stopped_group,
        agent=agent,
        stage_folder=stage_folder,
        minimum_free_space=minimum_free_space,
        settings=tuple(settings),
        known_settings=tuple(known_settings),
        install_seconds=install_seconds,
        backup_seconds=backup_seconds,
    )
    plan = make_plan(
        snapshots,
        group=group,
        packages=packages,
        sql_hosts=sql_hosts,
        installer=installer,
        options=options,
        cluster_resources=cluster_resources,
        record=record,
    )
    return plan.as_result() | {"lines": list(plan_lines(plan, options))}


def service_start_command(names: t.Sequence[str]) -> str:
    return _command(start_command, names)


def service_hold_command(start_modes: t.Mapping[str, str]) -> str:
    return _command(hold_command, start_modes)


def service_release_command(start_modes: t.Mapping[str, str]) -> str:
    return _command(release_command, start_modes)


def _command(make: t.Callable[[t.Any], str], argument: t.Any) -> str:
    try:
        return make(argument)
    except ServiceNameError as error:
        raise AnsibleFilterError(str(error)) from error


def _snapshot(host: str, raw: t.Mapping[str, t.Any]) -> Snapshot:
    try:
        return Snapshot.parse(raw)
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(
            f"the snapshot of {host} is not one that the role biztalk.patching.preflight takes: {error!r}"
        ) from error


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "patch_plan": patch_plan,
            "service_start_command": service_start_command,
            "service_hold_command": service_hold_command,
            "service_release_command": service_release_command,
        }
