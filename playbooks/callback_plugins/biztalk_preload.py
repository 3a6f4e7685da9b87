# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible loads the callback plugins beside a playbook by itself: nobody has to enable this one."""

from __future__ import annotations

from ansible_collections.biztalk.patching.plugins.plugin_utils._preload import Preload


class CallbackModule(Preload):
    """Makes each task of the playbooks a little cheaper."""
