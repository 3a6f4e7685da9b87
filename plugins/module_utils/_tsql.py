# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every T-SQL statement that this collection sends, here and in the modules beside it that begin with _tsql.

Each one runs on SQL Server 2008 R2, which BizTalk Server 2010 needs, unless the comment above it names a newer version.
A ``?`` is an ODBC parameter. Columns are renamed in snake_case, so that the code which reads rows has one spelling.
"""

from __future__ import annotations

# ---------------------------------------------------------------------------------------------------------------------
# Any database of any instance

# Who is connected to what. SERVERPROPERTY gives the instance's own name, whatever alias the connection used; it returns
# sql_variant, which not every ODBC driver reads, hence the casts. A readable secondary replica is READ_ONLY.
# IsHadrEnabled is NULL before SQL Server 2012.
IDENTITY = """
SELECT CAST(SERVERPROPERTY('ServerName') AS nvarchar(128)) AS server_name,
       CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
       DB_NAME() AS database_name,
       CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS nvarchar(128)) AS updateability,
       SUSER_SNAME() AS login_name,
       IS_SRVROLEMEMBER('sysadmin') AS is_sysadmin,
       CAST(SERVERPROPERTY('IsHadrEnabled') AS int) AS hadr_enabled,
       @@SPID AS spid
"""

DATABASES = """
SELECT name, state_desc
FROM sys.databases
ORDER BY name
"""

# SQL Server 2012, and only where IDENTITY says hadr_enabled: each database of an Availability Group, and whether this
# instance holds its PRIMARY or a SECONDARY replica. Needs VIEW SERVER STATE.
REPLICAS = """
SELECT d.name AS database_name, g.name AS availability_group, r.role_desc AS replica_role
FROM sys.databases AS d
JOIN sys.dm_hadr_availability_replica_states AS r ON r.replica_id = d.replica_id
JOIN sys.availability_groups AS g ON g.group_id = r.group_id
WHERE r.is_local = 1
"""

# SQL Server 2008 R2 SP1. Needs VIEW SERVER STATE. Status 4 is running.
AGENT_SERVICE = """
SELECT servicename AS service_name, status
FROM sys.dm_server_services
WHERE servicename LIKE N'SQL Server Agent%'
"""

# Every way by which a Windows account gets in, through groups too; privilege is admin where that way brings sysadmin.
# No row means no login, error 15404 that Windows does not know the account. Needs sysadmin, or EXECUTE on it in master.
WINDOWS_ACCOUNT = "EXEC master.dbo.xp_logininfo @acctname = ?, @option = 'all'"

# NULL for a login that does not exist.
SQL_LOGIN = """
SELECT IS_SRVROLEMEMBER('sysadmin', ?) AS is_sysadmin
"""

# ---------------------------------------------------------------------------------------------------------------------
# Management database: the group

MANAGEMENT_OBJECTS = """
SELECT OBJECT_ID(N'dbo.adm_Group') AS adm_group,
       OBJECT_ID(N'dbo.BizTalkDBVersion') AS biztalk_db_version,
       OBJECT_ID(N'dbo.BizTalkCUVersion') AS biztalk_cu_version
"""

GROUP = """
SELECT Name AS name,
       TrackingDBServerName AS tracking_server, TrackingDBName AS tracking_database,
       BamDBServerName AS bam_server, BamDBName AS bam_database,
       RuleEngineDBServerName AS rule_engine_server, RuleEngineDBName AS rule_engine_database,
       SSOServerName AS sso_server
FROM dbo.adm_Group
"""

SERVERS = """
SELECT Name AS name
FROM dbo.adm_Server
ORDER BY Name
"""

# HostType: 1 in-process, 2 isolated.
HOSTS = """
SELECT Name AS name, HostType AS host_type, HostTracking AS host_tracking, ClusterResourceGroupName AS cluster_group
FROM dbo.adm_Host
ORDER BY Name
"""

# ConfigurationState: 1 is installed. An isolated host's instance is a row here too, but no Windows service.
HOST_INSTANCES = """
SELECT i.Name AS name, s.Name AS server_name, h.Name AS host_name, h.HostType AS host_type,
       h.ClusterResourceGroupName AS cluster_group,
       i.DisableHostInstance AS disabled, i.ConfigurationState AS configuration_state
FROM dbo.adm_HostInstance AS i
JOIN dbo.adm_Server2HostMapping AS m ON m.Id = i.Svr2HostMappingId
JOIN dbo.adm_Server AS s ON s.Id = m.ServerId
JOIN dbo.adm_Host AS h ON h.Id = m.HostId
ORDER BY s.Name, h.Name
"""

MESSAGE_BOXES = """
SELECT DBServerName AS server_name, DBName AS database_name
FROM dbo.adm_MessageBox
ORDER BY DBServerName, DBName
"""

# The single sign-on database is the row whose DefaultDatabaseName is SSO (as the function dbo.sp_IsSSODB decides it).
OTHER_BACKUP_DATABASES = """
SELECT DefaultDatabaseName AS default_name, ServerName AS server_name, DatabaseName AS database_name
FROM dbo.adm_OtherBackupDatabases
ORDER BY ServerName, DatabaseName
"""

DATABASE_VERSIONS = """
SELECT BizTalkDBName AS name,
       DatabaseMajor AS database_major, DatabaseMinor AS database_minor,
       DatabaseBuildNumber AS database_build, DatabaseRevision AS database_revision,
       ProductMajor AS product_major, ProductMinor AS product_minor,
       ProductBuildNumber AS product_build, ProductRevision AS product_revision,
       ProductLanguage AS language
