# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an update means for one computer: what is stopped there, and what is installed."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._builds import shown
from ansible_collections.biztalk.patching.plugins.module_utils._services import services_down

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._cluster import ClusteredInstance
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
    from ansible_collections.biztalk.patching.plugins.module_utils._open_programs import Program
    from ansible_collections.biztalk.patching.plugins.module_utils._options import Options

Package = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class ComputerPlan:
    """`updates` are the packages to install here in order, as `package_select` chose them for the architecture.

    `services` are those to stop, in the order in which they start again. `start_modes` has them too, and those that are
    stopped already and have to stay so: by service how it starts, as `win_service_info` calls it. `unproved` are
    updates that a run which was interrupted has installed without looking at their setup logs. `installed` are the
    product and its own updates as they are there now, with their builds.
    """

    host: str
    name: str
    updates: tuple[Package, ...]
    services: tuple[str, ...]
    start_modes: t.Mapping[str, str]
    applications: tuple[Program, ...]
    custom_programs: tuple[Program, ...] = ()
    app_pools: tuple[str, ...] = ()
    clustered: tuple[ClusteredInstance, ...] = ()
    unproved: tuple[Package, ...] = ()
    installed: tuple[str, ...] = ()

    @property
    def install(self) -> bool:
        return bool(self.updates or self.unproved)

    def as_result(self) -> dict[str, t.Any]:
        # Not asdict(): it copies each dictionary as its own type, which those of a playbook refuse.
        return {
            "host": self.host,
            "name": self.name,
            "updates": list(self.updates),
            "unproved": list(self.unproved),
            "installed": list(self.installed),
            "install": self.install,
            "services": list(self.services),
            "start_modes": dict(self.start_modes),
            "applications": [dataclasses.asdict(program) for program in self.applications],
            "custom_programs": [dataclasses.asdict(program) for program in self.custom_programs],
            "app_pools": list(self.app_pools),
            "clustered": [dataclasses.asdict(instance) for instance in self.clustered],
        }


def plan_computer(
    host: str,
    snapshot: Snapshot,
    packages: t.Sequence[Package],
    isolated: t.Container[str],
    options: Options,
    clustered: tuple[ClusteredInstance, ...],
) -> ComputerPlan:
    iis = options.stop_iis == "always" or (options.stop_iis == "auto" and snapshot.name in isolated)
    down = services_down(
        snapshot.services,
        iis=iis,
        also=options.stop_services,
        clustered=[instance.service for instance in clustered],
    )
    pools = {name.casefold() for name in options.app_pools} if options.stop_iis == "app_pools" else set()
    return ComputerPlan(
        host=host,
        name=snapshot.name,
        updates=snapshot.lacking(packages),
        services=tuple(service.name for service in down if not service.stopped),
        start_modes={service.name: service.start_mode for service in down},
        applications=snapshot.applications,
        custom_programs=snapshot.custom_programs,
        app_pools=tuple(
            name for name, state in snapshot.app_pools.items() if name.casefold() in pools and state == "Started"
        ),
        clustered=clustered,
        installed=tuple(_installed(snapshot)),
    )


def _installed(snapshot: Snapshot) -> t.Iterator[str]:
    if snapshot.product:
        yield f"{snapshot.product.name}, {snapshot.product.version}"
    for update in snapshot.biztalk_updates:
        yield f"{update.name}, {shown(update.build)}" if update.build else update.name
