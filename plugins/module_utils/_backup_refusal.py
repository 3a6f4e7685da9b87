# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why no full backup can be made, found before anything is asked of the server."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group


# A drive, a share, or the URL of an Azure container.
WHOLE_PATH: t.Final = re.compile(r"[A-Za-z]:[\\/]|\\\\[^\\]+\\[^\\]|https?://")


def job_refusal(
    group: Group, *, covered: t.Container[str], databases: t.Iterable[str], accept_uncovered_sso: bool
) -> str | None:
    """``covered`` are the databases that the job backs up, in lower case, ``databases`` those that it must as well."""
    reasons = (
        _not_sysadmin(group),
        _secondary(group),
        _job(group),
        None if group.sso_backed_up or accept_uncovered_sso else _uncovered_sso(group),
        _uncovered(group, [name for name in databases if name.casefold() not in covered]),
    )
    return next((reason for reason in reasons if reason), None)


def native_refusal(group: Group, *, folder: str, accept_uncovered_sso: bool, assume_stopped: bool) -> str | None:
    reasons = (
        _no_whole_path(folder),
        _not_sysadmin(group),
        _secondary(group),
        None if assume_stopped else _agent_runs(group),
        None if group.sso_database or accept_uncovered_sso else _uncovered_sso(group),
    )
    return next((reason for reason in reasons if reason), None)


def _no_whole_path(folder: str) -> str | None:
    """SQL Server takes anything else for a part of its own default folder."""
    if WHOLE_PATH.match(folder):
        return None
    return (
        f"'{folder}' is no whole path: give the folder as D:\\Folder or \\\\server\\share. Mind that name=value after"
        " -e makes one backslash of two"
    )


def _not_sysadmin(group: Group) -> str | None:
    lacking = [f"{instance.login} on {instance.name}" for instance in group.instances if not instance.sysadmin]
    if not lacking:
        return None
    return (
        f"not sysadmin: {', '.join(lacking)}. KB 2003907 demands that role on every instance that hosts a BizTalk"
        " database: grant it, or connect as somebody who has it"
    )


def _secondary(group: Group) -> str | None:
    instance = group.management_instance
    if not instance.writable:
        return (
            f"database {group.management_database} on {instance.name} is read-only, as on a secondary replica: there"
            " the job skips every step. Connect to the availability group's listener"
        )
    for database in group.databases:
        if database.replica_role == "secondary":
            return (
                f"{database.instance} holds a secondary replica of {database.name} (availability group"
                f" {database.availability_group}), which cannot be backed up in full: fail the availability group over"
                " to the other databases' instance, or connect to its listener"
            )
    return None


def _job(group: Group) -> str | None:
    job, instance = group.backup_job, group.management_instance
    if not job.exists:
        return (
            f"{instance.name} has no job '{job.name}': configure BizTalk's backup, or name the job in job_name"
            " (biztalk_backup_job of the playbooks)"
        )
    if not job.enabled:
        return f"job '{job.name}' on {instance.name} is disabled: enable it once its backup path is configured"
    if not job.path_configured:
        return f"job '{job.name}' on {instance.name} has no backup path yet: replace '<destination path>' in its steps"
    if instance.agent_running is False:
        return f"SQL Server Agent of {instance.name} is stopped: start it, for it runs the backup job"
    return None


def _agent_runs(group: Group) -> str | None:
    up = [instance.name for instance in group.instances if instance.agent_running is not False]
    if not up:
        return None
    return (
        f"SQL Server Agent runs on {', '.join(up)}: stop the service first. Method native is for databases that nobody"
        " uses, for nothing marks a moment that all of its files have in common"
    )


def _uncovered_sso(group: Group) -> str:
    database = group.sso_database
    where = (
        f"{database.name} on {database.server}" if database else "the SSO database, which is on none of the instances,"
    )
    return (
        f"job '{group.backup_job.name}' does not back up {where}, so the group could not be restored as a whole: add it"
        " to adm_OtherBackupDatabases, or set accept_uncovered_sso (biztalk_accept_uncovered_sso of the playbooks)"
    )


def _uncovered(group: Group, names: t.Sequence[str]) -> str | None:
    if not names:
        return None
    return (
        f"job '{group.backup_job.name}' does not back up {', '.join(names)}: add what is missing to"
        " adm_OtherBackupDatabases, or take it out of the option databases (biztalk_backup_databases of the playbooks)"
    )
