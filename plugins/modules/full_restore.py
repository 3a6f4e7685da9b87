#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: full_restore
short_description: Restores all databases of a BizTalk Server group from one full backup set
version_added: 0.1.0
author:
  - The biztalk.patching contributors (@biztalk-patching)
description:
  - Restores the full backups of B(all) databases of a group, as Microsoft KB 2003907 demands to roll back an update
    with SQL scripts. It runs no script, uninstalls nothing and starts nothing.
  - Before it changes anything it looks for all that could go wrong and reports everything at once. The set must hold
    exactly the databases that the group has today; each file must be readable by the SQL Server that restores it, and
    be a full backup of the right database, instance and set, made by no newer SQL Server; the volumes must have room;
    the login must be sysadmin everywhere; SQL Server Agent must be stopped, and BizTalk Server, IIS and Enterprise
    Single Sign-On be gone from the databases. When nothing else is wrong, SQL Server reads every file to its end.
  - Then each database is taken offline, which ends every other session for good, and restored C(WITH REPLACE,
    NORECOVERY), the management database last. Only when all are, they are recovered, the management database last.
  - When something fails, what was begun stays in the state RESTORING, so nothing of the group can start half restored.
    The message says what is in which state. The same command can be run again then, and restores all of them anew.
  - While it works, the output of the playbook shows what it is at, see O(progress_interval).
extends_documentation_fragment:
  - biztalk.patching.attributes
  - biztalk.patching.attributes.actiongroup_sql
  - biztalk.patching.sql
  - biztalk.patching.progress
attributes:
  check_mode:
    support: full
    details:
      - Every check is made, reading the files to their end too, see O(verify). RV(plan) holds the exact statements.
      - What still runs and has to be stopped first is no failure then, but in RV(to_stop).
  diff_mode:
    support: full
  idempotent:
    support: none
    details: Each run is an order to restore, and is carried out. Nothing in a database says that it was restored.
