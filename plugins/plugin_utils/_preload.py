# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the workers of ansible-playbook cheaper: one for each task on each computer, and each a copy of that process.

A worker that looks up a filter or a test loads all of Ansible's own, and for one of a collection all of that
collection's, and compiles them. For a task on Windows it looks through the folders of what its module is put together
from, and compiles the patterns for that. What is there already costs it nothing. And a worker lives for one task: to
search all that it has inherited for what could be freed, which also copies the memory that is searched, would only
delay it.
Source: Python's documentation of `gc.freeze`, on processes that fork.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import typing as t

from ansible.executor.powershell.module_manifest import PSModuleDepFinder
from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import connection_loader, filter_loader, ps_module_utils_loader, shell_loader, test_loader

from ansible_collections.biztalk.patching.plugins import filter as filters


class Preload(CallbackBase):  # type: ignore[misc]  # ansible-core has no types
    """Ansible makes a callback before it begins with the first play."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "biztalk_preload"

    def __init__(self) -> None:
        super().__init__()
        for module in pkgutil.iter_modules(filters.__path__, f"{filters.__name__}."):
            importlib.import_module(module.name)
        # Any name will do: with the first one come all of them.
        filter_loader.get("ansible.builtin.default")
        test_loader.get("ansible.builtin.defined")
        connection_loader.find_plugin("winrm")
        shell_loader.find_plugin("powershell")
        ps_module_utils_loader.find_plugin("Ansible.ModuleUtils.AddType", ".psm1")
        # The patterns are kept by `re`.
        PSModuleDepFinder()

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        gc.freeze()
