#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: run_report
short_description: Make the report of a run on a BizTalk group
version_added: 0.1.0
description:
  - Writes C(report.html), one page that needs nothing else, and C(report.json) from the journal that the controller
    has kept of a run.
  - The journal is kept by a callback plugin that lies beside the playbooks of this collection, where Ansible loads it
    by itself. It begins at the task with O(state=begun).
  - It runs on the controller itself, whatever the host of the task is, and asks no computer.
author:
  - The biztalk.patching contributors (@biztalk-patching)
extends_documentation_fragment:
  - biztalk.patching.attributes
options:
  state:
    description:
      - V(begun) begins the journal of a run.
      - V(written) makes the report of the last run on the group; of one whose journal is lost, from its run record.
    type: str
    choices: [begun, written]
    required: true
  folder:
    description: Folder on the controller with the run records. Each group has a folder of its own in it.
    type: path
    required: true
  report_folder:
    description: Folder on the controller for the reports; by default they lie beside the run record.
    type: path
    default: ""
  server:
    description: SQL Server instance with the group's management database.
    type: str
    required: true
  database:
    description: The group's management database.
    type: str
    required: true
  operation:
    description: What the run does. For O(state=begun).
    type: str
    choices: [patch, rollback]
    default: patch
attributes:
  check_mode:
    support: none
    details: It changes nothing but the report.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Each report tells when it was made.
seealso:
  - module: biztalk.patching.run_record
"""

EXAMPLES = r"""
- name: Make the report of the last run
  biztalk.patching.run_report:
    state: written
    folder: /var/lib/biztalk_patching
    server: sql1.example.com
    database: BizTalkMgmtDb
  register: report
"""

RETURN = r"""
html:
  description: The page.
  returned: when O(state=written)
  type: str
  sample: /var/lib/biztalk_patching/sql1-biztalkmgmtdb/report.html
json:
  description: The same as data.
  returned: when O(state=written)
  type: str
  sample: /var/lib/biztalk_patching/sql1-biztalkmgmtdb/report.json
summary:
  description:
    - For a mail or a chat, a C(subject) and a C(text) of a few lines, the C(state) of the run, whether that is C(good),
      and where the report lies (C(html), C(json)).
  returned: when O(state=written)
  type: dict
  sample:
    state: succeeded
    good: true
    subject: "BizTalk patch: succeeded: KB5009901"
    text: KB5009901 was installed on all 3 computers of the group BizTalkGroup; the group was down for 48 s.
    html: /var/lib/biztalk_patching/sql1-biztalkmgmtdb/report.html
    json: /var/lib/biztalk_patching/sql1-biztalkmgmtdb/report.json
"""
