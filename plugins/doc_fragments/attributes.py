# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Attributes that the modules of this collection share."""

    # A module that states its own check_mode and diff_mode support takes this one.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in check mode), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
  platform:
    description: Platform of the computer on which the module itself runs.
    support: full
    platforms: posix
    details: Delegate it to the controller or to a Linux jump host, not to a Windows computer.
"""

    # A module that reads and never changes anything takes this one as well.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: This module does not modify state.
  diff_mode:
    support: N/A
    details: This module does not modify state.
  idempotent:
    support: full
    details: This module does not modify state.
"""

    # Members of the action group of the modules that connect to SQL Server.
    ACTIONGROUP_SQL = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/biztalk.patching.sql) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - biztalk.patching.sql
"""