options:
  backup_set:
    description:
      - The set, as RV(biztalk.patching.full_backup#module:backup_set) gave it. Ids are issued again after a restore, so
        C(databases), each with C(server), C(name) and C(file), decide; C(size), C(seconds) and the whole set's
        C(seconds) are compared with the files where they are there.
      - Without C(databases), the complete full set with that C(id) in the history of the management database. Should
        the history have several of that id, C(finished) with the beginning of its time tells which one; the failure
        lists them.
    type: dict
    required: true
  databases:
    description:
      - Databases in the set that do not belong to the group, as in the option of the same name of
        M(biztalk.patching.full_backup). They are restored with the others.
    type: list
    elements: str
    default: []
  versions:
    description:
      - Rows of C(BizTalkDBVersion) that the restored management database must have, each with C(name),
        C(database_version) and C(product_version), as M(biztalk.patching.group_info) returned them before the update.
      - Without them the versions are returned and not compared.
    type: list
    elements: dict
    default: []
  verify:
    description:
      - How to check the files. Their headers and lists of files are read always.
      - With V(full), SQL Server also reads all of each file (C(RESTORE VERIFYONLY)), which takes about as long as the
        backup did.
    type: str
    choices: [header, full]
    default: full
  parallel:
    description: How many databases of an instance are verified or restored at the same time. All instances are at once.
    type: int
    default: 4
  idle_timeout:
    description:
      - Seconds to wait for sessions of BizTalk Server, IIS, Enterprise Single Sign-On and SQL Server Agent to end,
        which may outlive their programs for a while.
    type: int
    default: 60
  restore_timeout:
    description:
      - Seconds that restoring may take altogether. V(0) is no limit.
      - A restore that is broken off leaves its database in the state RESTORING, like any failure.
    type: int
    default: 0
  poll_interval:
    description: Seconds between two looks at the sessions, and at how far the databases are.
    type: int
    default: 5
  sso_database:
    description: Name of the single sign-on database, to find it where the backup job does not cover it.
    type: str
    default: SSODB
  accept_uncovered_sso:
    description: Restore the others although the single sign-on database is not in the set.
    type: bool
    default: false
seealso:
  - module: biztalk.patching.full_backup
  - module: biztalk.patching.group_info
notes:
  - A restored management database holds its own backup set as an incomplete one and asks for a full backup, for it was
    backed up inside of the set. Make a new full backup afterwards; the chain of log backups is interrupted too.
"""

EXAMPLES = r"""
- name: Restore all databases from the set that was made before the update
  biztalk.patching.full_restore:
    server: sql1.example.com
    backup_set: "{{ backup.backup_set }}"
    versions: "{{ before.group.versions.databases }}"
  delegate_to: localhost

- name: Show what restoring set 4712 would do
  biztalk.patching.full_restore:
    server: sql1.example.com
    backup_set:
      id: 4712
  delegate_to: localhost
  check_mode: true
  register: preview
"""

RETURN = r"""
backup_set:
  description: The set, with the files that it was restored from.
  returned: when the checks passed
  type: dict
  contains:
    id:
      description: Its BackupSetId, null where it has none.
      type: int
      sample: 4712
    seconds:
      description: How long making it took, null where nobody knows.
      type: float
      sample: 365.2
    databases:
      description: Its files, as M(biztalk.patching.full_backup) returns them.
      type: list
      elements: dict
      sample:
        - server: SQL1
          name: BizTalkMgmtDb
          file: 'D:\Backup\SQL1_BizTalkMgmtDb_Full_BTS_2026_11_22_10_15_00_000.bak'
          type: full
          finished: '2026-11-22T10:15:00'
          size: 734003200
          seconds: 21.0
plan:
  description:
    - The statements in their order, each with its C(instance) and C(database). Those of several databases run side by
      side, but every database is restored before the management database is, and all are before one is recovered.
  returned: when the checks passed
  type: list
  elements: dict
  sample:
    - instance: SQL1
      database: SSODB
      statement: ALTER DATABASE [SSODB] SET OFFLINE WITH ROLLBACK IMMEDIATE
    - instance: SQL1
      database: SSODB
      statement: RESTORE DATABASE [SSODB] FROM DISK = N'D:\Backup\SSODB.bak' WITH REPLACE, NORECOVERY
    - instance: SQL1
      database: SSODB
      statement: RESTORE DATABASE [SSODB] WITH RECOVERY
to_stop:
  description: What runs and would make the module refuse outside check mode, each with what to do.
  returned: in check mode
  type: list
  elements: str
  sample: ['SQL Server Agent runs on SQL1: stop the service, its jobs use the databases']
databases:
  description: Every database, with its states C(before) and C(after), and how many C(seconds) its restore took.
  returned: when something was restored, or tried to be
  type: list
  elements: dict
  sample:
    - server: SQL1
      instance: SQL1
      name: BizTalkMgmtDb
      file: 'D:\Backup\SQL1_BizTalkMgmtDb_Full_BTS_2026_11_22_10_15_00_000.bak'
      before: ONLINE MULTI_USER
      after: ONLINE MULTI_USER
      seconds: 24.3
versions:
  description: The rows of C(BizTalkDBVersion) afterwards.
  returned: when something was restored
  type: list
  elements: dict
  sample:
    - {name: Management DB, database_version: 3.13.717.0, product_version: 3.13.717.0}
seconds:
  description: How long restoring and recovering took, without the checks.
  returned: when something was restored, or tried to be
  type: float
  sample: 204.7
"""

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._arguments import PROGRESS_OPTIONS, sql_module
from ansible_collections.biztalk.patching.plugins.module_utils._clock import SystemClock
from ansible_collections.biztalk.patching.plugins.module_utils._full_restore import (
    Prepared,
    RestoreError,
    RestoreOptions,
    prepare,
    restore,
)
from ansible_collections.biztalk.patching.plugins.module_utils._progress import progress_in
from ansible_collections.biztalk.patching.plugins.module_utils._restore_outcome import Version
from ansible_collections.biztalk.patching.plugins.module_utils._sql import OdbcServers
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_lanes import Connect

OWN_OPTIONS: dict[str, t.Any] = {
    "backup_set": {"type": "dict", "required": True},
    "databases": {"type": "list", "elements": "str", "default": []},
    "versions": {"type": "list", "elements": "dict", "default": []},
    "verify": {"type": "str", "choices": ["header", "full"], "default": "full"},
    "parallel": {"type": "int", "default": 4},
    "idle_timeout": {"type": "int", "default": 60},
    "restore_timeout": {"type": "int", "default": 0},
    "poll_interval": {"type": "int", "default": 5},
    "sso_database": {"type": "str", "default": "SSODB"},
    "accept_uncovered_sso": {"type": "bool", "default": False},
}


def options_of(params: t.Mapping[str, t.Any]) -> RestoreOptions:
    """Raises SqlError for values that no argument spec can check."""
    for name in ("parallel", "poll_interval"):
        if params[name] < 1:
            raise SqlError(f"{name} is {params[name]}: it must be at least 1")
    try:
        versions = tuple(Version.parse(one) for one in params["versions"])
    except KeyError as error:
        raise SqlError(f"One of the versions lacks {error}: give name, database_version and product_version") from error
    return RestoreOptions(
        server=params["server"],
        database=params["database"],
        backup_set=params["backup_set"],
        databases=tuple(params["databases"]),
        sso_database=params["sso_database"],
        accept_uncovered_sso=params["accept_uncovered_sso"],
        verify=params["verify"],
        versions=versions,
        parallel=params["parallel"],
        restore_timeout=params["restore_timeout"],
        idle_timeout=params["idle_timeout"],
        interval=params["poll_interval"],
    )


def run(
    connect: Connect, params: t.Mapping[str, t.Any], *, check_mode: bool
) -> tuple[dict[str, t.Any], tuple[str, ...]]:
    """The module's result, and warnings. Raises SqlError."""
    options, clock = options_of(params), SystemClock()
    progress = progress_in(params["progress_file"])
    prepared = prepare(connect, options, clock, progress, preview=check_mode)
    if check_mode:
        result = prepared.as_result() | {"to_stop": list(prepared.to_stop)}
        return result | {"diff": difference(prepared, None)}, prepared.warnings
    result = restore(connect, prepared, options, clock, progress)
    after = {(one["instance"], one["name"]): one["after"] for one in result["databases"]}
    return result | {"diff": difference(prepared, after)}, prepared.warnings


def difference(prepared: Prepared, after: t.Mapping[tuple[str, str], str] | None) -> dict[str, str]:
    """The states of the databases, in check mode those that they would have."""
    known = after or {}
    lines = [
        (target.label, str(target.before), known.get((target.place.name, target.database), "ONLINE MULTI_USER"))
        for target in prepared.ordered
    ]
    files = [target.file for target in prepared.ordered]
    return {
        "before": "".join(f"{label}: {before}\n" for label, before, _after in lines),
        "after": "".join(
            f"{label}: {state}, restored from {file}\n"
            for (label, _before, state), file in zip(lines, files, strict=True)
        ),
    }


def main() -> None:
    module = sql_module(OWN_OPTIONS | PROGRESS_OPTIONS)
    sql_options = SqlOptions.from_params(module.params)
    try:
        result, warnings = run(lambda: OdbcServers(sql_options), module.params, check_mode=module.check_mode)
    except RestoreError as error:
        module.fail_json(msg=str(error), changed=True, **error.details)
    except SqlError as error:
        module.fail_json(msg=str(error))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=True, **result)


if __name__ == "__main__":
    main()
