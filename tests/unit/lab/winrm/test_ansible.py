# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real ansible with the real winrm connection plugin against the endpoint, once for all that the roles do."""

from __future__ import annotations

import json
import os
import typing as t

from tests.unit.lab.winrm.playing import PASSWORD, USER, inventory, play

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.windows.computer import Computer
    from tests.lab.world import World

__all__ = ["inventory"]

STOP = "param([string[]] $Name)\nStop-Service -Name $Name -Force -NoWait"

TASKS: list[dict[str, t.Any]] = [
    {"ansible.windows.setup": {"gather_subset": ["!all", "!min", "platform"]}},
    {"ansible.windows.win_whoami": {}, "become": True},
    {"ansible.windows.win_file": {"path": r"%ProgramData%\Stage dir", "state": "directory"}},
    {"ansible.windows.win_copy": {"src": "{{ src }}/big.bin", "dest": "C:\\ProgramData\\Stage dir\\"}},
    {"ansible.windows.win_copy": {"src": "{{ src }}/big.bin", "dest": "C:\\ProgramData\\Stage dir\\"}},
    {"ansible.windows.win_copy": {"src": "{{ src }}/tree", "dest": "C:\\ProgramData"}},
    {"ansible.windows.win_copy": {"content": "{{ {'a': 1} }}", "dest": r"C:\ProgramData\record.json"}},
    {"ansible.builtin.slurp": {"src": r"C:\ProgramData\record.json"}},
    {"ansible.builtin.fetch": {"src": r"C:\ProgramData\Stage dir\big.bin", "dest": "{{ src }}/back.bin", "flat": True}},
    {"ansible.windows.win_powershell": {"script": STOP, "parameters": {"Name": ["RuleEngineUpdateService"]}}},
    {"ansible.windows.win_service": {"name": "BTSSvc$ReceiveHost", "state": "started"}, "async": 30, "poll": 1},
    {"ansible.windows.win_ping": {"dta": "x"}, "ignore_errors": True},
    {
        "ansible.windows.win_whoami": {},
        "become": True,
        "vars": {"ansible_become_password": "Wrong-1!"},
        "ignore_errors": True,
    },
    {"ansible.builtin.raw": "Get-Service", "ignore_errors": True},
]


def test_what_the_roles_do(inventory: Path, computer: Computer, world: World, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "tree" / "sub").mkdir(parents=True)
    big = os.urandom(600_000)
    (source / "big.bin").write_bytes(big)
    (source / "tree" / "one.txt").write_text("1", encoding="utf-8")
    (source / "tree" / "sub" / "two.txt").write_text("2", encoding="utf-8")
    results = play(inventory, TASKS, source)
    facts, who, folder, copied, again, tree, record, slurped, fetched, stopped, job, wrong, logon, raw = results

    assert facts["ansible_facts"]["ansible_architecture"] == "64-bit"
    assert (who["logon_type"], who["account"]["account_name"]) == ("Interactive", "patchadmin")
    assert folder["changed"]
    assert (copied["changed"], again["changed"], tree["changed"], record["changed"]) == (True, False, True, True)
    assert computer.files.read(r"C:\ProgramData\Stage dir\big.bin") == big
    assert computer.files.read(r"C:\ProgramData\tree\sub\two.txt") == b"2"
    assert slurped["encoding"] == "base64"
    assert json.loads(computer.files.read(r"C:\ProgramData\record.json")) == {"a": 1}
    assert (fetched["changed"], (source / "back.bin").read_bytes()) == (True, big)
    assert not stopped["failed"]
    assert (job["changed"], job["finished"], job["state"]) == (True, True, "running")
    assert wrong["msg"].startswith("Unsupported parameters for (win_ping) module: dta.")
    assert "The user name or password is incorrect" in logon["msg"]
    assert (raw["rc"], raw["stderr"].startswith("The lab refuses")) == (1, True)

    tasks = [event.fields for event in world.events.events if event.kind == "remote.task"]
    assert [task["become_user"] for task in tasks if task["module"] == "win_whoami"] == [USER]
    leftovers = [node.path for node in computer.files.list(r"C:\Windows\Temp")]
    assert leftovers == []
    log = world.events.path.read_text(encoding="utf-8")
    assert PASSWORD not in log
    assert "Wrong-1!" not in log


def test_check_mode(inventory: Path, computer: Computer, tmp_path: Path) -> None:
    tasks: list[dict[str, t.Any]] = [
        {"ansible.windows.win_service": {"name": "ENTSSO", "state": "stopped", "force_dependent_services": True}},
        {"ansible.windows.win_command": "iisreset.exe /stop"},
        {"ansible.windows.win_copy": {"content": "x", "dest": r"C:\ProgramData\x"}},
    ]
    service, command, copied = play(inventory, tasks, tmp_path, "--check")
    assert (service["changed"], command.get("skipped"), copied["changed"]) == (True, True, True)
    assert {item.state for item in computer.services.all() if item.name in ("ENTSSO", "W3SVC")} == {"running"}
    assert not computer.files.exists(r"C:\ProgramData\x")
