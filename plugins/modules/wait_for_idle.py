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
  - When the time is over the module fails, names the sessions that are left by computer and program, and says what to
    do about each kind. With O(kill=true) it ends them instead.
extends_documentation_fragment:
  - biztalk.patching.attributes
  - biztalk.patching.attributes.actiongroup_sql
  - biztalk.patching.sql
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
  allowed:
    description: Sessions that may stay. A session must match every part that an entry has.
    type: list
    elements: dict
    default: []
    suboptions:
      program:
        description: Pattern for the program name, with C(*) and C(?) as wildcards; case does not matter.
        type: str
        default: "*"
      login:
        description: Pattern for the login.
        type: str
        default: "*"
      host:
        description: Pattern for the computer.
        type: str
        default: "*"
      database:
        description: Pattern that every BizTalk database which the session uses must match.
        type: str
        default: "*"
  databases:
    description: Further databases that must be idle, such as custom ones that the backup job does not know.
    type: list
    elements: str
    default: []
  sso_database:
    description: Name of the single sign-on database, to find it where the backup job does not cover it.
    type: str
    default: SSODB
  sso_programs:
    description:
      - Patterns for the program name of Enterprise Single Sign-On's sessions.
      - Microsoft does not document that name. When RV(offenders) shows the service under another one, give it here.
    type: list
    elements: str
    default: ["ENTSSO*", "*Single Sign-On*", "Enterprise SSO*"]
  sso_hosts:
    description: Computers besides those of the group from which Enterprise Single Sign-On may be connected.
    type: list
    elements: str
    default: []
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
    - The sessions that must go, each with C(instance), C(spid), C(host), C(program), C(login), the BizTalk and other
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

from ansible_collections.biztalk.patching.plugins.module_utils._activity import Pattern
from ansible_collections.biztalk.patching.plugins.module_utils._arguments import sql_module
from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock, SystemClock
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._idle import (
    SSO_PROGRAMS,
    IdleOptions,
    IdleOutcome,
    end_remaining,
    wait_for_idle,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql import OdbcServers, SqlServers
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions

OWN_OPTIONS: dict[str, t.Any] = {
    "timeout": {"type": "int", "default": 600},
    "interval": {"type": "int", "default": 5},
    "quiet_samples": {"type": "int", "default": 2},
    "allowed": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {part: {"type": "str", "default": "*"} for part in ("program", "login", "host", "database")},
    },
    "databases": {"type": "list", "elements": "str", "default": []},
    "sso_database": {"type": "str", "default": "SSODB"},
    "sso_programs": {"type": "list", "elements": "str", "default": list(SSO_PROGRAMS)},
    "sso_hosts": {"type": "list", "elements": "str", "default": []},
    "kill": {"type": "bool", "default": False},
}


def idle_options(params: t.Mapping[str, t.Any]) -> IdleOptions:
    return IdleOptions(
        timeout=params["timeout"],
        interval=params["interval"],
        quiet_samples=params["quiet_samples"],
        sso_programs=tuple(params["sso_programs"]),
        sso_hosts=tuple(params["sso_hosts"]),
        allowed=tuple(Pattern(**entry) for entry in params["allowed"]),
        databases=tuple(params["databases"]),
    )


def await_idle(servers: SqlServers, params: t.Mapping[str, t.Any], clock: Clock, *, check_mode: bool) -> IdleOutcome:
    group = read_group(servers, sso_database=params["sso_database"])
    options = idle_options(params)
    outcome = wait_for_idle(servers, group, options, clock)
    if outcome.idle or not params["kill"]:
        return outcome
    if check_mode:
        return replace(outcome, idle=True, offenders=(), killed=outcome.offenders)
    ended = end_remaining(servers, group, options, clock)
    return replace(ended, samples=outcome.samples + ended.samples, waited=outcome.waited + ended.waited)


def main() -> None:
    module = sql_module(OWN_OPTIONS)
    params: dict[str, t.Any] = module.params
    try:
        with OdbcServers(SqlOptions.from_params(params)) as servers:
            outcome = await_idle(servers, params, SystemClock(), check_mode=module.check_mode)
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
