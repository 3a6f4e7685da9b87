# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import hashlib
import json
import typing as t

import pytest
from ansible.executor.powershell.module_manifest import _bootstrap_powershell_script, _get_powershell_script
from ansible.plugins.shell.cmd import ShellModule

from tests.lab.winrm.remote import Remote

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.winrm.shells import Outcome

PASSWORD = "Patch-Me-2020!"
MODULE = "module_wrapper.ps1"
Actions = list[dict[str, t.Any]]


def encoded(script: str) -> str:
    return "powershell -NoProfile -EncodedCommand " + base64.b64encode(script.encode("utf-16-le")).decode()


class Client:
    """What the connection plugin does with a computer."""

    def __init__(self, computer: Computer) -> None:
        self.computer = computer
        self.remote = Remote(computer)

    def send(self, command_line: str, stdin: bytes = b"") -> Outcome:
        return self.remote.run(command_line, stdin, self.computer.logon("LAB\\patchadmin", PASSWORD))

    def script(self, name: str, data: bytes = b"", **parameters: t.Any) -> Outcome:
        script, stdin = _bootstrap_powershell_script(name, parameters, has_input=bool(data))
        return self.send(encoded(script), stdin + data)

    def actions(self, actions: Actions) -> Outcome:
        script, _input = _bootstrap_powershell_script(MODULE, {})
        names = {action["name"] for action in actions}
        scripts = {name: {"script": base64.b64encode(_get_powershell_script(name)).decode()} for name in names}
        manifest = json.dumps({"scripts": scripts, "actions": actions})
        return self.send(encoded(script), b'{"name": "exec_wrapper"}' + b"\n\0\0\0\0\n" + manifest.encode())


def module(name: str, **options: t.Any) -> dict[str, t.Any]:
    script = f"ansible_collections.ansible.windows.plugins.modules.{name}.ps1"
    variables = [{"Name": "complex_args", "Value": options, "Scope": "Global"}]
    return {"name": MODULE, "params": {"Script": script, "Environment": {"OWN": "x"}, "Variables": variables}}


def become(user: str, password: str | None, **parameters: str) -> dict[str, t.Any]:
    secret = {"BecomePassword": password} if password is not None else {}
    return {"name": "become_wrapper.ps1", "params": {"BecomeUser": user, **parameters}, "secure_params": secret}


@pytest.fixture
def client(computer: Computer) -> Client:
    return Client(computer)


def test_a_module_with_the_environment_of_its_task(client: Client) -> None:
    outcome = client.actions([module("setup", gather_subset=["!all", "!min", "env"])])
    assert outcome.code == 0
    assert json.loads(outcome.stdout)["ansible_facts"]["ansible_env"]["OWN"] == "x"


@pytest.mark.parametrize(
    ("parameters", "logon_type"),
    [({}, "Interactive"), ({"LogonType": "Batch"}, "Interactive"), ({"LogonType": "Network"}, "Network")],
)
def test_become_is_a_logon_with_credentials(client: Client, parameters: dict[str, str], logon_type: str) -> None:
    outcome = client.actions([become("LAB\\alice", "Alice-Console-1!", **parameters), module("win_whoami")])
    result = json.loads(outcome.stdout)
    assert (result["account"]["account_name"], result["logon_type"]) == ("alice", logon_type)
    assert client.computer.world.events.events[-1]["become_user"] == "LAB\\alice"


@pytest.mark.parametrize("password", ["wrong", "", None])
def test_become_with_a_wrong_password(client: Client, password: str | None) -> None:
    outcome = client.actions([become("LAB\\alice", password), module("win_whoami")])
    result = json.loads(outcome.stdout)
    assert (outcome.code, result["failed"]) == (1, True)
    assert "Win32ErrorCode 1326" in result["msg"]
    assert not [event for event in client.computer.world.events.events if event.kind == "remote.task"]


@pytest.mark.parametrize(
    "actions",
    [
        [become("LAB\\alice", "x")],
        [module("win_ping"), module("win_ping")],
        [{"name": "async_wrapper.ps1", "params": {}}, module("win_ping")],
        [{"name": "coverage_wrapper.ps1", "params": {}}, module("win_ping")],
        [{"name": "winrm_put_file.ps1", "params": {}}],
        [{"name": MODULE, "params": {"Script": "mine.ps1"}}],
        [{"name": MODULE, "params": {"Script": "mine.ps1", "Variables": []}}],
    ],
)
def test_what_the_lab_refuses(client: Client, actions: Actions) -> None:
    outcome = client.actions(actions)
    assert (outcome.code, outcome.stdout) == (1, b"")
    assert outcome.stderr.startswith(b"The lab refuses: ")
    assert client.computer.world.events.events[-1].kind == "remote.refused"


def test_files_come_and_go(client: Client) -> None:
    folder = client.script("powershell_mkdtemp.ps1", Directory="%TEMP%", Name="ansible-1").stdout.decode().strip()
    assert folder == r"C:\Windows\Temp\ansible-1"
    path = rf"{folder}\it's one"
    data = b"".join(base64.b64encode(part) + b"\r\n" for part in (b"one ", b"two"))
    assert json.loads(client.script("winrm_put_file.ps1", data, Path=path).stdout) == {
        "sha1": hashlib.sha1(b"one two", usedforsecurity=False).hexdigest()
    }
    for offset, part in ((0, b"one "), (4, b"two")):
        fetched = client.script("winrm_fetch_file.ps1", Path=path, BufferSize=4, Offset=offset).stdout
        assert base64.b64decode(fetched) == part
    assert client.script("winrm_fetch_file.ps1", Path=folder, BufferSize=4, Offset=0).stdout.strip() == b"[DIR]"
    assert client.send(ShellModule().exists(path)).code == 0
    assert client.send(ShellModule().remove(folder, recurse=True)).code == 0
    assert client.send(ShellModule().exists(path)).code == 1
    assert client.send(ShellModule().remove(folder, recurse=True)).code == 1
    missing = client.script("winrm_fetch_file.ps1", Path=path, BufferSize=4, Offset=0)
    assert (missing.code, missing.stderr) == (1, f"{path} does not exist\r\n".encode())


@pytest.mark.parametrize(
    ("path", "expanded"), [("~", r"C:\Users\patchadmin"), ("~\\x", r"C:\Users\patchadmin\x"), ("C:\\x", "C:\\x")]
)
def test_the_home_folder(client: Client, path: str, expanded: str) -> None:
    assert client.script("powershell_expand_user.ps1", Path=path).stdout.decode().strip() == expanded
