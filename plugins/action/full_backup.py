# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.biztalk.patching.plugins.plugin_utils._watched_action import WatchedAction


class ActionModule(WatchedAction):
    """Runs the module of the same name, and shows what it is at while it runs."""
