#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: full_backup
short_description: Makes a forced full backup of all databases of a BizTalk Server group
version_added: 0.1.0
author:
  - The biztalk.patching contributors (@biztalk-patching)
description:
  - Calls C(sp_ForceFullBackup) and runs the SQL Server Agent job C(Backup BizTalk Server), as Microsoft KB 2003907
    demands before an update with SQL scripts, waits for it and verifies what it wrote.
  - The backup is judged by its backup set in C(adm_BackupHistory), not by the job. A good set is newer than any
    before, complete, and holds exactly the databases of C(admv_BackupDatabases). The job's last step can fail though
    the set is good, and the job can succeed without a set; RV(backup_set.job_outcome) is reported beside it.
  - Refuses, before it changes anything, when the login is not sysadmin on every instance of the group, when the job is
    missing, disabled or without a backup path, when SQL Server Agent is stopped, when an instance holds a secondary
    replica only, and when the single sign-on database or one of O(databases) is not covered.
  - Waits for a run of the job that is in progress.
  - With O(method=native) it makes the files itself, with C(BACKUP DATABASE), for groups whose job is not usable. Then
    SQL Server Agent must be stopped on every instance and nobody may use the databases, which it checks first as
    M(biztalk.patching.wait_for_idle) does.
  - While it works, the output of the playbook shows what it is at, see O(progress_interval).
extends_documentation_fragment:
  - biztalk.patching.attributes
  - biztalk.patching.attributes.actiongroup_sql
  - biztalk.patching.sql
  - biztalk.patching.sessions
  - biztalk.patching.progress
attributes:
  check_mode:
    support: full
    details: Every refusal is found in check mode too.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Each run makes a backup.
options:
  method:
    description:
      - With V(job), the backup job makes the files.
      - With V(native), the module does, by C(BACKUP DATABASE) with C(CHECKSUM) and without C(COPY_ONLY). It compresses
        when the group's backup is configured so (C(sp_SetBackupCompression)) or the instance does by default, and
        covers every database of the group and O(databases). Such a set has no BackupSetId.
    type: str
    choices: [job, native]
    default: job
  folder:
    description:
      - Folder for the files of O(method=native), as the SQL Server instances see it. Where there are several of them, a
        share that all may write into, or a path that exists on each.
      - Required with O(method=native).
    type: str
  databases:
    description:
      - Further databases that the backup must hold, such as custom ones that belong to the applications.
      - With O(method=job) the module refuses when the job does not cover one of them.
    type: list
    elements: str
    default: []
  job_name:
    description:
      - Name of the SQL Server Agent job.
      - By default C(Backup BizTalk Server) with the name of the management database in brackets.
    type: str
  job_timeout:
    description:
      - Seconds to wait for the job altogether, a run in progress included, or for the files of O(method=native).
        Verification is not counted.
    type: int
    default: 7200
  poll_interval:
    description: Seconds between two looks at the job.
    type: int
    default: 5
  verify:
    description:
      - How to check the files.
      - With V(header), that each can be read and is a full backup of the right database (C(RESTORE HEADERONLY)).
      - With V(full), also that all of it can be read (C(RESTORE VERIFYONLY)), which takes about as long as the backup.
      - SQL Server reads the files, each instance its own.
    type: str
    choices: [none, header, full]
    default: full
  sso_database:
    description: Name of the single sign-on database, to find it where the backup job does not cover it.
    type: str
    default: SSODB
  accept_uncovered_sso:
    description:
      - Make the backup although the job does not cover the single sign-on database, or with O(method=native), although
        there is none on the group's instances.
    type: bool
    default: false
  assume_stopped:
    description:
      - In check mode, whether O(method=native) could make a backup once SQL Server Agent is stopped and nobody uses the
        databases any more. Without check mode it has no effect.
    type: bool
    default: false
seealso:
  - module: biztalk.patching.group_info
"""

EXAMPLES = r"""
- name: Back up all databases of the group
  biztalk.patching.full_backup:
    server: sql1.example.com
    job_timeout: 14400
  delegate_to: localhost
  register: backup

- name: Back up a group whose backup job is not usable, once all is stopped
  biztalk.patching.full_backup:
    server: sql1.example.com
    method: native
    folder: \\nas\biztalk\before-update
    databases: [Orders]
  delegate_to: localhost
