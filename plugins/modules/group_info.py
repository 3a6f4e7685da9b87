#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: group_info
short_description: Describes a BizTalk Server group as its databases know it
version_added: 0.1.0
author:
  - The biztalk.patching contributors (@biztalk-patching)
description:
  - Reads the management database of a BizTalk Server group, and from each SQL Server instance that hosts one of the
    group's databases what only that instance knows.
  - Changes nothing.
  - The group names its master secret server, but not where the single sign-on database is. The module takes the row of
    C(adm_OtherBackupDatabases) whose C(DefaultDatabaseName) is C(SSO); without one it looks for O(sso_database) on the
    instances that the group uses, and such a database is not covered by the backup job.
extends_documentation_fragment:
  - biztalk.patching.attributes
  - biztalk.patching.attributes.info_module
  - biztalk.patching.attributes.actiongroup_sql
  - biztalk.patching.sql
options:
  job_name:
    description:
      - Name of the SQL Server Agent job that backs up the group.
      - By default C(Backup BizTalk Server) with the name of the management database in brackets.
    type: str
  sso_database:
    description: Name of the single sign-on database, to find it where the backup job does not cover it.
    type: str
    default: SSODB
  accounts:
    description:
      - Accounts to look up on every SQL Server instance of the group, C(DOMAIN\account) or SQL Server logins. Are they
        sysadmin there, by themselves or through a Windows group?
      - The account that runs the installer has to be (Microsoft KB 2003907). To ask, the login of the module needs
        C(sysadmin) or the right to run C(xp_logininfo).
    type: list
    elements: str
    default: []
  last_full_set:
    description: Whether to look for the newest full backup set of the job, too.
    type: bool
    default: false
seealso:
  - module: biztalk.patching.full_backup
  - module: biztalk.patching.wait_for_idle
"""

EXAMPLES = r"""
- name: Read the group
  biztalk.patching.group_info:
    server: sql1.example.com
    ca_certificate: /etc/pki/tls/certs/example-ca.pem
  delegate_to: localhost
  register: biztalk

- name: Refuse to go on when a computer of the group is not in the play
  ansible.builtin.assert:
    that: (biztalk.group.servers | map(attribute='name') | map('lower')) is subset(ansible_play_hosts_all |
      map('lower'))
"""

RETURN = r"""
accounts:
  description:
    - For each of O(accounts) its C(name), whether it is C(sysadmin) on every instance, and its standing on each of the
      C(instances). C(through) holds the Windows groups that bring the role, C(problem) says why the answer is no or
      not known (null).
  returned: success
  type: list
  elements: dict
  sample:
    - name: LAB\installer
      sysadmin: true
      instances:
        - {instance: SQL1, sysadmin: true, through: ['LAB\SQL Admins'], problem: null}
