# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a clustered instance tells of the failover cluster that it runs in: its nodes, and which one it is on."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.runner import Runner

Rows = t.Iterator[tuple[t.Any, ...]]
UP, DOWN = (0, "up"), (1, "down")


def is_clustered(instance: SqlServerInstance) -> bool:
    return instance.world.topology.is_clustered(instance.name)


def machine_name(instance: SqlServerInstance) -> str:
    """A clustered instance has a network name of its own, which moves with it."""
    return instance.name.partition("\\")[0] if is_clustered(instance) else instance.spec.computer


def current_node(instance: SqlServerInstance) -> str:
    """The computer that the instance runs on now."""
    groups = instance.world.topology.cluster_groups
    own = [group.name for group in groups.values() if group.instance == instance.name]
    clusters = [computer.cluster for computer in instance.world.computers.values() if computer.cluster]
    owners = (group.owner.name for cluster in clusters for group in cluster.groups if group.name in own)
    return next(owners, instance.world.topology.nodes_of(instance.name)[0])


def nodes(instance: SqlServerInstance, runner: Runner) -> Rows:
    """No row for an instance that is not clustered."""
    if not is_clustered(instance):
        return
    computers = instance.world.computers
    for node in instance.world.topology.nodes_of(instance.name):
        up = node not in computers or computers[node].power.up
        yield (node, *(UP if up else DOWN), int(node == current_node(instance)))
