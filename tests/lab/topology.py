# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology file: which computers, SQL Server instances, hosts and accounts the lab has, and how slow they are."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t
from dataclasses import field

import yaml
from pydantic import TypeAdapter, ValidationError

from tests.lab.sqlserver import spec
from tests.lab.strict import dataclass
from tests.lab.windows import spec as windows

if t.TYPE_CHECKING:
    from pathlib import Path

# The topology's views of SQL Server and of the computers are in files of their own.
AvailabilityGroup = spec.AvailabilityGroup
BackupJob = spec.BackupJob
Database = spec.Database
SqlServer = spec.SqlServer

Application = windows.Application
Architecture = windows.Architecture
Behaviour = windows.Behaviour
Cluster = windows.Cluster
ClusterGroup = windows.ClusterGroup
Computer = windows.Computer
CustomProcess = windows.CustomProcess
CustomService = windows.CustomService
InstallFaults = windows.InstallFaults
InstanceState = windows.InstanceState


class TopologyError(ValueError):
    """The topology file says something that the lab does not know."""


@dataclass(frozen=True)
class Management:
    instance: str
    database: str = "BizTalkMgmtDb"


@dataclass(frozen=True)
class Host:
    name: str
    type: t.Literal["in_process", "isolated"]
    # The group of resources of a failover cluster in which its instances move.
    cluster_group: str | None = None


@dataclass(frozen=True)
class Group:
    name: str
    product: str
    version: str
    language: str
    edition: str
    management: Management
    master_secret_server: str
    hosts: tuple[Host, ...]

    def host(self, name: str) -> Host:
        return next(host for host in self.hosts if host.name == name)


@dataclass(frozen=True)
class Account:
    """A Windows account; `sysadmin` is its standing on every SQL Server instance of the lab.

    With `login: false` it gets into SQL Server only through one of its Windows `groups`.
    """

    name: str
    password: str
    administrator: bool = False
    sysadmin: bool = False
    groups: tuple[str, ...] = ()
    login: bool = True


@dataclass(frozen=True)
class Delays:
    """Seconds that things take; `scaled` gives the delays that the lab lives by."""

    scale: float = 1.0
    remote_task: float = 0.0
    service_start: float = 1.5
    service_stop: float = 2.0
    session_linger: float = 3.0
    backup_database: float = 1.0
    install: float = 6.0
    restart: float = 10.0

    @property
    def scaled(self) -> Delays:
        values = {name: value * self.scale for name, value in dataclasses.asdict(self).items()}
        return Delays(**{**values, "scale": 1.0})


