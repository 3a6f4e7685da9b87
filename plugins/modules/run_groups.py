#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: run_groups
short_description: Run a playbook of this collection on several BizTalk groups side by side
version_added: 0.1.0
description:
  - Starts an C(ansible-playbook) for each group, with the inventory, the extra variables, the tags, the vault passwords
    and the connection settings of the run that it is a task of, and shows what they are at, with the group's name.
  - A group that fails does not stop the others. The task itself does not fail because of it; look at RV(groups).
  - Groups that share a SQL Server instance are patched or rolled back one after the other, because SQL Server Agent
    would be started for the one while the other still installs. When one of them does not end well, the others are not
    begun.
  - When it is told to end (Ctrl-C, SIGTERM) it tells each C(ansible-playbook) to end as Ctrl-C does, waits until they
    have, and fails. Their run records say how to go on.
  - It runs on the controller itself, whatever the host of the task is. The callback
    P(biztalk.patching.told#callback) brings the results.
author:
  - The biztalk.patching contributors (@biztalk-patching)
extends_documentation_fragment:
  - biztalk.patching.attributes
options:
  playbook:
    description: The playbook of this collection.
    type: str
    choices: [plan, patch, rollback, status]
    required: true
  groups:
    description:
      - The groups by the names of their inventory groups, in the order in which they begin.
      - Each has the C(server) and the C(database) of its management database and the names of its C(sql_instances), as
        M(biztalk.patching.group_info) returns them, and the C(record_folder) with its run records. With a C(problem)
        instead it is not begun, and counts as failed.
    type: dict
    required: true
  at_once:
    description: How many groups are worked on at the same time.
    type: int
    default: 4
  folder:
    description: Folder on the controller that takes the logs of the runs, in a folder of its own for each task.
    type: path
    required: true
  progress_interval:
    description: Seconds after which a group of which there was nothing to show tells what it is at.
    type: int
    default: 30
attributes:
  check_mode:
    support: full
    details: The playbooks run in check mode.
  diff_mode:
    support: full
    details: The playbooks run in diff mode.
  idempotent:
    support: full
    details: As far as the playbooks are.
"""

EXAMPLES = r"""
- name: Patch two groups
  biztalk.patching.run_groups:
    playbook: patch
    groups:
      orders: {server: SQL1, database: BizTalkMgmtDb, sql_instances: [SQL1], record_folder: /var/lib/biztalk_patching}
      invoices: {server: SQL2, database: BizTalkMgmtDb, sql_instances: [SQL2], record_folder: /var/lib/biztalk_patching}
    folder: /var/log/biztalk_patching
  register: my_runs
"""

RETURN = r"""
groups:
  description:
    - How the run on each group ended, in the order of O(groups). C(outcome) is V(done), V(nothing_to_do), V(to_do) (of
      a plan), V(failed), V(interrupted) or V(not_run).
    - C(summary) says what was done or what went wrong, C(next) what is safe to do; it is empty where nothing is to be
      done.
    - C(exit_code) is that of C(ansible-playbook), negative where a signal ended it and null where none was started,
      after C(seconds). C(log) has its whole output.
  returned: always
  type: list
  elements: dict
  sample:
    - group: orders
      outcome: done
      summary: the update was installed on bts1, bts2
      next: ''
      exit_code: 0
      seconds: 1284
      log: /var/log/biztalk_patching/20261128T220000Z-patch/orders.log
lines:
  description: The same as text, a line for each group that ended well.
  returned: always
  type: list
  elements: str
folder:
  description: The folder with the logs, and with RV(lines) in C(summary.txt).
  returned: always
  type: str
  sample: /var/log/biztalk_patching/20261128T220000Z-patch
"""
