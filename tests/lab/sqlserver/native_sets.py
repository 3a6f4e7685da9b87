# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of backups that nobody but msdb knows of: BACKUP DATABASE of every database while each SQL Server Agent is down.

Microsoft supports such a set (KB 952555), for then nothing has to be marked across the databases.
"""

from __future__ import annotations

import threading
import typing as t

from tests.lab.sqlserver.clock import stamp

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tests.lab.sqlserver.instance import SqlServerInstance

IN_HISTORY = """
    SELECT COUNT(*) FROM "msdb.dbo.backupset"
    WHERE database_name = ? AND type = 'D' AND is_copy_only = 0 AND backup_start_date >= ?
"""


class NativeSets:
    """Shared by all instances of a lab. A set is told once for each time that the Agents are down."""

    def __init__(self, instances: Mapping[str, SqlServerInstance]) -> None:
        self._instances = instances
        self._lock = threading.Lock()
        self._told: datetime | None = None

    def look(self) -> None:
        """After a backup: an event where it was the last one that the set lacked."""
        owners = [
            (instance, database.name)
            for instance in self._instances.values()
            for database in instance.databases
            if instance.is_writable(database.name)
        ]
        if any(instance.agent.running for instance, _database in owners):
            return
        since = max(instance.agent.stopped_at for instance, _database in owners)
        with self._lock:
            if since == self._told or not all(_is_saved(*owner, since) for owner in owners):
                return
            self._told = since
        management = owners[0][0].world.topology.group.management.database
        teller = next(instance for instance, database in owners if database == management)
        pairs = [[instance.name, database] for instance, database in owners]
        teller.emit("backup.set", backup_set=None, type="db", complete=True, databases=pairs)


def _is_saved(instance: SqlServerInstance, database: str, since: datetime) -> bool:
    """Whether there is a full backup, which later ones can build upon, that began when all Agents were down."""
    begin = stamp(instance.local(since))
    return bool(instance.store.all(IN_HISTORY, (database, begin))[0][0])
