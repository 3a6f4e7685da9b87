# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates the databases of an instance and fills them from the topology."""

from __future__ import annotations

import typing as t
import uuid

from tests.lab.sqlserver import clock, schema
from tests.lab.sqlserver.catalog import SYSTEM_DATABASES
from tests.lab.sqlserver.clock import stamp
from tests.lab.sqlserver.store import Table, literal, quoted, words

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.topology import Database, Topology

HOST_TYPES = {"in_process": 1, "isolated": 2}
MAPPED = -1
INSTALLED = 1
BIZTALK_ROLES = ("management", "message_box", "tracking", "rule_engine", "bam")
# The names under which BizTalk's databases register themselves; only the first one is found in public code.
REGISTERED = {"management": "Management DB"}
CU_TABLE_SINCE = ("2016", "2020")


def create_databases(instance: SqlServerInstance) -> None:
    store = instance.store
    for name in (*SYSTEM_DATABASES, *(database.name for database in instance.databases)):
        store.create_database(name)
    _create_tables(instance, "msdb", schema.MSDB)
    for database in instance.databases:
        if database.role in BIZTALK_ROLES:
            _create_tables(instance, database.name, schema.VERSIONS)
            _register(instance, database)
        if database.role == "management":
            _create_management(instance, database.name)


def _create_tables(instance: SqlServerInstance, database: str, tables: dict[str, schema.Columns]) -> None:
    for name, columns in tables.items():
        instance.store.create_table(Table(database, "dbo", name, columns))


def _register(instance: SqlServerInstance, database: Database) -> None:
    group = instance.world.topology.group
    if database.role not in REGISTERED:
        return
    major, minor, build, revision = (int(part) for part in group.version.split("."))
    instance.store.insert(
        f"{database.name}.dbo.BizTalkDBVersion",
        BizTalkDBName=REGISTERED[database.role],
        DatabaseMajor=major,
        DatabaseMinor=minor,
        DatabaseBuildNumber=0,
        DatabaseRevision=0,
        ProductMajor=major,
        ProductMinor=minor,
        ProductBuildNumber=build,
        ProductRevision=revision,
        ProductLanguage=group.language,
        Description="",
        Modified=stamp(clock.days_ago(400)),
    )


def _create_management(instance: SqlServerInstance, database: str) -> None:
    topology = instance.world.topology
    _create_tables(instance, database, schema.MANAGEMENT)
    if any(year in topology.group.product for year in CU_TABLE_SINCE):
        _create_tables(instance, database, schema.CUMULATIVE_UPDATES)
    _create_backup_view(instance, database)
    _fill_group(instance, database, topology)
    _fill_hosts(instance, database, topology)
    _fill_other_databases(instance, database, topology)


def _create_backup_view(instance: SqlServerInstance, database: str) -> None:
    """The union that the product's own view makes."""
    group, boxes, others = (
        quoted(f"{database}.dbo.{name}") for name in ("adm_Group", "adm_MessageBox", "adm_OtherBackupDatabases")
    )
    parts = [words("SELECT", literal(instance.name), "AS ServerName,", literal(database), "AS DatabaseName")]
    for server, name, source in (
        ("TrackingDBServerName", "TrackingDBName", group),
        ("BamDBServerName", "BamDBName", group),
        ("RuleEngineDBServerName", "RuleEngineDBName", group),
        ("DBServerName", "DBName", boxes),
        ("ServerName", "DatabaseName", others),
    ):
        parts.append(words("SELECT", server, ",", name, "FROM", source, "WHERE", server, "<> ''"))
    view = Table(database, "dbo", "admv_BackupDatabases", schema.BACKUP_DATABASES, stored=False)
    instance.store.create_view(view, " UNION ".join(parts))


