# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest
from ansible.executor.powershell.module_manifest import _bootstrap_powershell_script
from ansible.plugins.shell.cmd import ShellModule

from tests.lab.winrm.core_scripts import RefusedError, check_core_script, is_bootstrap, script_of, shell_script


def encoded(script: str) -> str:
    return "powershell -NoProfile -EncodedCommand " + base64.b64encode(script.encode("utf-16-le")).decode()


def test_script_of() -> None:
    assert script_of(encoded("exit 3")) == "exit 3"


@pytest.mark.parametrize(
    "command_line",
    ["", "cmd /c dir", "powershell -Command Get-Date", "powershell -NoProfile -EncodedCommand %%%", "x\npowershell"],
)
def test_what_has_no_encoded_script(command_line: str) -> None:
    with pytest.raises(RefusedError):
        script_of(command_line)


def test_bootstrap_is_the_installed_one() -> None:
    script, _input = _bootstrap_powershell_script("powershell_mkdtemp.ps1", {})
    assert is_bootstrap(script)
    assert not is_bootstrap(script.replace("break", "continue"))
    assert not is_bootstrap(script + "\nRemove-Item C:\\ -Recurse")


@pytest.mark.parametrize(
    "path", [r"C:\a\b", r"C:\Program Files\x", r"C:\it's\here", r"C:\Windows\Temp\ansible-tmp-1.2-3-4"]
)
def test_shell_scripts(path: str) -> None:
    shell = ShellModule()
    assert shell_script(script_of(shell.remove(path))) == ("remove", path)
    assert shell_script(script_of(shell.remove(path, recurse=True))) == ("remove_tree", path)
    assert shell_script(script_of(shell.exists(path))) == ("exists", path)


@pytest.mark.parametrize(
    "script", ["", "Get-Date", "Remove-Item", "Remove-Item C:\\a -Force; Get-Date", "Remove-Item 'a' 'b' -Force"]
)
def test_other_scripts_are_unknown(script: str) -> None:
    assert shell_script(script) is None


def test_a_script_that_only_claims_to_be_of_ansible_core() -> None:
    with pytest.raises(RefusedError, match="is not that of the ansible-core installed"):
        check_core_script("module_wrapper.ps1", base64.b64encode(b"evil").decode())
    with pytest.raises(RefusedError, match=r"has no script nothing\.ps1"):
        check_core_script("nothing.ps1", "")
