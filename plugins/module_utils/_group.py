# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A BizTalk group as its management database describes it: values only, no connection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._agent_job import Job
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row

# adm_Host.HostType
HOST_TYPES: t.Final = {1: "in_process", 2: "isolated"}
# adm_HostInstance.ConfigurationState of an installed instance
INSTALLED: t.Final = 1
# adm_OtherBackupDatabases.DefaultDatabaseName of the single sign-on database, as dbo.sp_IsSSODB knows it
SSO_DEFAULT_NAME: t.Final = "SSO"


def same_name(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def same_computer(one: str, other: str) -> bool:
    """A computer may be written with its NetBIOS or its DNS name."""
    return bool(one.strip()) and same_name(one.partition(".")[0], other.partition(".")[0])


def _cluster_group(row: Row) -> str | None:
    """A clustered host names the resource group of the Windows cluster that its instances move in."""
    return (row["cluster_group"] or "").strip() or None


@dataclass(frozen=True)
class Host:
    name: str
    type: str
    tracking: bool
    clustered: bool
    cluster_group: str | None

    @classmethod
    def parse(cls, row: Row) -> Host:
        return cls(
            name=row["name"],
            type=HOST_TYPES.get(row["host_type"], "unknown"),
            tracking=bool(row["host_tracking"]),
            clustered=_cluster_group(row) is not None,
            cluster_group=_cluster_group(row),
        )


@dataclass(frozen=True)
class HostInstance:
    name: str
    server: str
    host: str
    type: str
    disabled: bool
    configured: bool
    clustered: bool

    @classmethod
    def parse(cls, row: Row) -> HostInstance:
        return cls(
            name=row["name"],
            server=row["server_name"],
            host=row["host_name"],
            type=HOST_TYPES.get(row["host_type"], "unknown"),
            disabled=bool(row["disabled"]),
            configured=row["configuration_state"] == INSTALLED,
            clustered=_cluster_group(row) is not None,
        )

    @property
    def service_name(self) -> str | None:
        """An isolated host has no Windows service: it lives inside IIS or a custom process."""
        return f"BTSSvc${self.host}" if self.type == "in_process" else None


@dataclass(frozen=True)
class PlacedDatabase:
    """A database with the server's name as the group writes it."""

    server: str
    name: str
    role: str


@dataclass(frozen=True)
class Replica:
    """What an instance holds of a database in an Availability Group; ``role`` is ``primary`` or ``secondary``."""

    availability_group: str
    role: str


@dataclass(frozen=True)
class Database:
    """A database on an instance that has told its own name (``instance``), whatever alias the group uses for it."""

    name: str
    server: str
    instance: str
    role: str
    backed_up: bool
    availability_group: str | None = None
    replica_role: str | None = None


@dataclass(frozen=True)
class SqlInstance:
    """``server`` is the name to connect by, ``name`` the instance's own."""

    name: str
    server: str
    version: str | None
    sysadmin: bool | None
    agent_running: bool | None
    writable: bool = True
    login: str = ""
    # Every name that the group has for it.
    known_as: tuple[str, ...] = ()
    # What follows is known from _whereabouts.py only.
    role: str | None = None
    availability_groups: tuple[str, ...] = ()
    clustered: bool = False
    physical_computer: str | None = None
    cluster_nodes: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True)
class DatabaseVersion:
    name: str
    database: str
    product: str
    language: str

    @classmethod
    def parse(cls, row: Row) -> DatabaseVersion:
        def version(of: str) -> str:
            return ".".join(str(row[f"{of}_{part}"]) for part in ("major", "minor", "build", "revision"))

        return cls(row["name"], version("database"), version("product"), row["language"])


@dataclass(frozen=True)
class Group:
    name: str
    management_server: str
    management_database: str
    sso_server: str
    servers: tuple[str, ...]
    hosts: tuple[Host, ...]
    host_instances: tuple[HostInstance, ...]
    databases: tuple[Database, ...]
    instances: tuple[SqlInstance, ...]
    backup_job: Job
    versions: tuple[DatabaseVersion, ...]
    cumulative_updates: tuple[Row, ...]

    @property
    def sso_database(self) -> Database | None:
        return next((database for database in self.databases if database.role == "sso"), None)

    @property
    def sso_backed_up(self) -> bool:
        return self.sso_database is not None and self.sso_database.backed_up

    @property
    def management_instance(self) -> SqlInstance:
        return next(instance for instance in self.instances if same_name(instance.name, self.management_server))

    def databases_of(self, instance: SqlInstance) -> list[Database]:
        return [database for database in self.databases if same_name(database.instance, instance.name)]


def placed_databases(group: Row, message_boxes: t.Sequence[Row], others: t.Sequence[Row]) -> list[PlacedDatabase]:
    """The group's databases but for the management database itself, each with what it is for."""
    found = [
        PlacedDatabase(group[f"{role}_server"] or "", group[f"{role}_database"] or "", role)
        for role in ("tracking", "rule_engine", "bam")
    ]
    found += [
        PlacedDatabase(row["server_name"] or "", row["database_name"] or "", "message_box") for row in message_boxes
    ]
    found += [PlacedDatabase(row["server_name"] or "", row["database_name"] or "", _other_role(row)) for row in others]
    return [database for database in found if database.server.strip() and database.name.strip()]


def _other_role(row: Row) -> str:
    if same_name(row["default_name"] or "", SSO_DEFAULT_NAME):
        return "sso"
    # BAM's alert databases come in through this table too; only their names tell.
    return "bam" if (row["database_name"] or "").casefold().startswith("bam") else "other"
