# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules on the backup before an update with SQL: R5, R20, and what takes the place of R20 in a run without the job."""

from __future__ import annotations

import typing as t

from tests.lab.invariants.history import BIZTALK_ROLES
from tests.lab.invariants.installing import installs
from tests.lab.invariants.verdict import NotApplicableError

if t.TYPE_CHECKING:
    from tests.lab.events import Event
    from tests.lab.invariants.history import History

BACKUP_JOB = "Backup BizTalk Server"


def r5_all_databases_backed_up(history: History) -> t.Iterator[str]:
    """Before an update with SQL, all BizTalk databases are backed up."""
    first = _first_install_with_sql(history)
    sets = _full_sets_before(history, first)
    if not sets:
        yield "no complete full backup set was made before the first install"
        return
    _position, newest = sets[-1]
    saved = {(server, database) for server, database in newest["databases"]}
    for instance, database in sorted(history.databases - saved):
        yield f"{database} on {instance} is not in backup set {newest['backup_set']}"


def r20_forced_full_backup(history: History) -> t.Iterator[str]:
    """The backup is sp_ForceFullBackup plus the SQL Server Agent job Backup BizTalk Server."""
    first = _first_install_with_sql(history)
    if history.native:
        raise NotApplicableError("the databases were backed up without the job, as the operator had chosen")
    sets = _full_sets_before(history, first)
    made = sets[-1][0] if sets else first
    forced = [position for position in history.positions("backup.forced") if position < made]
    if not forced:
        yield "sp_ForceFullBackup was not run before the backup"
        return
    jobs = [
        event
        for position, event in history.of_kind("job.started")
        if forced[-1] < position < made and event["job"].startswith(BACKUP_JOB)
    ]
    if not jobs:
        yield f"the job {BACKUP_JOB} did not run between sp_ForceFullBackup and the backup set"


def native_while_stopped(history: History) -> t.Iterator[str]:
    """Without the job, BACKUP DATABASE saves each database while SQL Server Agent and all BizTalk services are down."""
    first = _first_install_with_sql(history)
    sets = [event for _position, event in _full_sets_before(history, first) if event["backup_set"] is None]
    if not sets:
        yield "no set was made by BACKUP DATABASE before the first install"
        return
    saved = {(server, database) for server, database in sets[-1]["databases"]}
    for (instance, database), position in sorted(_native_backups(history, first).items()):
        if (instance, database) not in saved:
            continue
        for (computer, service), state in history.states_at(position).items():
            if state != "stopped" and history.roles[computer, service] in (*BIZTALK_ROLES, "agent"):
                yield f"{service} on {computer} was {state} when {database} on {instance} was backed up"


def _native_backups(history: History, before: int) -> dict[tuple[str, str], int]:
    """Where each database was backed up by itself the last time."""
    return {
        (event["instance"], event["database"]): position
        for position, event in history.of_kind("backup.database")
        if position < before and event["backup_set"] is None and event["type"] == "db"
    }


def _first_install_with_sql(history: History) -> int:
    with_sql = [install.started for install in installs(history) if install.has_sql]
    if not with_sql:
        raise NotApplicableError("no update with SQL was installed")
    return with_sql[0]


def _full_sets_before(history: History, position: int) -> list[tuple[int, Event]]:
    return [
        (made, event)
        for made, event in history.of_kind("backup.set")
        if made < position and event["type"] == "db" and event["complete"]
    ]
