# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the actions that wait for something on a Windows computer."""

    DOCUMENTATION = r"""
options:
  timeout:
    description: Seconds to wait.
    type: int
    required: true
  interval:
    description: Seconds between two looks.
    type: int
    default: 2
  progress_interval:
    description: Seconds after which the output of the playbook says again what is waited for.
    type: int
    default: 20
"""
