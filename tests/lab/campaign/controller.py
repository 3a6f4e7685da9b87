# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook as a process that can be killed, with all that it has started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import typing as t
import uuid
from pathlib import Path

from tests.lab.playbook import command_line, environment_of

if t.TYPE_CHECKING:
    from tests.lab.lab import Lab

# Ansible's workers are in sessions of their own, so a process group does not reach them.
_MARK = "BIZTALK_LAB_CONTROLLER"


class Controller:
    """Where playbooks run, one at a time."""

    def __init__(self) -> None:
        self._run = ""

    def run(self, lab: Lab, playbook: str, arguments: t.Sequence[str], *, output: Path, timeout: float) -> int | None:
        """The exit code; None where the run did not end in time, and was killed. What it says goes to a file."""
        self._run = str(uuid.uuid4())
        with output.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(
                command_line(f"biztalk.patching.{playbook}", lab.inventory_path, *arguments),
                env={**environment_of(lab.inventory_path), _MARK: self._run},
                cwd=lab.folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            process.wait()
            return None

    def kill(self) -> None:
        """End the run and all its processes at once, as when the controller loses its power."""
        mark = f"{_MARK}={self._run}".encode()
        while processes := processes_with(mark):
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)


def processes_with(mark: bytes) -> list[int]:
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if mark in _environment(folder)]


def _environment(folder: Path) -> list[bytes]:
    # A process may end meanwhile, and those of others are not to be read.
    with contextlib.suppress(OSError):
        return (folder / "environ").read_bytes().split(b"\0")
    return []
