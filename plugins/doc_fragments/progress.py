# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that take long; PROGRESS_OPTIONS is their other half."""

    DOCUMENTATION = r"""
options:
  progress_interval:
    description:
      - Seconds after which the output of the playbook says again what the module is at, when nothing new has happened.
        Something new is shown within a few seconds.
      - With V(0) nothing is shown. Otherwise a module that runs on another computer than the controller, or as another
        user, runs as an asynchronous job of Ansible there.
    type: int
    default: 20
  progress_file:
    description:
      - File, where the module runs, to which it appends a line whenever it comes to something new.
      - Without it the action plugin makes one of its own for as long as the module runs.
    type: path
"""