@dataclass(frozen=True)
class Topology:
    group: Group
    accounts: tuple[Account, ...]
    computers: tuple[Computer, ...]
    sql_servers: tuple[SqlServer, ...]
    delays: Delays = field(default_factory=Delays)
    availability_groups: tuple[AvailabilityGroup, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    # Of services on the computers of SQL Server: computer -> service -> behaviour.
    sql_behaviours: dict[str, dict[str, Behaviour]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, *, overrides: t.Mapping[str, t.Any] | None = None) -> Topology:
        """Read a topology file; `overrides` is merged over it (see `merge`).

        Raises `TopologyError` naming the place of an unknown key, a missing one or a value of the wrong type.
        """
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls.parse(merge(document, overrides or {}))

    @classmethod
    def named(cls, path: Path, prefix: str, *, overrides: t.Mapping[str, t.Any] | None = None) -> Topology:
        """The same with a prefix before the names of its computers (BTS1, SQL1, ADM1), for a group beside others."""
        text = re.sub(r"\b(BTS|SQL|ADM)(?=\d)", rf"{prefix}\1", path.read_text(encoding="utf-8"))
        return cls.parse(merge(yaml.safe_load(text), overrides or {}))

    @classmethod
    def parse(cls, document: t.Any) -> Topology:
        try:
            # As JSON, because strict validation of Python objects takes no list for a tuple.
            topology = TypeAdapter(cls).validate_json(json.dumps(document, default=str), strict=True)
        except ValidationError as error:
            places = "; ".join(
                f"{'.'.join(map(str, item['loc'])) or 'topology'}: {item['msg']}" for item in error.errors()
            )
            raise TopologyError(places) from error
        topology.check_references()
        return topology

    def account(self, name: str) -> Account | None:
        return next((account for account in self.accounts if account.name.casefold() == name.casefold()), None)

    def instance_of(self, database: str) -> str:
        """The SQL Server instance that hosts a database of the group."""
        return next(server.name for server in self.sql_servers for item in server.databases if item.name == database)

    def availability_groups_of(self, instance: str) -> tuple[AvailabilityGroup, ...]:
        return tuple(group for group in self.availability_groups if instance in group.replicas)

    def sql_server(self, name: str) -> SqlServer:
        return next(server for server in self.sql_servers if server.name == name)

    @property
    def server_names(self) -> dict[str, str]:
        """Every name under which a SQL Server is reached, in small letters, and the instance (first replica) of it."""
        names = {name.casefold(): server.name for server in self.sql_servers for name in server.names}
        return names | {group.listener.casefold(): group.replicas[0] for group in self.availability_groups}

    @property
    def databases_by_role(self) -> dict[str, tuple[Database, ...]]:
        """The group's databases by what they are for; there may be several message boxes."""
        found: dict[str, tuple[Database, ...]] = {}
        for database in (database for server in self.sql_servers for database in server.databases):
            found[database.role] = (*found.get(database.role, ()), database)
        return found

    @property
    def cluster_groups(self) -> dict[str, ClusterGroup]:
        return {group.name: group for cluster in self.clusters for group in cluster.groups}

    def nodes_of(self, instance: str) -> tuple[str, ...]:
        """The computers that a SQL Server instance may run on."""
        clustered = (group.nodes for group in self.cluster_groups.values() if group.instance == instance)
        return next(clustered, (self.sql_server(instance).computer,))

    def is_clustered(self, instance: str) -> bool:
        return any(group.instance == instance for group in self.cluster_groups.values())

    def owns(self, computer: str, instance: str) -> bool:
        return not self.is_clustered(instance) or self.nodes_of(instance)[0] == computer

    def hosts_owned_elsewhere(self, computer: str) -> list[str]:
        """The clustered hosts whose instance on this computer does not run, because another node owns the group."""
        groups = self.cluster_groups
        clustered = [host for host in self.group.hosts if host.cluster_group]
        return [host.name for host in clustered if groups[host.cluster_group or ""].nodes[0] != computer]

    def clusters_sso(self, computer: str) -> bool:
        return any(group.sso and computer in group.nodes for group in self.cluster_groups.values())

    def sso_owned_elsewhere(self, computer: str) -> bool:
        """Whether Enterprise SSO, and so what depends on it, does not run here because another node owns its group."""
        return self.clusters_sso(computer) and not any(
            group.sso and group.nodes[0] == computer for group in self.cluster_groups.values()
        )

    def _check_clusters(self) -> None:
        computers = {computer.name: computer for computer in self.computers}
        for host in self.group.hosts:
            if not host.cluster_group:
                continue
            group = self.cluster_groups.get(host.cluster_group)
            if group is None:
                raise TopologyError(f"{host.name} is in the cluster group {host.cluster_group}, which is not defined")
            for node in group.nodes:
                if node not in computers or host.name not in computers[node].host_instances:
                    raise TopologyError(f"{host.name} has no instance on {node}, a node of {group.name}")

    def check_references(self) -> None:
        hosts = {host.name for host in self.group.hosts}
        for computer in self.computers:
            if unknown := set(computer.host_instances) - hosts:
                raise TopologyError(f"{computer.name} has instances of hosts that the group lacks: {sorted(unknown)}")
        self._check_clusters()
        names = self.server_names
        if self.group.management.instance.casefold() not in names:
            raise TopologyError(f"the management database's instance {self.group.management.instance} is not defined")
        instances = {server.name for server in self.sql_servers}
        for group in self.availability_groups:
            if strange := set(group.replicas) - instances:
                raise TopologyError(f"{group.name} has replicas that are no instances of the lab: {sorted(strange)}")
        for server in self.sql_servers:
            for database in server.databases:
                if database.known_as and names.get(database.known_as.casefold()) != server.name:
                    text = f"{database.name} is on {server.name}, which nobody knows as {database.known_as}"
                    raise TopologyError(text)


def merge(document: t.Any, overrides: t.Any) -> t.Any:
    """Lay `overrides` over `document`: mappings merge, lists of named things merge by name, all else is replaced."""
    if isinstance(document, dict) and isinstance(overrides, dict):
        merged = {key: merge(document[key], overrides[key]) for key in document.keys() & overrides.keys()}
        return {**document, **overrides, **merged}
    if _named(document) and _named(overrides):
        new = {item["name"]: item for item in overrides}
        merged_items = [merge(item, new.pop(item["name"], {})) for item in document]
        return merged_items + list(new.values())
    return overrides


def _named(value: t.Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "name" in item for item in value)
