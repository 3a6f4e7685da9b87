# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables, views and procedures of each kind of database, as far as the lab has them.

BizTalk's are those of the management database of BizTalk Server 2020; msdb's and the system views' are Microsoft's
documentation, cut down to the columns that mean something here.
"""

from __future__ import annotations

import re

from tests.lab.tds.sqltypes import SqlType

Columns = dict[str, SqlType]


def columns(text: str, separator: str = " ") -> Columns:
    """Read `Name nvarchar(80), Id int`; names with spaces need another separator."""
    parts = re.split(r",\s*(?![^(]*\))", " ".join(text.split()))
    return {name: sql_type(kind) for name, _, kind in (part.partition(separator) for part in parts)}


def sql_type(text: str) -> SqlType:
    """Read `nvarchar(80)`, `decimal(20,0)`, `sysname` and the like. Raises `KeyError` for an unknown type."""
    name, _, arguments = text.strip().lower().removesuffix(")").partition("(")
    name = name.strip()
    name = {"integer": "int", "numeric": "decimal", "double precision": "float", "real": "float"}.get(name, name)
    if name == "sysname":
        return SqlType("nvarchar", 128)
    if name in ("nvarchar", "varchar", "nchar", "char", "varbinary", "binary"):
        return SqlType(name, -1 if arguments == "max" else int(arguments or 1))
    if name == "decimal":
        precision, _, scale = arguments.partition(",")
        return SqlType("decimal", precision=int(precision or 18), scale=int(scale or 0))
    if name == "datetime2":
        return SqlType(name, scale=int(arguments or 7))
    if name in ("int", "bigint", "smallint", "tinyint", "bit", "float", "datetime", "uniqueidentifier"):
        return SqlType(name)
    raise KeyError(name)


MANAGEMENT: dict[str, Columns] = {
    name: columns(text)
    for name, text in {
        "adm_Group": """Id int, Name nvarchar(256), DateModified datetime, BizTalkAdminGroup nvarchar(128),
            TrackingDBServerName nvarchar(80), TrackingDBName nvarchar(128), SubscriptionDBServerName nvarchar(80),
            SubscriptionDBName nvarchar(128), TrackAnalysisServerName nvarchar(80), TrackAnalysisDBName nvarchar(128),
            BamDBServerName nvarchar(80), BamDBName nvarchar(128), RuleEngineDBServerName nvarchar(80),
            RuleEngineDBName nvarchar(128), SSOServerName nvarchar(80), GlobalTrackingOption int,
            ConfigurationCacheRefreshInterval int, LMSFragmentSize int, LMSThreshold int, DefaultHostId int,
            BizTalkOperatorGroup nvarchar(128), BizTalkB2BOperatorGroup nvarchar(128)""",
        "adm_Server": "Id int, Name nvarchar(63), DateModified datetime",
        "adm_Host": """Id int, GroupId int, Name nvarchar(80), NTGroupName nvarchar(128), DateModified datetime,
            LastUsedLogon nvarchar(128), HostTracking int, AuthTrusted int, HostType int, DecryptCertName nvarchar(256),
            DecryptCertThumbprint nvarchar(80), ClusterResourceGroupName nvarchar(256), IsHost32BitOnly bit""",
        "adm_Server2HostMapping": "Id int, ServerId int, HostId int, DateModified datetime, IsMapped int",
        "adm_HostInstance": """Id int, Svr2HostMappingId int, Name nvarchar(256), DateModified datetime,
            LoginName nvarchar(128), DisableHostInstance int, ConfigurationState int, UniqueId uniqueidentifier,
            InstallationContext nvarchar(256), nvcDescription nvarchar(256)""",
        "adm_MessageBox": """Id int, GroupId int, DateModified datetime, DBServerName nvarchar(80),
            DBName nvarchar(128), DisableNewMsgPublication int, ConfigurationState int, UniqueId uniqueidentifier,
            IsMasterMsgBox int, nvcDescription nvarchar(256)""",
        "adm_OtherBackupDatabases": """DefaultDatabaseName nvarchar(128), DatabaseName nvarchar(128),
            ServerName nvarchar(80), BTSServerName nvarchar(80)""",
        "adm_BackupSettings": "UseCompression bit, ForceFull bit",
        "adm_BackupSetId": "NextBackupSetId bigint",
        "adm_BackupHistory": """BackupId bigint, BackupSetId bigint, MarkName nvarchar(32), DatabaseName nvarchar(128),
            BackupFileName nvarchar(500), BackupFileLocation nvarchar(3000), BackupType char(2),
            BackupDateTime datetime, SetComplete bit, ServerName nvarchar(128)""",
    }.items()
}
VERSIONS: dict[str, Columns] = {
    "BizTalkDBVersion": columns(
        """BizTalkDBName nvarchar(64), DatabaseMajor int, DatabaseMinor int, DatabaseBuildNumber int,
        DatabaseRevision int, ProductMajor int, ProductMinor int, ProductBuildNumber int, ProductRevision int,
        ProductLanguage nvarchar(256), Description nvarchar(256), Modified datetime"""
    )
}
CUMULATIVE_UPDATES: dict[str, Columns] = {
    "BizTalkCUVersion": columns("CU int, Major int, Minor int, Build int, Revision int, Modified datetime")
}
BACKUP_DATABASES = columns("ServerName nvarchar(128), DatabaseName nvarchar(128)")

MSDB: dict[str, Columns] = {
    name: columns(text)
    for name, text in {
        "syscategories": "category_id int, category_class int, category_type tinyint, name sysname",
        "sysjobs": """job_id uniqueidentifier, originating_server_id int, name sysname, enabled tinyint,
            description nvarchar(512), start_step_id int, category_id int, owner_sid varbinary(85),
            notify_level_eventlog int, notify_level_email int, delete_level int, date_created datetime,
            date_modified datetime, version_number int""",
        "sysjobsteps": """job_id uniqueidentifier, step_id int, step_name sysname, subsystem nvarchar(40),
            command nvarchar(max), flags int, cmdexec_success_code int, on_success_action tinyint,
            on_success_step_id int, on_fail_action tinyint, on_fail_step_id int, server sysname, database_name sysname,
            database_user_name sysname, retry_attempts int, retry_interval int, last_run_outcome int,
            last_run_duration int, last_run_retries int, last_run_date int, last_run_time int""",
        "sysschedules": """schedule_id int, schedule_uid uniqueidentifier, name sysname, enabled int, freq_type int,
            freq_interval int, freq_subday_type int, freq_subday_interval int, freq_relative_interval int,
            freq_recurrence_factor int, active_start_date int, active_end_date int, active_start_time int,
            active_end_time int""",
        "sysjobschedules": "schedule_id int, job_id uniqueidentifier, next_run_date int, next_run_time int",
        "sysjobservers": """job_id uniqueidentifier, server_id int, last_run_outcome tinyint,
            last_outcome_message nvarchar(4000), last_run_date int, last_run_time int, last_run_duration int""",
        "syssessions": "session_id int, agent_start_date datetime",
        "sysjobactivity": """session_id int, job_id uniqueidentifier, run_requested_date datetime,
            run_requested_source sysname, queued_date datetime, start_execution_date datetime,
            last_executed_step_id int, last_executed_step_date datetime, stop_execution_date datetime,
            job_history_id int, next_scheduled_run_date datetime""",
        "sysjobhistory": """instance_id int, job_id uniqueidentifier, step_id int, step_name sysname,
            sql_message_id int, sql_severity int, message nvarchar(4000), run_status int, run_date int, run_time int,
            run_duration int, retries_attempted int, server sysname""",
        "backupmediaset": "media_set_id int, media_uuid uniqueidentifier, is_compressed bit",
        "backupmediafamily": """media_set_id int, family_sequence_number tinyint, media_family_id uniqueidentifier,
            media_count int, logical_device_name nvarchar(128), physical_device_name nvarchar(260),
            device_type tinyint, physical_block_size int, mirror tinyint""",
        "backupset": """backup_set_id int, backup_set_uuid uniqueidentifier, media_set_id int,
            first_family_number tinyint, last_family_number smallint, position int, software_vendor_id int,
            name nvarchar(128), description nvarchar(255), user_name nvarchar(128), software_major_version tinyint,
            software_minor_version tinyint, software_build_version smallint, first_lsn decimal(25,0),
            last_lsn decimal(25,0), checkpoint_lsn decimal(25,0), database_backup_lsn decimal(25,0),
            backup_start_date datetime, backup_finish_date datetime, type char(1), compatibility_level tinyint,
            database_version int, backup_size decimal(20,0), compressed_backup_size decimal(20,0),
            database_name nvarchar(128), server_name nvarchar(128), machine_name nvarchar(128), flags int,
            collation_name nvarchar(128), is_readonly bit, is_damaged bit, has_backup_checksums bit, is_copy_only bit,
            recovery_model nvarchar(60), time_zone smallint""",
        "restorehistory": """restore_history_id int, restore_date datetime, destination_database_name nvarchar(128),
            user_name nvarchar(128), backup_set_id int, restore_type char(1), replace bit, recovery bit, restart bit,
            stop_at datetime""",
    }.items()
}

SYSTEM_VIEWS: dict[str, Columns] = {
    name: columns(text)
    for name, text in {
        "databases": """name sysname, database_id int, create_date datetime, compatibility_level tinyint,
            collation_name sysname, user_access tinyint, user_access_desc nvarchar(60), is_read_only bit,
            state tinyint, state_desc nvarchar(60), recovery_model tinyint, recovery_model_desc nvarchar(60),
            replica_id uniqueidentifier, group_database_id uniqueidentifier""",
        "dm_exec_sessions": """session_id smallint, login_time datetime, host_name nvarchar(128),
            program_name nvarchar(128), host_process_id int, login_name nvarchar(128), status nvarchar(30),
            cpu_time int, memory_usage int, last_request_start_time datetime, last_request_end_time datetime,
            reads bigint, writes bigint, is_user_process bit, original_login_name nvarchar(128), database_id smallint,
            open_transaction_count int""",
        "dm_exec_requests": """session_id smallint, request_id int, start_time datetime, status nvarchar(30),
            command nvarchar(32), database_id smallint, blocking_session_id smallint, wait_type nvarchar(60),
            wait_time int, percent_complete real, estimated_completion_time bigint, cpu_time int,
            total_elapsed_time int, reads bigint, writes bigint""",
        "dm_tran_locks": """resource_type nvarchar(60), resource_subtype nvarchar(60), resource_database_id int,
            resource_description nvarchar(256), request_mode nvarchar(60), request_type nvarchar(60),
            request_status nvarchar(60), request_session_id int, request_owner_type nvarchar(60)""",
        "master_files": """database_id int, file_id int, type tinyint, type_desc nvarchar(60), name sysname,
            physical_name nvarchar(260), state tinyint, state_desc nvarchar(60), size int, max_size int, growth int""",
        # A function in truth: its two arguments are here the first two columns, see `applied`.
        "dm_os_volume_stats": """database_id int, file_id int, volume_mount_point nvarchar(256),
            volume_id nvarchar(256), logical_volume_name nvarchar(256), file_system_type nvarchar(256),
            total_bytes bigint, available_bytes bigint""",
        "dm_server_services": """servicename nvarchar(256), startup_type int, startup_type_desc nvarchar(256),
            status int, status_desc nvarchar(256), process_id int, last_startup_time datetime,
            service_account nvarchar(256), filename nvarchar(256), is_clustered nvarchar(1),
            cluster_nodename nvarchar(256)""",
        "dm_os_cluster_nodes": """NodeName nvarchar(256), status int, status_description nvarchar(20),
            is_current_owner bit""",
        "configurations": """configuration_id int, name nvarchar(35), value int, minimum int, maximum int,
            value_in_use int, description nvarchar(255), is_dynamic bit, is_advanced bit""",
        "server_principals": """name sysname, principal_id int, type char(1), type_desc nvarchar(60),
            is_disabled bit""",
        "server_role_members": "role_principal_id int, member_principal_id int",
        "availability_groups": """group_id uniqueidentifier, name sysname, automated_backup_preference tinyint,
            automated_backup_preference_desc nvarchar(60), dtc_support bit""",
        "availability_replicas": """replica_id uniqueidentifier, group_id uniqueidentifier,
            replica_server_name nvarchar(256), endpoint_url nvarchar(128), availability_mode tinyint,
            availability_mode_desc nvarchar(60), failover_mode tinyint, failover_mode_desc nvarchar(60),
            backup_priority int, secondary_role_allow_connections tinyint,
            secondary_role_allow_connections_desc nvarchar(60)""",
        "availability_group_listeners": """group_id uniqueidentifier, listener_id nvarchar(36), dns_name nvarchar(63),
            port int, is_conformant bit""",
        "availability_databases_cluster": """group_id uniqueidentifier, group_database_id uniqueidentifier,
            database_name sysname""",
        "dm_hadr_availability_replica_states": """replica_id uniqueidentifier, group_id uniqueidentifier, is_local bit,
            role tinyint, role_desc nvarchar(60), operational_state tinyint, operational_state_desc nvarchar(60),
            connected_state tinyint, connected_state_desc nvarchar(60), recovery_health tinyint,
            recovery_health_desc nvarchar(60), synchronization_health tinyint,
            synchronization_health_desc nvarchar(60)""",
    }.items()
}
NEEDS_SERVER_STATE = frozenset(
    {
        "dm_os_volume_stats",
        "dm_tran_locks",
        "dm_server_services",
        "dm_os_cluster_nodes",
        "dm_hadr_availability_replica_states",
    }
)
