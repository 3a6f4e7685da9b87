#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: wait_for_idle
short_description: Waits until nobody uses the databases of a BizTalk Server group
version_added: 0.1.0
author:
  - The biztalk.patching contributors (@biztalk-patching)
description:
  - Runs C(sp_who2) on every SQL Server instance that hosts a database of the group, all at once, and looks at the
    database locks too, until nothing but the allowed sessions uses one of them, or the time is over.
  - Allowed are the module's own session, SQL Server's system sessions, Enterprise Single Sign-On at the single sign-on
    database, and what O(allowed) adds. Pooled connections outlive their process for a while, hence the waiting.
  - The databases, the instances and the computers are read from the group itself.
  - While it waits, the output of the playbook shows for whom, see O(progress_interval).
  - When the time is over the module fails, names the sessions that are left by computer and program, and says what to
    do about each kind. With O(kill=true) it ends them instead.
extends_documentation_fragment:
  - biztalk.patching.attributes
  - biztalk.patching.attributes.actiongroup_sql
  - biztalk.patching.sql
  - biztalk.patching.sessions
  - biztalk.patching.progress
attributes:
  check_mode:
    support: full
    details: In check mode it waits as ever, ends nobody, and says with RV(killed) whom O(kill) would end.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  timeout:
    description: Seconds to wait. V(0) looks once and fails at once when somebody is there.
    type: int
    default: 600
  interval:
    description: Seconds between two looks.
    type: int
    default: 5
  quiet_samples:
    description: How many looks in a row must find nobody.
    type: int
    default: 2
  databases:
    description: Further databases that must be idle, such as custom ones that the backup job does not know.
    type: list
    elements: str
    default: []
  sso_database:
    description: Name of the single sign-on database, to find it where the backup job does not cover it.
    type: str
    default: SSODB
  kill:
    description:
      - End the sessions that are left when the time is over (C(KILL)). What they have not committed is taken back.
      - A last resort. Stop the programs instead, for many connect again at once; those are not ended a second time, and
        the module fails.
    type: bool
    default: false
seealso:
  - module: biztalk.patching.group_info
"""

EXAMPLES = r"""
- name: Wait until the group's databases are idle
  biztalk.patching.wait_for_idle:
    server: sql1.example.com
    timeout: 900
    allowed:
      - program: Backup Exec*
        host: BACKUP1
  delegate_to: localhost
"""

RETURN = r"""
idle:
  description: Whether the databases are idle.
  returned: always, unless an instance could not be asked
  type: bool
  sample: true
offenders:
  description:
    - The sessions that must go, each with C(instance), C(spid), C(host), C(program), C(login), the BizTalk
      C(databases) it uses, its C(kind) and the C(remedy).
  returned: always, unless an instance could not be asked
  type: list
  elements: dict
  sample:
    - instance: SQL1
      spid: 61
      host: BTS2
      program: mmc
      login: LAB\operator
      databases: [BizTalkMgmtDb]
      kind: console
      remedy: close the BizTalk Administration Console or HAT on that computer
culprits:
  description:
    - The same by computer and program. Each has C(host), C(program), C(kind), C(remedy), the number of C(sessions) and
      the C(logins), C(databases) and C(instances) that these have.
  returned: always, unless an instance could not be asked
  type: list
  elements: dict
  sample:
    - host: BTS2
      program: mmc
      kind: console
      remedy: close the BizTalk Administration Console or HAT on that computer
      sessions: 3
      logins: ['LAB\operator']
      databases: [BizTalkMgmtDb]
      instances: [SQL1]
killed:
  description: The sessions that were ended, described as in RV(offenders).
  returned: always, unless an instance could not be asked
  type: list
  elements: dict
  sample: []
seen:
  description: Everybody who had to be waited for, at whatever look, described as in RV(culprits).
  returned: always, unless an instance could not be asked
  type: list
  elements: dict
  sample: []
samples:
  description: How often the module looked.
  returned: always, unless an instance could not be asked
  type: int
  sample: 4
waited:
  description: Seconds that it took.
  returned: always, unless an instance could not be asked
  type: float
  sample: 15.2
"""

import typing as t
from dataclasses import replace

from ansible_collections.biztalk.patching.plugins.module_utils._activity import MayStay
from ansible_collections.biztalk.patching.plugins.module_utils._arguments import (
    PROGRESS_OPTIONS,
    SESSION_OPTIONS,
    sql_module,
)
from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock, SystemClock
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._idle import (
    IdleOptions,
    IdleOutcome,
    end_remaining,
    wait_for_idle,
)
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress, progress_in
from ansible_collections.biztalk.patching.plugins.module_utils._sql import OdbcServers, SqlServers
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions

OWN_OPTIONS: dict[str, t.Any] = {
    "timeout": {"type": "int", "default": 600},
    "interval": {"type": "int", "default": 5},
    "quiet_samples": {"type": "int", "default": 2},
    "databases": {"type": "list", "elements": "str", "default": []},
    "sso_database": {"type": "str", "default": "SSODB"},
    "kill": {"type": "bool", "default": False},
}


def idle_options(params: t.Mapping[str, t.Any]) -> IdleOptions:
    return IdleOptions(
        timeout=params["timeout"],
        interval=params["interval"],
        quiet_samples=params["quiet_samples"],
        may_stay=MayStay.from_params(params),
        databases=tuple(params["databases"]),
    )


def await_idle(
    servers: SqlServers, params: t.Mapping[str, t.Any], clock: Clock, progress: Progress, *, check_mode: bool
) -> IdleOutcome:
    group = read_group(servers, sso_database=params["sso_database"])
    options = idle_options(params)
    outcome = wait_for_idle(servers, group, options, clock, progress)
    if outcome.idle or not params["kill"]:
        return outcome
    if check_mode:
        return replace(outcome, idle=True, offenders=(), killed=outcome.offenders)
    ended = end_remaining(servers, group, options, clock, progress)
    samples, waited = outcome.samples + ended.samples, outcome.waited + ended.waited
    return replace(ended, samples=samples, waited=waited, seen=outcome.seen)


def main() -> None:
    module = sql_module(OWN_OPTIONS | SESSION_OPTIONS | PROGRESS_OPTIONS)
    params: dict[str, t.Any] = module.params
    try:
        with OdbcServers(SqlOptions.from_params(params)) as servers:
            progress = progress_in(params["progress_file"])
            outcome = await_idle(servers, params, SystemClock(), progress, check_mode=module.check_mode)
    except SqlError as error:
        module.fail_json(msg=str(error))
    result = {"changed": bool(outcome.killed), **outcome.as_result()}
    if not outcome.idle:
        ended = f" and after {len(outcome.killed)} sessions were ended" if params["kill"] else ""
        message = f"The BizTalk databases are still in use after {outcome.waited:.0f} s{ended}: {outcome.summary()}"
        module.fail_json(msg=message, **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
