# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that turns what was seen of a BizTalk group into a plan."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
from ansible_collections.biztalk.patching.plugins.module_utils._plan import Options, make_plan
from ansible_collections.biztalk.patching.plugins.module_utils._services import ServiceNameError, start_command


def patch_plan(
    computers: t.Mapping[str, t.Mapping[str, t.Any]],
    *,
    group: t.Mapping[str, t.Any],
    packages: t.Mapping[str, t.Mapping[str, t.Any]],
    sql_hosts: t.Mapping[str, str],
    installer: t.Mapping[str, t.Any],
    close_applications: bool = False,
    stop_iis: str = "auto",
    stop_services: t.Sequence[str] = (),
    accept_stopped_group: bool = False,
    agent: str = "managed",
) -> dict[str, t.Any]:
    if isinstance(stop_services, str):
        raise AnsibleFilterError(f"the services to stop must be a list of names, but are the string {stop_services!r}")
    snapshots = {host: _snapshot(host, raw) for host, raw in computers.items()}
    for host, snapshot in snapshots.items():
        if snapshot.architecture not in packages:
            raise AnsibleFilterError(
                f"no package is given for {host}, which is {snapshot.architecture}: choose one with package_select"
            )
    options = Options(close_applications, stop_iis, tuple(stop_services), accept_stopped_group, agent)
    plan = make_plan(
        snapshots, group=group, packages=packages, sql_hosts=sql_hosts, installer=installer, options=options
    )
    return plan.as_result()


def service_start_command(names: t.Sequence[str]) -> str:
    try:
        return start_command(names)
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
        return {"patch_plan": patch_plan, "service_start_command": service_start_command}
