# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of an instance, as BizTalk's configuration creates them (names, steps and schedules of the product)."""

from __future__ import annotations

import dataclasses
import re
import typing as t
import uuid
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.spec import BackupJob, Database

UNCONFIGURED = "<destination path>"
QUIT_WITH_SUCCESS, QUIT_WITH_FAILURE, NEXT_STEP = 1, 2, 3
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "jobs.lab.biztalk.patching")


@dataclass(frozen=True)
class Step:
    name: str
    command: str
    database: str
    on_success: int = NEXT_STEP
    on_fail: int = QUIT_WITH_FAILURE


@dataclass(frozen=True)
class Job:
    """`continuous` jobs are started by the Agent itself and never end."""

    name: str
    description: str
    steps: tuple[Step, ...]
    enabled: bool = True
    continuous: bool = False
    minutes: int = 1

    @property
    def identifier(self) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, self.name)

    @property
    def hexadecimal(self) -> str:
        """As program names show it."""
        return "0x" + self.identifier.bytes_le.hex().upper()


def jobs_of(
    databases: t.Sequence[Database], backup: BackupJob | None, guarded: t.Callable[[str], bool]
) -> tuple[Job, ...]:
    """The jobs on these databases; `guarded` tells which of them are in an availability group."""
    roles = {database.role: database.name for database in databases}
    jobs: list[Job] = []
    if "management" in roles:
        jobs += _management_jobs(backup, roles["management"])
    for database in databases:
        if database.role == "message_box":
            jobs += _message_box_jobs(database.name)
    if "tracking" in roles:
        command = "exec dtasp_BackupAndPurgeTrackingDatabase 0, 1, 30, '<destination path>', null, 0"
        purge = Step("Archive and Purge", command, roles["tracking"], on_success=QUIT_WITH_SUCCESS)
        text = "Job to automate the purging and archiving of the tracking database"
        jobs.append(Job(f"DTA Purge and Archive ({roles['tracking']})", text, (purge,), enabled=False))
    return tuple(_guard(job) if guarded(job.steps[0].database) else job for job in jobs)


def _guard(job: Job) -> Job:
    """As Microsoft tells for availability groups: on a secondary replica a step does nothing, with success."""
    return dataclasses.replace(job, steps=tuple(_guarded(step) for step in job.steps))


def _guarded(step: Step) -> Step:
    command = re.sub(r"exec (\[dbo\]\.)?", f"exec [{step.database}].[dbo].", step.command, count=1)
    condition = f"IF (sys.fn_hadr_is_primary_replica(N'{step.database}') = 1)"
    return dataclasses.replace(step, command=f"{condition} BEGIN {command} END", database="master")


def backup_job_name(management: str) -> str:
    return f"Backup BizTalk Server ({management})"


def _management_jobs(backup: BackupJob | None, database: str) -> t.Iterator[Job]:
    if backup is not None and backup.exists:
        text = "This job performs full database backups (step 1) and log backups (step 2) of BizTalk Server databases."
        steps = _backup_steps(database, (backup.path or UNCONFIGURED).replace("'", "''"), local=backup.local_time)
        yield Job(backup_job_name(database), text, steps, enabled=backup.enabled, minutes=15)
    monitor = Step("Check issues", "exec [dbo].[btsmon_Inconsistent]", database, on_success=QUIT_WITH_SUCCESS)
    text = "This job runs once every week and finds known issues in all MessageBox and DTA"
    yield Job(f"Monitor BizTalk Server ({database})", text, (monitor,), enabled=False)


def _backup_steps(database: str, path: str, *, local: bool) -> tuple[Step, ...]:
    local_time = ", @UseLocalTime = 1" if local else ""
    place = f"'{path}' /* location of backup files */"
    compression = (
        "exec [dbo].[sp_SetBackupCompression] @bCompression = 0 /*0 - Do not use Compression, 1 - Use Compression */"
    )
    full = f"exec [dbo].[sp_BackupAllFull_Schedule] 'd' /* Frequency */, 'BTS' /* Name */, {place}{local_time}"
    log = f"exec [dbo].[sp_MarkAll] 'BTS' /* Log mark name */, {place}{local_time}"
    clear = f"exec [dbo].[sp_DeleteBackupHistory] @DaysToKeep=14{local_time}"
    return (
        Step("Set Compression Option", compression, database, on_fail=NEXT_STEP),
        Step("BackupFull", full, database),
        Step("MarkAndBackupLog", log, database),
        Step("Clear Backup History", clear, database, on_success=QUIT_WITH_SUCCESS),
    )


def _message_box_jobs(database: str) -> t.Iterator[Job]:
    purge = Step("Purge", "exec bts_ManageMessageRefCountLog", database, on_success=QUIT_WITH_SUCCESS)
    text = (
        "This job manages the reference count logs for messages and determines when a message is no longer referenced."
    )
    yield Job(f"MessageBox_Message_ManageRefCountLog_{database}", text, (purge,), continuous=True)
    clean = Step("Purge", "exec bts_PurgeMessages", database, on_success=QUIT_WITH_SUCCESS)
    text = "This is an unscheduled job and is automatically started by the ManageRefCountLog job."
    yield Job(f"MessageBox_Message_Cleanup_{database}", text, (clean,), enabled=False)
