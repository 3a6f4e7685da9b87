# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What msdb remembers of backups and restores: backupset, backupmediafamily and restorehistory."""

from __future__ import annotations

import typing as t
import uuid

from tests.lab.sqlserver.clock import stamp
from tests.lab.sqlserver.media import FULL

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.media import Header

COMPRESSION = 4
DISK = 2


def add_restore(instance: SqlServerInstance, database: str, user: str, header: Header, *, recover: bool) -> None:
    with instance.store.lock:
        instance.store.insert(
            "msdb.dbo.restorehistory",
            restore_history_id=len(instance.store.rows_of("msdb.dbo.restorehistory")) + 1,
            restore_date=stamp(instance.now()),
            destination_database_name=database,
            user_name=user,
            restore_type="D" if header.kind == FULL else "L",
            replace=1,
            recovery=int(recover),
            restart=0,
        )


def add(instance: SqlServerInstance, file: str, header: Header) -> None:
    size = instance.size_of(header.database)
    with instance.store.lock:
        number = len(instance.store.rows_of("msdb.dbo.backupset")) + 1
        media = str(uuid.uuid4()).upper()
        instance.store.insert(
            "msdb.dbo.backupmediaset", media_set_id=number, media_uuid=media, is_compressed=int(header.compressed)
        )
        instance.store.insert(
            "msdb.dbo.backupmediafamily",
            media_set_id=number,
            family_sequence_number=1,
            media_family_id=media,
            media_count=1,
            physical_device_name=file,
            device_type=DISK,
            physical_block_size=512,
            mirror=0,
        )
        instance.store.insert(
            "msdb.dbo.backupset",
            backup_set_id=number,
            backup_set_uuid=header.set_guid.upper(),
            media_set_id=number,
            first_family_number=1,
            last_family_number=1,
            position=1,
            software_vendor_id=4608,
            name=header.name,
            user_name=header.user,
            software_major_version=15,
            software_minor_version=0,
            software_build_version=4430,
            first_lsn=header.first_lsn,
            last_lsn=header.first_lsn + 100,
            checkpoint_lsn=header.first_lsn,
            database_backup_lsn=0,
            backup_start_date=header.started,
            backup_finish_date=header.finished,
            type="D" if header.kind == FULL else "L",
            compatibility_level=150,
            database_version=904,
            backup_size=size,
            compressed_backup_size=size // COMPRESSION if header.compressed else size,
            database_name=header.database,
            server_name=header.server,
            machine_name=instance.spec.computer,
            flags=512,
            collation_name="SQL_Latin1_General_CP1_CI_AS",
            is_readonly=0,
            is_damaged=0,
            has_backup_checksums=int(header.checksums),
            is_copy_only=int(header.copy_only),
            recovery_model="FULL",
            time_zone=round(instance.spec.utc_offset * 4),
        )
