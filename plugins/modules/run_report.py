#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: run_record
short_description: Keep the record of a run on a BizTalk group
version_added: 0.1.0
description:
  - Keeps what a run of this collection's playbooks has done to a group, so that the next one can finish it or take it
    back. The record is one JSON document without secrets.
  - The controller's copy is written here, at one stroke. The roles write the text that is returned to every BizTalk
    computer, because a controller may be gone tomorrow.
  - It runs on the controller itself, whatever the host of the task is.
author:
  - The biztalk.patching contributors (@biztalk-patching)
extends_documentation_fragment:
  - biztalk.patching.attributes
options:
  state:
    description:
      - V(read) finds the newest whole copy, and fails when it tells of another run that is not known to have ended.
      - V(begun) makes the record of a new run, or takes over that of the run that was interrupted. With
        O(operation=rollback) it takes over that of the run which is taken back.
      - V(written) adds a step to it.
      - V(logged) keeps a setup log beside it, on the controller only.
    type: str
    choices: [read, begun, written, logged]
    required: true
  folder:
    description: Folder on the controller. Each group has a folder of its own in it.
    type: path
    required: true
  server:
    description: SQL Server instance with the group's management database.
    type: str
    required: true
  database:
    description: The group's management database.
    type: str
    required: true
  copies:
    description:
      - By computer the texts of the files that it keeps. For O(state=read).
      - A text that is no JSON is the claim of a run, which is its id.
    type: dict
    default: {}
  take_over:
    description: The id of a run that is known to have ended, though it cannot be seen from here. For O(state=read).
    type: str
    default: ""
  plan:
    description:
      - What the filter P(biztalk.patching.patch_plan#filter) returned, or with O(operation=rollback) the filter
        P(biztalk.patching.rollback_plan#filter). For O(state=begun).
    type: dict
  packages:
    description: The packages as M(biztalk.patching.package_info) describes them. For O(state=begun).
    type: list
    elements: dict
  operation:
    description: What the run does.
    type: str
    choices: [patch, rollback]
  step:
    description: How far the run has come.
    type: str
  backup_set:
    description: The backup set that was made, as RV(biztalk.patching.full_backup#module:backup_set).
    type: dict
  host:
    description: The inventory host that O(installs), O(uninstalled) and O(log) are of.
    type: str
  installs:
    description: Installs that ended, each with C(kb), C(exit_code), the new Uninstall C(entries) and C(finished).
    type: list
    elements: dict
    default: []
  uninstalled:
    description: KB numbers of the updates that were taken back.
    type: list
    elements: str
    default: []
  log:
    description: A setup log in base64, as M(ansible.builtin.slurp) returns it. For O(state=logged).
    type: str
  log_name:
    description: What the log is of, such as C(KB5009901). For O(state=logged).
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Each step is written with its time.
"""

EXAMPLES = r"""
- name: Find the record of the last run
  biztalk.patching.run_record:
    state: read
    folder: /var/lib/biztalk_patching
    server: sql1.example.com
    database: BizTalkMgmtDb
  register: last
"""

RETURN = r"""
record:
  description: The record, null when there is none. Its C(next) says what is safe to do.
  returned: success
  type: dict
open:
  description: Whether the record is of a run that did not come to its end.
  returned: when O(state=read)
  type: bool
  sample: false
lock:
  description: Whether a run has left its claim on the group.
  returned: when O(state=read)
  type: bool
  sample: false
text:
  description: The record as it is kept in a file.
  returned: when there is a record
  type: str
file:
  description: Name of the file that takes this copy. Two names take turns.
  returned: when there is a record
  type: str
  sample: run-1.json
path:
  description: Where the log is kept.
  returned: when O(state=logged)
  type: str
problems:
  description: What is wrong with copies that are not used.
  returned: when O(state=read)
  type: list
  elements: str
  sample: []
"""
