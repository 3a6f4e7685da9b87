-- Copyright (c) 2026, the biztalk.patching contributors
-- GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- As much of a BizTalk group as the SQL modules read, in the management database of a test server: no product code.
-- Runs after the databases exist; {path} is the backup folder.

CREATE TABLE dbo.adm_Group (Name nvarchar(256), TrackingDBServerName nvarchar(80), TrackingDBName nvarchar(128),
    BamDBServerName nvarchar(80), BamDBName nvarchar(128), RuleEngineDBServerName nvarchar(80),
    RuleEngineDBName nvarchar(128), SSOServerName nvarchar(80))
GO
CREATE TABLE dbo.adm_Server (Id int, Name nvarchar(63))
GO
CREATE TABLE dbo.adm_Host (Id int, Name nvarchar(80), HostType int, HostTracking int,
    ClusterResourceGroupName nvarchar(256))
GO
CREATE TABLE dbo.adm_Server2HostMapping (Id int, ServerId int, HostId int, IsMapped int)
GO
CREATE TABLE dbo.adm_HostInstance (Id int, Svr2HostMappingId int, Name nvarchar(256), DisableHostInstance int,
    ConfigurationState int)
GO
CREATE TABLE dbo.adm_MessageBox (Id int, DBServerName nvarchar(80), DBName nvarchar(128))
GO
CREATE TABLE dbo.adm_OtherBackupDatabases (DefaultDatabaseName nvarchar(128), DatabaseName nvarchar(128),
    ServerName nvarchar(80), BTSServerName nvarchar(80))
GO
CREATE TABLE dbo.adm_BackupSettings (UseCompression bit, ForceFull bit)
GO
CREATE TABLE dbo.adm_BackupHistory (BackupSetId bigint, DatabaseName nvarchar(128), BackupFileName nvarchar(500),
    BackupFileLocation nvarchar(3000), BackupType char(2), BackupDateTime datetime, SetComplete bit,
    ServerName nvarchar(128))
GO
CREATE TABLE dbo.BizTalkDBVersion (BizTalkDBName nvarchar(64), DatabaseMajor int, DatabaseMinor int,
    DatabaseBuildNumber int, DatabaseRevision int, ProductMajor int, ProductMinor int, ProductBuildNumber int,
    ProductRevision int, ProductLanguage nvarchar(256))
GO
INSERT INTO dbo.adm_Group VALUES ('BizTalkGroup', @@SERVERNAME, 'BizTalkDTADb', @@SERVERNAME, 'BAMPrimaryImport',
    @@SERVERNAME, 'BizTalkRuleEngineDb', 'BTS1')
GO
INSERT INTO dbo.adm_Server VALUES (1, 'BTS1'), (2, 'BTS2')
GO
INSERT INTO dbo.adm_Host VALUES (1, 'ProcessingHost', 1, -1, ''), (2, 'WebHost', 2, 0, '')
GO
INSERT INTO dbo.adm_Server2HostMapping VALUES (1, 1, 1, -1), (2, 1, 2, -1), (3, 2, 1, -1), (4, 2, 2, 0)
GO
INSERT INTO dbo.adm_HostInstance VALUES (1, 1, 'Microsoft BizTalk Server ProcessingHost BTS1', 0, 1),
    (2, 2, 'Microsoft BizTalk Server WebHost BTS1', 0, 1), (3, 3, 'Microsoft BizTalk Server ProcessingHost BTS2', -1, 1)
GO
INSERT INTO dbo.adm_MessageBox VALUES (1, @@SERVERNAME, 'BizTalkMsgBoxDb')
GO
INSERT INTO dbo.adm_OtherBackupDatabases VALUES ('SSO', 'SSODB', @@SERVERNAME, 'BTS1')
GO
INSERT INTO dbo.adm_BackupSettings VALUES (0, 0)
GO
INSERT INTO dbo.BizTalkDBVersion VALUES ('Management DB', 3, 13, 0, 0, 3, 13, 717, 0, '1033')
GO
CREATE VIEW dbo.admv_BackupDatabases AS
SELECT CAST(@@SERVERNAME AS nvarchar(128)) AS ServerName, CAST(DB_NAME() AS nvarchar(128)) AS DatabaseName
UNION SELECT TrackingDBServerName, TrackingDBName FROM dbo.adm_Group
UNION SELECT BamDBServerName, BamDBName FROM dbo.adm_Group
UNION SELECT RuleEngineDBServerName, RuleEngineDBName FROM dbo.adm_Group
UNION SELECT DBServerName, DBName FROM dbo.adm_MessageBox
UNION SELECT ServerName, DatabaseName FROM dbo.adm_OtherBackupDatabases
GO
CREATE PROCEDURE dbo.sp_ForceFullBackup AS
UPDATE dbo.adm_BackupSettings SET ForceFull = 1
GO
CREATE PROCEDURE dbo.sp_SetBackupCompression @bCompression bit AS
UPDATE dbo.adm_BackupSettings SET UseCompression = @bCompression
GO
CREATE PROCEDURE dbo.sp_BackupAllFull_Schedule @Frequency char(1), @MarkName nvarchar(32), @BackupPath nvarchar(3000) AS
BEGIN
    IF (SELECT ForceFull FROM dbo.adm_BackupSettings) = 0 RETURN
    DECLARE @set bigint, @moment datetime, @server nvarchar(128), @database nvarchar(128), @name nvarchar(500)
    DECLARE @file nvarchar(3500)
    SET @moment = GETUTCDATE()
    SELECT @set = ISNULL(MAX(BackupSetId), 0) + 1 FROM dbo.adm_BackupHistory
    DECLARE wanted CURSOR LOCAL STATIC FOR SELECT ServerName, DatabaseName FROM dbo.admv_BackupDatabases
    OPEN wanted
    FETCH NEXT FROM wanted INTO @server, @database
    WHILE @@FETCH_STATUS = 0
    BEGIN
        SET @name = @database + N'_Full_' + @MarkName + N'_' + CAST(@set AS nvarchar(20)) + N'.bak'
        SET @file = @BackupPath + N'\' + @name
        BACKUP DATABASE @database TO DISK = @file WITH INIT
        INSERT INTO dbo.adm_BackupHistory VALUES (@set, @database, @name, @BackupPath, 'db', @moment, 0, @server)
        FETCH NEXT FROM wanted INTO @server, @database
    END
    UPDATE dbo.adm_BackupHistory SET SetComplete = 1 WHERE BackupSetId = @set
    UPDATE dbo.adm_BackupSettings SET ForceFull = 0
END
GO
EXEC msdb.dbo.sp_add_job @job_name = N'Backup BizTalk Server (BizTalkMgmtDb)'
GO
EXEC msdb.dbo.sp_add_jobstep @job_name = N'Backup BizTalk Server (BizTalkMgmtDb)', @step_name = N'BackupFull',
    @command = N'exec [dbo].[sp_BackupAllFull_Schedule] ''d'', ''BTS'', ''{path}''', @database_name = N'BizTalkMgmtDb'
GO
EXEC msdb.dbo.sp_add_jobschedule @job_name = N'Backup BizTalk Server (BizTalkMgmtDb)', @name = N'MarkAndBackupLogSched',
    @freq_type = 4, @freq_interval = 1, @freq_subday_type = 4, @freq_subday_interval = 15
GO
EXEC msdb.dbo.sp_add_jobserver @job_name = N'Backup BizTalk Server (BizTalkMgmtDb)'
