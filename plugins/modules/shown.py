#!/usr/bin/python
# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: shown
short_description: Run a module and show what it does when that takes long
version_added: 0.1.0
description:
  - Runs another module, or its action plugin, on the host of the task. As long as it runs, the output of the playbook
    says now and then what goes on, and for how long it has been going on.
  - It is for modules that wait by themselves and cannot speak before they end. The result is that of the other module.
author:
  - The biztalk.patching contributors (@biztalk-patching)
extends_documentation_fragment:
  - biztalk.patching.attributes
attributes:
  check_mode:
    support: partial
    details: That of the other module.
  diff_mode:
    support: partial
    details: That of the other module.
  idempotent:
    support: partial
    details: That of the other module.
  platform:
    support: full
    platforms: posix, windows
    details: The action runs on the controller, the other module on the host of the task.
options:
  module:
    description: The other module.
    type: str
    required: true
  arguments:
    description: What it is given.
    type: dict
    default: {}
  what:
    description: What it does, as the output says it.
    type: str
    required: true
  progress_interval:
    description: Seconds after which it is said again.
    type: int
    default: 20
"""

EXAMPLES = r"""
- name: Stop SQL Server Agent
  biztalk.patching.shown:
    module: ansible.windows.win_service
    arguments:
      name: SQLSERVERAGENT
      state: stopped
    what: SQL Server Agent is being stopped
"""

RETURN = r""" # """
