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
  - When the time is over the module fails, names every session that is left, and says what to do about each.
extends_documentation_fragment:
  - biztalk.patching.attributes
  - biztalk.patching.attributes.info_module
  - biztalk.patching.attributes.actiongroup_sql
  - biztalk.patching.sql
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

from ansible_collections.biztalk.patching.plugins.module_utils._activity import Pattern
from ansible_collections.biztalk.patching.plugins.module_utils._arguments import sql_module
from ansible_collections.biztalk.patching.plugins.module_utils._clock import SystemClock
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._idle import IdleOptions, wait_for_idle
from ansible_collections.biztalk.patching.plugins.module_utils._sql import OdbcServers
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
    "sso_programs": {
        "type": "list",
        "elements": "str",
        "default": ["ENTSSO*", "*Single Sign-On*", "Enterprise SSO*"],
    },
    "sso_hosts": {"type": "list", "elements": "str", "default": []},
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


def main() -> None:
    module = sql_module(OWN_OPTIONS)
    params: dict[str, t.Any] = module.params
    try:
        with OdbcServers(SqlOptions.from_params(params)) as servers:
            group = read_group(servers, sso_database=params["sso_database"])
            outcome = wait_for_idle(servers, group, idle_options(params), SystemClock())
    except SqlError as error:
        module.fail_json(msg=str(error))
    if not outcome.idle:
        message = f"The BizTalk databases are still in use after {outcome.waited:.0f} s: {outcome.summary()}"
        module.fail_json(msg=message, **outcome.as_result())
    module.exit_json(changed=False, **outcome.as_result())


if __name__ == "__main__":
    main()
