# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A group that has to be restored, from the set that the lab begins with; and ways to spoil it."""

from __future__ import annotations

import typing as t
from dataclasses import replace

if t.TYPE_CHECKING:
    from tests.integration.sql.targets import LabTarget
    from tests.lab.sqlserver.instance import SqlServerInstance

# The complete full set that the job of each topology took before the lab began.
SET = {"id": 41}
QUICK = {"backup_set": SET, "poll_interval": 1, "idle_timeout": 0, "progress_interval": 0}


def updated(lab: LabTarget) -> LabTarget:
    """An update's script ran on every database; the Agents are stopped, and nobody is connected."""
    lab.agents(running=False)
    for instance in lab.instances.values():
        for database in instance.biztalk_databases:
            instance.run_update_script(database=database, script="msgboxlogic.sql", login="sa", kb="5009901")
        for session in instance.sessions.users():
            instance.sessions.close(session)
    return lab


def files_of(lab: LabTarget, number: int = 41) -> list[dict[str, str]]:
    """The files of a set as the operator would name them."""
    rows = lab.first.store.all(
        'SELECT ServerName, DatabaseName, BackupFileLocation, BackupFileName FROM "BizTalkMgmtDb.dbo.adm_BackupHistory"'
        " WHERE BackupSetId = ?",
        (number,),
    )
    return [{"server": server, "name": name, "file": f"{folder}\\{file}"} for server, name, folder, file in rows]


def file_of(lab: LabTarget, database: str) -> str:
    return next(one["file"] for one in files_of(lab) if one["name"] == database)


def rewrite(instance: SqlServerInstance, file: str, **header: t.Any) -> None:
    """Another header before the same contents."""
    media = instance.media
    data = media.verified(file)
    media.write(file, replace(media.read(file), **header), data)


def left_of_the_update(lab: LabTarget) -> set[str]:
    """The databases on which its script ran and was not taken back."""
    return {database for instance in lab.instances.values() for database, _script in instance.contents.scripts}


def unusable(lab: LabTarget) -> dict[str, str]:
    """The databases that are not online, with their states."""
    return {
        f"{name} on {instance.name}": instance.state_of(name).state
        for instance in lab.instances.values()
        for name in instance.biztalk_databases
        if instance.state_of(name).state != "ONLINE"
    }


def is_untouched(lab: LabTarget) -> bool:
    return not (lab.events("restore.database") or unusable(lab)) and bool(left_of_the_update(lab))
