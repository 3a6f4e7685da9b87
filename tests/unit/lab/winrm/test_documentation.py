# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.lab.winrm.documentation import ModuleSpec, UnknownModuleError
from tests.lab.winrm.modules import HANDLERS


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_every_module_of_the_lab_is_documented(name: str) -> None:
    assert ModuleSpec.load(name).name == name


def test_a_module_that_does_not_exist() -> None:
    with pytest.raises(UnknownModuleError):
        ModuleSpec.load("win_patch_biztalk")


@pytest.mark.parametrize(
    ("module", "supported"),
    [("win_ping", True), ("win_reg_stat", True), ("win_copy", True), ("win_command", False), ("win_shell", False)],
)
def test_check_mode_support_is_the_sources(module: str, supported: bool) -> None:
    assert ModuleSpec.load(module).supports_check_mode is supported


def test_constraints_are_the_sources() -> None:
    assert ModuleSpec.load("win_command").constraints == {
        "required_one_of": [["_raw_params", "argv", "cmd"]],
        "mutually_exclusive": [["_raw_params", "argv", "cmd"]],
    }
    package = ModuleSpec.load("win_package").constraints
    assert package["required_by"] == {"creates_version": ["creates_path"]}
    assert ("state", "present", ["path"], False) in package["required_if"]
    assert ("state", "absent", ["path", "product_id"], True) in package["required_if"]


def test_options_of_a_documentation_fragment() -> None:
    assert "url_timeout" in ModuleSpec.load("win_package").options


def test_options_for_action_plugins_are_the_sources() -> None:
    assert {"_copy_mode", "_original_basename"} <= ModuleSpec.load("win_copy").options.keys()
    assert "_async_dir" in ModuleSpec.load("async_status").options
    assert "_ansible_check_mode" not in ModuleSpec.load("win_copy").options


def test_secret_options_are_the_sources() -> None:
    assert ModuleSpec.load("win_service").options["password"]["no_log"]
    assert not ModuleSpec.load("win_service").options["username"]["no_log"]
