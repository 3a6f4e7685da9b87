# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from tests.lab.winrm.documentation import ModuleSpec
from tests.lab.winrm.options import shown, validate
from tests.lab.winrm.task import ModuleError


def expand(text: str) -> str:
    return text.replace("%TEMP%", r"C:\Windows\Temp")


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        (
            "win_ping",
            {"dat": 1},
            "Unsupported parameters for (win_ping) module: dat. Supported parameters include: data.",
        ),
        ("win_service", {}, "missing required arguments: name"),
        ("win_service", {"name": "x", "state": "begun"}, "value of state must be one of: "),
        ("win_stat", {"path": "x", "get_size": "perhaps"}, "argument 'get_size' is of type"),
        ("win_command", {}, "one of the following is required: _raw_params, argv, cmd"),
        ("win_command", {"cmd": "a", "argv": ["b"]}, "parameters are mutually exclusive: _raw_params|argv|cmd"),
        ("win_powershell", {"script": "a", "path": "b"}, "parameters are mutually exclusive: path|script"),
        ("win_package", {"state": "present"}, "state is present but all of the following are missing: path"),
        ("win_package", {"state": "absent"}, "state is absent but any of the following are missing: path, product_id"),
        ("win_package", {"path": "x", "creates_version": "1"}, "missing parameter(s) required by 'creates_version'"),
        ("win_service", {"name": "x", "failure_actions": [{"type": "no"}]}, "value of type must be one of: "),
        ("win_service_info", {"display_name": "x"}, "Unsupported parameters for (win_service_info) module"),
    ],
)
def test_wrong_options(module: str, options: dict[str, t.Any], message: str) -> None:
    with pytest.raises(ModuleError) as caught:
        validate(ModuleSpec.load(module), options, expand)
    assert message in str(caught.value)


def test_defaults_aliases_and_types() -> None:
    values = validate(ModuleSpec.load("win_stat"), {"dest": "C:\\x", "get_size": "no"}, expand)
    assert values["path"] == "C:\\x"
    assert (values["get_size"], values["checksum_algorithm"]) == (False, "sha1")


def test_environment_variables_are_expanded_in_paths_only() -> None:
    assert validate(ModuleSpec.load("win_stat"), {"path": r"%TEMP%\$HOME"}, expand)["path"] == r"C:\Windows\Temp\$HOME"
    assert validate(ModuleSpec.load("win_ping"), {"data": "%TEMP%"}, expand)["data"] == "%TEMP%"


def test_options_of_ansible_itself_are_left_aside() -> None:
    assert "_ansible_check_mode" not in validate(ModuleSpec.load("win_ping"), {"_ansible_check_mode": True}, expand)


def test_secrets_are_not_shown() -> None:
    spec = ModuleSpec.load("win_powershell")
    secret = [{"name": "a", "value": "s3cret"}, {"name": "b", "username": "u", "password": "s3cret"}]
    values = validate(spec, {"script": "x", "sensitive_parameters": secret}, expand)
    assert "s3cret" not in str(shown(spec, values))
    assert values["sensitive_parameters"][0]["value"] == "s3cret"