group:
  description: The group.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the group.
      type: str
      sample: BizTalk Group
    management:
      description: The management database's C(server), by the instance's own name, and its C(database).
      type: dict
      sample: {server: SQL1, database: BizTalkMgmtDb}
    sso_server:
      description: The computer with the master secret.
      type: str
      sample: BTS1
    servers:
      description:
        - Every BizTalk computer of the group, with its C(name), the C(hosts) that have an instance on it, whether
          that makes it a C(runtime) computer, and whether it is the C(master_secret_server).
      type: list
      elements: dict
      sample:
        - {name: BTS1, master_secret_server: true, runtime: true, hosts: [BizTalkServerApplication]}
    hosts:
      description: Every host with its C(name), its C(type) (V(in_process) or V(isolated)), C(tracking), whether it is
        C(clustered), and the group of resources of the Windows cluster that its instances move in (C(cluster_group),
        else null).
      type: list
      elements: dict
      sample:
        - name: BizTalkServerApplication
          type: in_process
          tracking: true
          clustered: false
          cluster_group: null
    host_instances:
      description:
        - Every host instance with its C(name), C(server), C(host) and C(type), whether it is C(disabled), C(configured)
          and C(clustered), and its C(service_name), which is null for an isolated host.
      type: list
      elements: dict
      sample:
        - name: Microsoft BizTalk Server BizTalkServerApplication BTS1
          server: BTS1
          host: BizTalkServerApplication
          type: in_process
          disabled: false
          configured: true
          clustered: false
          service_name: BTSSvc$BizTalkServerApplication
    databases:
      description:
        - Every database with its C(name), its C(server) as the group writes it, the C(instance)'s own name, its C(role)
          (V(management), V(message_box), V(tracking), V(rule_engine), V(sso), V(bam) or V(other)), and whether the
          backup job covers it (C(backed_up)).
        - In an Availability Group also that one's name (C(availability_group)) and whether the instance holds the
          V(primary) or a V(secondary) replica (C(replica_role)); otherwise both are null.
      type: list
      elements: dict
      sample:
        - name: SSODB
          server: SQL1
          instance: SQL1
          role: sso
          backed_up: true
          availability_group: null
          replica_role: null
    sql_instances:
      description:
        - Every SQL Server instance whose Agent matters, with its own C(name) and its C(role), V(primary) where it hosts
          databases of the group, V(secondary) where it only holds replicas of them (null where that cannot be told, as
          in the midst of a fail-over).
        - Further the names by which the group knows it (C(known_as)), its C(version), its C(databases) of the group,
          the C(availability_groups) that they are in, whether its Agent runs (C(agent_running), null when that could
          not be found out), the module's C(login) there and whether that is C(sysadmin).
        - An instance in a failover cluster is C(clustered), its name is that of no computer, it may run on each of the
          C(cluster_nodes) and runs on C(physical_computer) now, which of another instance is its computer.
        - Where a secondary replica could not be asked, C(problem) says why, and what it did not tell is null.
      type: list
      elements: dict
      sample:
        - name: SQL1
          role: primary
          known_as: [SQL1, sql1.example.com]
          version: 15.0.4420.2
          databases: [BizTalkMgmtDb, SSODB]
          availability_groups: []
          clustered: false
          physical_computer: SQL1
          cluster_nodes: []
          agent_running: true
          login: LAB\patching
          sysadmin: true
          problem: null
    backup_job:
      description:
        - The backup job's C(name), whether it C(exists), is C(enabled), has its path configured (C(path_configured))
          and is C(running), its C(last_outcome) (V(succeeded), V(failed), V(canceled), V(retry), V(in_progress)
          or null), and its C(next_run) in the server's own time, null when it has no schedule.
      type: dict
      sample:
        name: Backup BizTalk Server (BizTalkMgmtDb)
        exists: true
        enabled: true
        path_configured: true
        running: false
        last_outcome: succeeded
        next_run: '2026-11-22T10:15:00'
    last_full_set:
      description:
        - The newest full backup set of the job as RV(biztalk.patching.full_backup#module:last_full_set), null when
          there is none and without O(last_full_set).
      type: dict
      sample: {id: 4711, finished: '2026-11-22T02:04:12+00:00', seconds: 252.0, complete: true}
    sso_backed_up:
      description: Whether the backup job covers the single sign-on database.
      type: bool
      sample: true
    versions:
      description:
        - The rows of C(BizTalkDBVersion) in C(databases), and of C(BizTalkCUVersion) in C(cumulative_updates) where
          that table exists.
      type: dict
      sample:
        databases:
          - {name: Management DB, database_version: 3.13.717.0, product_version: 3.13.717.0, language: 1033}
        cumulative_updates: []
"""

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._accounts import accounts_result
from ansible_collections.biztalk.patching.plugins.module_utils._arguments import sql_module
from ansible_collections.biztalk.patching.plugins.module_utils._full_backup import server_of
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._group_result import group_result
from ansible_collections.biztalk.patching.plugins.module_utils._last_set import last_full_set
from ansible_collections.biztalk.patching.plugins.module_utils._sql import OdbcServers
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions
from ansible_collections.biztalk.patching.plugins.module_utils._whereabouts import all_instances

OWN_OPTIONS: dict[str, t.Any] = {
    "job_name": {"type": "str"},
    "sso_database": {"type": "str", "default": "SSODB"},
    "accounts": {"type": "list", "elements": "str", "default": []},
    "last_full_set": {"type": "bool", "default": False},
}


def main() -> None:
    module = sql_module(OWN_OPTIONS)
    params: dict[str, t.Any] = module.params
    try:
        with OdbcServers(SqlOptions.from_params(params)) as servers:
            group = read_group(servers, job_name=params["job_name"], sso_database=params["sso_database"])
            instances = all_instances(servers, group)
            accounts = accounts_result(servers, group, params["accounts"])
            newest = last_full_set(servers.management(), server_of(servers, group)) if params["last_full_set"] else None
    except SqlError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, group=group_result(group, instances) | {"last_full_set": newest}, accounts=accounts)


if __name__ == "__main__":
    main()
