# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that was interrupted: what its record changes about the plan of the run that goes on with it.

What ran before stands in the record, because it is stopped now. What has been installed is what the computers show.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._cluster import ClusteredInstance
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding
from ansible_collections.biztalk.patching.plugins.module_utils._record import has_begun_to_install

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._agents import AgentPlan
    from ansible_collections.biztalk.patching.plugins.module_utils._computer_plan import ComputerPlan, Package
    from ansible_collections.biztalk.patching.plugins.module_utils._record import Record


def resumed_computers(
    computers: t.Iterable[ComputerPlan], record: Record, packages: t.Mapping[str, t.Sequence[Package]]
) -> list[ComputerPlan]:
    """`packages` are all updates of the run by inventory host, those that are installed already among them."""
    kept = {computer["name"]: computer for computer in record["computers"]}
    return [
        _resumed(computer, kept[computer.name], record, packages[computer.host]) if computer.name in kept else computer
        for computer in computers
    ]


def resumed_agents(agents: t.Iterable[AgentPlan], record: Record) -> tuple[AgentPlan, ...]:
    ran = {agent["instance"].casefold() for agent in record["agents"] if agent["running"]}
    return tuple(
        dataclasses.replace(agent, running=bool(agent.running) or agent.instance.casefold() in ran) for agent in agents
    )


def check_record(record: Record, packages: t.Collection[Package], names: t.Collection[str]) -> t.Iterator[Finding]:
    """Whether the run that was interrupted can be finished by this one."""
    if record["operation"] == "rollback":
        yield Finding(
            "fail",
            record["id"],
            f"is a rollback that was interrupted: finish it first. {record['next']}",
            "R21",
        )
        return
    if {package["sha256"] for package in packages} != {package["sha256"] for package in record["packages"]}:
        files = ", ".join(package["file_name"] for package in record["packages"])
        yield Finding(
            "fail",
            record["id"],
            f"was interrupted while it installed {files}, and this run has other packages: finish that one with the "
            "same packages, or take it back with rollback.yml",
            "R10",
        )
    if missing := {computer["name"] for computer in record["computers"]} - set(names):
        yield Finding(
            "fail",
            record["id"],
            f"was interrupted with {', '.join(sorted(missing))} in the group, which this run does not have: run it "
            "with the same inventory",
            "R10",
        )


def _resumed(
    computer: ComputerPlan, kept: t.Mapping[str, t.Any], record: Record, packages: t.Sequence[Package]
) -> ComputerPlan:
    running = {*computer.services, *kept["services"]}
    proved = {install["kb"] for install in kept["installs"]}
    present = [package for package in packages if package not in computer.updates]
    was_to_install = {update["kb"] for update in kept["plan"]["updates"]}
    return dataclasses.replace(
        computer,
        services=tuple(name for name in computer.start_modes if name in running),
        start_modes=kept["start_modes"],
        app_pools=tuple(dict.fromkeys((*kept["plan"]["app_pools"], *computer.app_pools))),
        clustered=tuple(ClusteredInstance(**row) for row in kept["plan"]["clustered"]) or computer.clustered,
        unproved=tuple(
            package for package in present if has_begun_to_install(record) and package["kb"] in was_to_install - proved
        ),
    )
