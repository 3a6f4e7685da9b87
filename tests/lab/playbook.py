# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real ansible-playbook against a lab's inventory."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# All that a run on the lab takes over from this machine's environment. With its proxies, trusted certificates and
# settings of Ansible the lab would differ between machines, and pywinrm goes through the whole of it with each message.
_TAKEN_OVER = (
    *("HOME", "LOGNAME", "USER", "PATH", "TMPDIR"),
    *("LD_LIBRARY_PATH", "PYTHONPATH"),
    *("LANG", "LC_ALL", "TERM", "TZ"),
)


def run_playbook(
    playbook: str,
    inventory: Path,
    *arguments: str,
    capture: bool = True,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a playbook by its FQCN or its path, with the ansible.cfg beside the inventory.

    With `capture` its output comes back in `stdout`, errors among it; otherwise it goes to this process's own.
    """
    return subprocess.run(
        command_line(playbook, inventory, *arguments),
        env={**environment_of(inventory), **(environment or {})},
        cwd=inventory.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if capture else None,
        stderr=subprocess.STDOUT if capture else None,
        text=True,
        check=False,
    )


def command_line(playbook: str, inventory: Path, *arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory), playbook, *arguments]


def environment_of(inventory: Path) -> dict[str, str]:
    """What a run on the lab needs of this process's environment, and the lab's own configuration."""
    own = {name: os.environ[name] for name in _TAKEN_OVER if name in os.environ}
    return {**own, "ANSIBLE_CONFIG": str(inventory.with_name("ansible.cfg"))}
