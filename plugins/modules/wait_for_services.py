#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: wait_for_services
short_description: Wait until services of a Windows computer have stopped or started
version_added: 0.1.0
description:
  - Looks at the services of a Windows computer with M(ansible.windows.win_service_info) until none of O(names) is on
    its way to another state, and shows in the output of the playbook which ones still are.
  - It does not judge the states. Services that are still on their way after O(timeout) are in the result like the
    others.
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
    details: The action runs on the controller, and M(ansible.windows.win_service_info) on the host of the task.
options:
  names:
    description: Names of the services. One that the computer does not have is no error.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Wait until the host instances have stopped
  biztalk.patching.wait_for_services:
    names:
      - BTSSvc$ReceiveHost
      - BTSSvc$SendHost
    timeout: 300
  register: services

- name: See that they are down
  ansible.builtin.assert:
    that: services.services | rejectattr('state', 'eq', 'stopped') | length == 0
"""

RETURN = r"""
services:
  description: What M(ansible.windows.win_service_info) told of O(names) at the last look.
  returned: success
  type: list
  elements: dict
waited:
  description: Seconds that it took.
  returned: always
  type: int
  sample: 24
"""
