# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import sys
import typing as t
from collections import defaultdict
from pathlib import Path

from ansible.executor.powershell.module_manifest import PSModuleDepFinder
from ansible.plugins.loader import connection_loader, filter_loader, ps_module_utils_loader, shell_loader, test_loader

from ansible_collections.biztalk.patching.plugins import filter as filters
from ansible_collections.biztalk.patching.plugins.plugin_utils._preload import Preload

if t.TYPE_CHECKING:
    import pytest

PARTS = (("Ansible.AccessToken", ".cs"), ("Ansible.ModuleUtils.Legacy", ".psm1"))
# Ansible adds a number to them.
OWN = ("ansible.plugins.filter.core", "ansible.plugins.test.core")


def test_every_filter_and_test_is_loaded_once_for_all_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {f"{filters.__name__}.{path.stem}" for folder in filters.__path__ for path in Path(folder).glob("*.py")}
    names = {name for name in names if not name.endswith("__init__")}
    for loader in (filter_loader, test_loader):
        monkeypatch.setattr(loader, "_cached_non_collection_wrappers", {})
        monkeypatch.setattr(loader, "_module_cache", {})
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in [name for name in sys.modules if name.startswith(OWN)]:
        monkeypatch.delitem(sys.modules, name)
    Preload()
    assert names
    assert names <= sys.modules.keys()
    for own in OWN:
        assert any(name.startswith(own) for name in sys.modules)


def test_what_a_module_for_windows_is_made_of_is_found_once_for_all_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    loaders = (connection_loader, shell_loader, ps_module_utils_loader)
    for loader in loaders:
        monkeypatch.setattr(loader, "_searched_paths", set())
        monkeypatch.setattr(loader, "_plugin_path_cache", defaultdict(dict))
    re.purge()
    Preload()
    work: list[t.Any] = []
    with monkeypatch.context() as patch:
        patch.setattr("os.listdir", work.append)
        patch.setattr("re._compiler.compile", lambda pattern, flags: work.append(pattern))
        found = [connection_loader.find_plugin("winrm"), shell_loader.find_plugin("powershell")]
        found += [ps_module_utils_loader.find_plugin(*part) for part in PARTS]
        PSModuleDepFinder()
    assert (all(found), work) == (True, [])
