# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module's main() in this process, and compares its documentation with its argument spec."""

from __future__ import annotations

import importlib
import json
import typing as t

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args

PACKAGE = "ansible_collections.biztalk.patching.plugins.modules"


def run_module(name: str, arguments: dict[str, t.Any], capsys: pytest.CaptureFixture[str]) -> dict[str, t.Any]:
    module = importlib.import_module(f"{PACKAGE}.{name}")
    with patch_module_args(arguments), pytest.raises(SystemExit):
        module.main()
    return t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))


def documented(name: str) -> dict[str, dict[str, t.Any]]:
    """The options that a module documents itself, without the shared ones."""
    module = importlib.import_module(f"{PACKAGE}.{name}")
    return t.cast("dict[str, dict[str, t.Any]]", yaml.safe_load(module.DOCUMENTATION).get("options", {}))


def without_prose(options: dict[str, dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """Documentation as an argument spec would say it."""
    kept = ("type", "required", "default", "choices", "elements")
    bare: dict[str, dict[str, t.Any]] = {}
    for name, option in options.items():
        bare[name] = {key: option[key] for key in kept if key in option}
        inner = option.get("suboptions") or option.get("options")
        if inner:
            bare[name]["options"] = without_prose(inner)
    return bare
