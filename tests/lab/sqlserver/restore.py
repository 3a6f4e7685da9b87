# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result sets of RESTORE HEADERONLY and FILELISTONLY (Microsoft's documentation of both statements)."""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import dataclass

from tests.lab.sqlserver.clock import moment
from tests.lab.sqlserver.media import FULL, Header
from tests.lab.sqlserver.schema import columns
from tests.lab.tds.interface import Column, ResultSet

HEADER_COLUMNS = columns(
    """BackupName nvarchar(128), BackupDescription nvarchar(255), BackupType smallint, ExpirationDate datetime,
    Compressed tinyint, Position smallint, DeviceType tinyint, UserName nvarchar(128), ServerName nvarchar(128),
    DatabaseName nvarchar(128), DatabaseVersion int, DatabaseCreationDate datetime, BackupSize decimal(20,0),
    FirstLSN decimal(25,0), LastLSN decimal(25,0), CheckpointLSN decimal(25,0), DatabaseBackupLSN decimal(25,0),
    BackupStartDate datetime, BackupFinishDate datetime, SortOrder smallint, CodePage smallint, UnicodeLocaleId int,
    UnicodeComparisonStyle int, CompatibilityLevel tinyint, SoftwareVendorId int, SoftwareVersionMajor int,
    SoftwareVersionMinor int, SoftwareVersionBuild int, MachineName nvarchar(128), Flags int,
    BindingID uniqueidentifier, RecoveryForkID uniqueidentifier, Collation nvarchar(128), FamilyGUID uniqueidentifier,
    HasBulkLoggedData bit, IsSnapshot bit, IsReadOnly bit, IsSingleUser bit, HasBackupChecksums bit, IsDamaged bit,
    BeginsLogChain bit, HasIncompleteMetaData bit, IsForceOffline bit, IsCopyOnly bit,
    FirstRecoveryForkID uniqueidentifier, ForkPointLSN decimal(25,0), RecoveryModel nvarchar(60),
    DifferentialBaseLSN decimal(25,0), DifferentialBaseGUID uniqueidentifier, BackupTypeDescription nvarchar(60),
    BackupSetGUID uniqueidentifier, CompressedBackupSize bigint, Containment tinyint, KeyAlgorithm nvarchar(32),
    EncryptorThumbprint varbinary(20), EncryptorType nvarchar(32)"""
)
FILE_COLUMNS = columns(
    """LogicalName nvarchar(128), PhysicalName nvarchar(260), Type char(1), FileGroupName nvarchar(128),
    Size decimal(20,0), MaxSize decimal(20,0), FileId bigint, CreateLSN decimal(25,0), DropLSN decimal(25,0),
    UniqueId uniqueidentifier, ReadOnlyLSN decimal(25,0), ReadWriteLSN decimal(25,0), BackupSizeInBytes bigint,
    SourceBlockSize int, FileGroupId int, LogGroupGUID uniqueidentifier, DifferentialBaseLSN decimal(25,0),
    DifferentialBaseGUID uniqueidentifier, IsReadOnly bit, IsPresent bit, TDEThumbprint varbinary(32),
    SnapshotUrl nvarchar(360)"""
)
# The internal versions of databases, by SQL Server's major version.
DATABASE_VERSIONS = {10: 661, 11: 706, 12: 782, 13: 852, 14: 869, 15: 904, 16: 957}
FAMILY = uuid.uuid5(uuid.NAMESPACE_DNS, "lab.biztalk.patching")


def header_only(header: Header) -> ResultSet:
    full = header.kind == FULL
    values: dict[str, t.Any] = {
        "BackupName": header.name,
        "BackupType": header.kind,
        "Compressed": int(header.compressed),
        "Position": 1,
        "DeviceType": 2,
        "UserName": header.user,
        "ServerName": header.server,
        "DatabaseName": header.database,
        "DatabaseVersion": DATABASE_VERSIONS[header.version],
        "BackupSize": header.size,
        "FirstLSN": header.first_lsn,
        "LastLSN": header.first_lsn + 100,
        "CheckpointLSN": header.first_lsn,
        "DatabaseBackupLSN": 0 if full else header.first_lsn,
        "BackupStartDate": moment(header.started),
        "BackupFinishDate": moment(header.finished),
        "CompatibilityLevel": 150,
        "SoftwareVendorId": 4608,
        "SoftwareVersionMajor": header.version,
        "SoftwareVersionMinor": 0,
        "SoftwareVersionBuild": 4430,
        "MachineName": header.server.partition("\\")[0],
        "Flags": 512,
        "Collation": "SQL_Latin1_General_CP1_CI_AS",
        "FamilyGUID": FAMILY,
        "HasBulkLoggedData": 0,
        "IsSnapshot": 0,
        "IsReadOnly": 0,
        "IsSingleUser": 0,
        "HasBackupChecksums": int(header.checksums),
        "IsDamaged": int(header.damaged),
        "BeginsLogChain": 0,
        "HasIncompleteMetaData": 0,
        "IsForceOffline": 0,
        "IsCopyOnly": int(header.copy_only),
        "RecoveryModel": "FULL",
        "BackupTypeDescription": "Database" if full else "Transaction Log",
        "BackupSetGUID": header.set_guid,
        "CompressedBackupSize": header.size,
        "Containment": 0,
    }
    return _one_row(HEADER_COLUMNS, values)


@dataclass(frozen=True)
class DatabaseFile:
    """`size` is in bytes."""

    number: int
    kind: t.Literal["D", "L"]
    logical: str
    path: str
    size: int


def files_of(database: str, folder: str, size: int) -> tuple[DatabaseFile, DatabaseFile]:
    """Every database has one for its data and one for its log, both of the same size."""
    path = f"{folder}\\{database}"
    return (
        DatabaseFile(1, "D", database, f"{path}.mdf", size),
        DatabaseFile(2, "L", f"{database}_log", f"{path}_log.ldf", size),
    )


def file_list(header: Header) -> ResultSet:
    rows = []
    for file in files_of(header.database, header.folder, header.size):
        group = "PRIMARY" if file.kind == "D" else None
        values = {
            "LogicalName": file.logical,
            "PhysicalName": file.path,
            "Type": file.kind,
            "FileGroupName": group,
            "Size": file.size,
            "MaxSize": 35184372080640,
            "FileId": file.number,
            "UniqueId": uuid.uuid5(FAMILY, file.logical),
            "BackupSizeInBytes": 4194304,
            "SourceBlockSize": 512,
            "FileGroupId": 1 if group else 0,
            "IsReadOnly": 0,
            "IsPresent": 1,
        }
        rows.append(tuple(values.get(name) for name in FILE_COLUMNS))
    return ResultSet(_typed(FILE_COLUMNS), rows)


def _one_row(names: dict[str, t.Any], values: dict[str, t.Any]) -> ResultSet:
    return ResultSet(_typed(names), [tuple(values.get(name) for name in names)])


def _typed(names: dict[str, t.Any]) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in names.items())