FROM dbo.BizTalkDBVersion
ORDER BY BizTalkDBName
"""

# Only newer BizTalk versions have this table: ask MANAGEMENT_OBJECTS first.
CUMULATIVE_UPDATES = """
SELECT CU AS cumulative_update, Major AS major, Minor AS minor, Build AS build, Revision AS revision
FROM dbo.BizTalkCUVersion
ORDER BY CU
"""

# ---------------------------------------------------------------------------------------------------------------------
# Management database: the backup

# The view holds what the job backs up: management, tracking, BAM, rule engine, message boxes, adm_OtherBackupDatabases.
BACKUP_DATABASES = """
SELECT ServerName AS server_name, DatabaseName AS database_name
FROM dbo.admv_BackupDatabases
ORDER BY ServerName, DatabaseName
"""

# What the job's first step sets.
COMPRESSION = """
SELECT UseCompression AS use_compression
FROM dbo.adm_BackupSettings
"""

FORCE_FLAG = """
SELECT ForceFull AS force_full
FROM dbo.adm_BackupSettings
"""

# Only sets the flag that FORCE_FLAG reads; the job does the work.
FORCE_FULL_BACKUP = "EXEC dbo.sp_ForceFullBackup"

LAST_BACKUP_SET = """
SELECT MAX(BackupSetId) AS backup_set_id
FROM dbo.adm_BackupHistory
"""

# The newest set of full backups, complete or not.
LAST_FULL_SET = """
SELECT BackupSetId AS backup_set_id, ServerName AS server_name, DatabaseName AS database_name,
       BackupFileLocation AS location, BackupFileName AS file_name, BackupType AS backup_type,
       BackupDateTime AS backup_time, SetComplete AS set_complete
FROM dbo.adm_BackupHistory
WHERE BackupType = 'db' AND BackupSetId = (SELECT MAX(BackupSetId) FROM dbo.adm_BackupHistory WHERE BackupType = 'db')
ORDER BY ServerName, DatabaseName
"""

# BackupType: 'db' full, 'lg' log. A row appears when its database is done; SetComplete is set on all rows at the end.
BACKUP_SETS_AFTER = """
SELECT BackupSetId AS backup_set_id, ServerName AS server_name, DatabaseName AS database_name,
       BackupFileLocation AS location, BackupFileName AS file_name, BackupType AS backup_type,
       BackupDateTime AS backup_time, SetComplete AS set_complete
FROM dbo.adm_BackupHistory
WHERE BackupSetId > ?
ORDER BY BackupSetId, ServerName, DatabaseName
"""

# ---------------------------------------------------------------------------------------------------------------------
# Backup files

# In the server's local time. time_zone is how far that was ahead of UTC, in quarters of an hour; 127 is unknown.
BACKUP_TIMES = """
SELECT s.backup_start_date AS started, s.backup_finish_date AS finished, s.time_zone
FROM msdb.dbo.backupset AS s
JOIN msdb.dbo.backupmediafamily AS f ON f.media_set_id = s.media_set_id
WHERE s.database_name = ? AND f.physical_device_name = ? AND s.type = 'D'
ORDER BY s.backup_set_id DESC
"""


def backup_database(database: str, file: str, *, compress: bool) -> str:
    """A full backup that later differential and log backups build upon (no COPY_ONLY).

    Without ``compress`` the instance's setting *backup compression default* decides. Compression: SQL Server 2008 R2.
    """
    compression = ", COMPRESSION" if compress else ""
    return f"BACKUP DATABASE {identifier(database)} TO {backup_device(file)} WITH CHECKSUM{compression}"


def backup_header(file: str) -> str:
    """One row for each backup in the file. RESTORE takes no ODBC parameter on every driver, hence the literal."""
    return f"RESTORE HEADERONLY FROM {backup_device(file)}"


def verify_backup(file: str) -> str:
    """Reads the whole file; an error is the only way to say that it is not good."""
    return f"RESTORE VERIFYONLY FROM {backup_device(file)}"


def backup_device(file: str) -> str:
    # SQL Server 2012 SP1 CU2 for URL: BizTalk 2016 Feature Pack 2 can back up to Azure blob storage.
    kind = "URL" if file.lower().startswith(("http://", "https://")) else "DISK"
    return f"{kind} = {string_literal(file)}"


def string_literal(text: str) -> str:
    return "N'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"
