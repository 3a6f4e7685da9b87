# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup sets that were made before the lab began: *the latest one* exists, and is not the one that a run needs."""

from __future__ import annotations

import typing as t
import uuid
from datetime import datetime, timedelta

from tests.lab.sqlserver import clock
from tests.lab.sqlserver.clock import stamp
from tests.lab.sqlserver.media import FULL, LOG, Header

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.spec import BackupJob, EarlierSet


def write_earlier_sets(instance: SqlServerInstance, database: str, job: BackupJob) -> None:
    """The sets that the job took before: `the latest one` is there, and is not the one that a patch run wants."""
    now = clock.utc_now()
    # Today, so that the job's own schedule does not ask for a full backup.
    first = max(now - timedelta(hours=6), now.replace(hour=0, minute=0, second=0, microsecond=0))
    for place, earlier in enumerate(job.earlier_sets):
        moment = first + (now - first) * place / len(job.earlier_sets)
        _write_set(instance, database, job, earlier, moment)


def _write_set(
    instance: SqlServerInstance, database: str, job: BackupJob, earlier: EarlierSet, moment: datetime
) -> None:
    store, history, path = instance.store, f"{database}.dbo.adm_BackupHistory", job.path or ""
    if job.local_time:
        moment += instance.now() - clock.utc_now()
    word = "Full" if earlier.type == "db" else "Log"
    mark = "BTS_" + moment.strftime("%Y_%m_%d_%H_%M_%S_") + f"{moment.microsecond // 1000:03d}"
    for server, name in store.rows_of(f"{database}.dbo.admv_BackupDatabases"):
        if name in earlier.lacks:
            continue
        file = f"{server.replace(chr(92), '_')}_{name}_{word}_{mark}.bak"
        store.insert(
            history,
            BackupId=len(store.rows_of(history)) + 1,
            BackupSetId=earlier.id,
            MarkName=mark if earlier.type == "lg" else None,
            DatabaseName=name,
            ServerName=server,
            BackupFileName=file,
            BackupFileLocation=path,
            BackupType=earlier.type,
            BackupDateTime=stamp(moment),
            SetComplete=int(earlier.complete),
        )
        owner = instance.peer(server)
        if owner and name not in earlier.lost:
            data = owner.contents.of(name)
            owner.media.make_folder(path)
            owner.media.write(path.rstrip("\\") + "\\" + file, _header(owner, name, earlier.type, moment), data)


def _header(owner: SqlServerInstance, database: str, kind: str, moment: datetime) -> Header:
    return Header(
        database=database,
        server=owner.name,
        user=r"LAB\svc-sql",
        kind=FULL if kind == "db" else LOG,
        name=None,
        started=stamp(moment),
        finished=stamp(moment),
        first_lsn=owner.next_lsn(),
        set_guid=str(uuid.uuid4()),
        size=owner.size_of(database),
        folder=owner.state_of(database).folder,
        version=owner.version[0],
    )
