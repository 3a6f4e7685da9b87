# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real ansible with the real winrm connection plugin against the endpoint of one computer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t

import pytest
import yaml

from tests.lab.certificates import create_certificates
from tests.lab.winrm.documentation import collection_path
from tests.lab.winrm.server import WinRmServer

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.windows.computer import Computer

USER, PASSWORD = r"LAB\patchadmin", "Patch-Me-2020!"


@pytest.fixture
def inventory(computer: Computer, tmp_path: Path) -> t.Iterator[Path]:
    files = create_certificates(tmp_path / "tls")
    server = WinRmServer(computer, certificate=files.certificate, key=files.key)
    server.start()
    variables = {
        "ansible_host": "127.0.0.1",
        "ansible_port": server.port,
        "ansible_connection": "winrm",
        "ansible_winrm_scheme": "https",
        "ansible_winrm_transport": "basic",
        "ansible_winrm_ca_trust_path": str(files.authority),
        "ansible_user": USER,
        "ansible_password": PASSWORD,
        "ansible_become_method": "runas",
        "ansible_become_user": USER,
        "ansible_become_password": PASSWORD,
    }
    path = tmp_path / "inventory.yml"
    path.write_text(yaml.safe_dump({"all": {"hosts": {"bts2": variables}}}), encoding="utf-8")
    yield path
    server.stop()


def play(inventory: Path, tasks: list[dict[str, t.Any]], source: Path, *options: str) -> list[dict[str, t.Any]]:
    """Run a playbook and return the result of each task."""
    playbook, results = inventory.with_name("play.yml"), inventory.with_name("results.json")
    names = [f"result_{number}" for number in range(len(tasks))]
    document = [{**task, "register": name} for task, name in zip(tasks, names, strict=True)]
    save = {"content": f"{{{{ [{', '.join(names)}] | to_json }}}}", "dest": str(results), "mode": "0600"}
    document.append({"ansible.builtin.copy": save, "delegate_to": "localhost", "check_mode": False})
    plays = [{"hosts": "all", "gather_facts": False, "vars": {"src": str(source)}, "tasks": document}]
    playbook.write_text(json.dumps(plays), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(collection_path().parents[2]),
        "ANSIBLE_HOME": str(inventory.with_name("home")),
    }
    command = [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory), str(playbook), *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return t.cast("list[dict[str, t.Any]]", json.loads(results.read_text(encoding="utf-8")))