def _fill_group(instance: SqlServerInstance, database: str, topology: Topology) -> None:
    group, store = topology.group, instance.store
    places: dict[str, list[tuple[str, str]]] = {}
    for spec in topology.sql_servers:
        for item in spec.databases:
            places.setdefault(item.role, []).append((item.known_as or spec.name, item.name))
    tracking, bam, rules, box = (
        places.get(role, [("", "")])[0] for role in ("tracking", "bam", "rule_engine", "message_box")
    )
    modified = stamp(clock.days_ago(100))
    store.insert(
        f"{database}.dbo.adm_Group",
        Id=1,
        Name=group.name,
        DateModified=modified,
        BizTalkAdminGroup=r"LAB\BizTalk Server Administrators",
        TrackingDBServerName=tracking[0],
        TrackingDBName=tracking[1],
        SubscriptionDBServerName=box[0],
        SubscriptionDBName=box[1],
        TrackAnalysisServerName="",
        TrackAnalysisDBName="",
        BamDBServerName=bam[0],
        BamDBName=bam[1],
        RuleEngineDBServerName=rules[0],
        RuleEngineDBName=rules[1],
        SSOServerName=group.master_secret_server,
        GlobalTrackingOption=1,
        ConfigurationCacheRefreshInterval=60,
        LMSFragmentSize=102400,
        LMSThreshold=102400,
        DefaultHostId=1,
        BizTalkOperatorGroup=r"LAB\BizTalk Server Operators",
        BizTalkB2BOperatorGroup=r"LAB\BizTalk Server B2B Operators",
    )
    for number, (server, name) in enumerate(places.get("message_box", []), 1):
        store.insert(
            f"{database}.dbo.adm_MessageBox",
            Id=number,
            GroupId=1,
            DateModified=modified,
            DBServerName=server,
            DBName=name,
            DisableNewMsgPublication=0,
            ConfigurationState=1,
            UniqueId=_unique(server, name),
            IsMasterMsgBox=-1 if number == 1 else 0,
        )
    store.insert(f"{database}.dbo.adm_BackupSettings", UseCompression=0, ForceFull=0)
    store.insert(f"{database}.dbo.adm_BackupSetId", NextBackupSetId=_next_set(instance))


def _fill_hosts(instance: SqlServerInstance, database: str, topology: Topology) -> None:
    store, modified = instance.store, stamp(clock.days_ago(100))
    for host_id, host in enumerate(topology.group.hosts, 1):
        store.insert(
            f"{database}.dbo.adm_Host",
            Id=host_id,
            GroupId=1,
            Name=host.name,
            NTGroupName=r"LAB\BizTalk Application Users",
            DateModified=modified,
            LastUsedLogon=r"LAB\svc-biztalk",
            HostTracking=-1 if host_id == 1 else 0,
            AuthTrusted=0,
            HostType=HOST_TYPES[host.type],
            DecryptCertName="",
            DecryptCertThumbprint="",
            ClusterResourceGroupName=host.cluster_group or "",
            IsHost32BitOnly=0,
        )
    mapping = 0
    for server_id, computer in enumerate((item for item in topology.computers if item.in_group), 1):
        store.insert(f"{database}.dbo.adm_Server", Id=server_id, Name=computer.name, DateModified=modified)
        for host_id, host in enumerate(topology.group.hosts, 1):
            # The product keeps a row for every pair, mapped or not.
            mapping += 1
            state = computer.host_instances.get(host.name)
            store.insert(
                f"{database}.dbo.adm_Server2HostMapping",
                Id=mapping,
                ServerId=server_id,
                HostId=host_id,
                DateModified=modified,
                IsMapped=MAPPED if state else 0,
            )
            if state:
                name = f"Microsoft BizTalk Server {host.name} {computer.name}"
                store.insert(
                    f"{database}.dbo.adm_HostInstance",
                    Id=mapping,
                    Svr2HostMappingId=mapping,
                    Name=name,
                    DateModified=modified,
                    LoginName=r"LAB\svc-biztalk",
                    DisableHostInstance=-1 if state == "disabled" else 0,
                    ConfigurationState=INSTALLED,
                    UniqueId=_unique(name),
                    InstallationContext="",
                )


def _fill_other_databases(instance: SqlServerInstance, database: str, topology: Topology) -> None:
    for server in topology.sql_servers:
        for item in server.databases:
            if item.backed_up_as_other:
                instance.store.insert(
                    f"{database}.dbo.adm_OtherBackupDatabases",
                    DefaultDatabaseName="SSO" if item.role == "sso" else item.name,
                    DatabaseName=item.name,
                    ServerName=item.known_as or server.name,
                    BTSServerName=topology.group.master_secret_server,
                )


def _next_set(instance: SqlServerInstance) -> int:
    job = instance.backup_job
    return max((earlier.id for earlier in job.earlier_sets), default=0) + 1 if job else 1


def _unique(*names: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, "/".join(names))).upper()
