#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: wait_for_job
short_description: Wait for an asynchronous task on a Windows computer
version_added: 0.1.0
description:
  - Asks for the outcome of a task that was started with C(async) and C(poll=0) until there is one, and shows in the
    output of the playbook for how long it has been running.
  - The connection may be lost meanwhile, and the computer restart.
author:
  - The biztalk.patching contributors (@biztalk-patching)
extends_documentation_fragment:
  - biztalk.patching.attributes
  - biztalk.patching.attributes.info_module
  - biztalk.patching.windows_wait
attributes:
  platform:
    support: full
    platforms: windows
    details: The action runs on the controller, and the module that tells the outcome on the host of the task.
options:
  job:
    description: The C(ansible_job_id) of the task.
    type: str
    required: true
  what:
    description: What the task does, as the output of the playbook names it.
    type: str
    required: true
  reconnect_timeout:
    description: Seconds for which the computer may be out of reach at a time.
    type: int
    default: 300
seealso:
  - module: ansible.builtin.async_status
"""

EXAMPLES = r"""
- name: Begin the install
  ansible.windows.win_package:
    path: C:\ProgramData\BizTalkPatching\BTS2020-KB5009901-x64-ENU.exe
    arguments: [/quiet]
    state: present
  async: 3600
  poll: 0
  register: job

- name: Wait for the installer
  biztalk.patching.wait_for_job:
    job: "{{ job.ansible_job_id }}"
    what: the installer of BTS2020-KB5009901-x64-ENU.exe
    timeout: 3600
"""

RETURN = r"""
ansible_job_id:
  description: The job that was waited for.
  returned: always
  type: str
finished:
  description: Whether the task has ended. What it returned is in the result too.
  returned: when the computer answered
  type: bool
waited:
  description: Seconds that it took.
  returned: always
  type: int
  sample: 184
"""