"""

RETURN = r"""
backup_set:
  description: The backup set. When the set is not good the module fails and returns what is known of it.
  returned: when a backup was tried
  type: dict
  contains:
    id:
      description: Its BackupSetId, null when the job wrote none and with O(method=native).
      type: int
      sample: 4712
    method:
      description: How it was made, as O(method) says.
      type: str
      sample: job
    databases:
      description:
        - Every database in it with its C(server), C(name), C(file), the C(type) of the backup and when it was
          C(finished), in the time zone that the job uses, UTC by default.
        - Its C(size) on the medium in bytes and the C(seconds) that the backup took are null where O(verify=none).
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
    started:
      description: When the module asked for it (UTC).
      type: str
      sample: '2026-11-22T10:14:58+00:00'
    ended:
      description: When it was made and verified (UTC).
      type: str
      sample: '2026-11-22T10:21:03+00:00'
    seconds:
      description: How long that took.
      type: float
      sample: 365.2
    job_outcome:
      description: How the job's run ended, V(succeeded), V(failed), V(canceled) or V(retry), null without a job.
      type: str
      sample: succeeded
    job_messages:
      description: What its failed steps said.
      type: list
      elements: str
      sample: []
    verification:
      description: How the files were checked, as O(verify) says.
      type: str
      sample: full
would_back_up:
  description: The databases that a backup would hold, each with its C(server) and C(name).
  returned: in check mode
  type: list
  elements: dict
  sample:
    - {server: SQL1, name: BizTalkMgmtDb}
last_full_set:
  description:
    - The newest full backup set of the job, null when there is none. It tells how long a backup takes.
    - It has its C(id), whether it is C(complete), when it was C(finished) (UTC) and how many C(seconds) it took from
      the first to the last database. The latter two are null where C(msdb) does not remember every file.
  returned: in check mode
  type: dict
  sample:
    id: 4711
    finished: '2026-11-22T02:04:12+00:00'
    seconds: 252.0
    complete: true
"""

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._activity import MayStay
from ansible_collections.biztalk.patching.plugins.module_utils._arguments import (
    PROGRESS_OPTIONS,
    SESSION_OPTIONS,
    sql_module,
)
from ansible_collections.biztalk.patching.plugins.module_utils._clock import SystemClock
from ansible_collections.biztalk.patching.plugins.module_utils._full_backup import (
    BackupError,
    BackupOptions,
    expected,
    full_backup,
    server_of,
)
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._last_set import last_full_set
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress, progress_in
from ansible_collections.biztalk.patching.plugins.module_utils._sql import OdbcServers, SqlServers
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions

OWN_OPTIONS: dict[str, t.Any] = {
    "method": {"type": "str", "choices": ["job", "native"], "default": "job"},
    "folder": {"type": "str"},
    "databases": {"type": "list", "elements": "str", "default": []},
    "job_name": {"type": "str"},
    "job_timeout": {"type": "int", "default": 7200},
    "poll_interval": {"type": "int", "default": 5},
    "verify": {"type": "str", "choices": ["none", "header", "full"], "default": "full"},
    "sso_database": {"type": "str", "default": "SSODB"},
    "accept_uncovered_sso": {"type": "bool", "default": False},
    "assume_stopped": {"type": "bool", "default": False},
}


def make_backup(
    servers: SqlServers, params: t.Mapping[str, t.Any], progress: Progress, *, check_mode: bool
) -> dict[str, t.Any]:
    """The module's result. Raises SqlError when the backup is refused or not good."""
    options = BackupOptions(
        method=params["method"],
        folder=params["folder"] or "",
        timeout=params["job_timeout"],
        interval=params["poll_interval"],
        verify=params["verify"],
        accept_uncovered_sso=params["accept_uncovered_sso"],
        databases=tuple(params["databases"]),
        assume_stopped=check_mode and params["assume_stopped"],
        may_stay=MayStay.from_params(params),
    )
    group = read_group(servers, job_name=params["job_name"], sso_database=params["sso_database"])
    if check_mode:
        databases = expected(servers, group, options)
        return {
            "would_back_up": [{"server": database.server, "name": database.database} for database in databases],
            "last_full_set": last_full_set(servers.management(), server_of(servers, group)),
        }
    return {"backup_set": full_backup(servers, group, options, SystemClock(), progress)}


def main() -> None:
    module = sql_module(
        OWN_OPTIONS | SESSION_OPTIONS | PROGRESS_OPTIONS, required_if=[["method", "native", ["folder"]]]
    )
    try:
        with OdbcServers(SqlOptions.from_params(module.params)) as servers:
            progress = progress_in(module.params["progress_file"])
            result = make_backup(servers, module.params, progress, check_mode=module.check_mode)
    except BackupError as error:
        module.fail_json(msg=str(error), backup_set=error.details)
    except SqlError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=True, **result)


if __name__ == "__main__":
    main()
