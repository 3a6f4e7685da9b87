# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's copy of a run record, and the process that a run belongs to."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import socket
import typing as t
from pathlib import Path

OwnerState = t.Literal["alive", "dead", "unknown"]

# The field of /proc/<pid>/stat that has a process's time of start, counted after its name (proc(5)).
_START_TIME = 19


class Store:
    """The folder of one group: its run record, and those of its former runs."""

    def __init__(self, folder: str, *, server: str, database: str) -> None:
        name = re.sub(r"[^\w.-]+", "_", f"{server}-{database}".lower())
        self.folder = Path(folder).expanduser() / name
        self.path = self.folder / "run.json"

    def read(self) -> str | None:
        """The copy, or None where there is none. Raises OSError where it cannot be read."""
        with contextlib.suppress(FileNotFoundError):
            return self.path.read_text(encoding="utf-8")
        return None

    def write(self, text: str, run: str) -> None:
        """Replace the copy at one stroke, and that of the run of this id."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in (self.path, self.folder / f"{run}.json"):
            replace_file(path, text)

    def keep_log(self, name: str, text: str) -> None:
        """Keep a setup log beside the records."""
        replace_file(self.log_path(name), text)

    def log_path(self, name: str) -> Path:
        return self.folder / re.sub(r"[^\w.-]+", "_", name)


def replace_file(path: Path, text: str) -> None:
    """Nobody ever reads half of it, or without the right to."""
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def owner_of_this_run(pid: int) -> dict[str, t.Any]:
    """Who runs the playbook; `pid` is the process of ansible-playbook."""
    return {"host": socket.gethostname(), "user": getpass.getuser(), "pid": pid, "born": _born(pid)}


def owner_state(owner: t.Mapping[str, t.Any]) -> OwnerState:
    """Whether a run's process still lives; `unknown` where it ran on another controller."""
    if owner["host"] != socket.gethostname():
        return "unknown"
    try:
        os.kill(owner["pid"], 0)
    except ProcessLookupError:
        return "dead"
    except PermissionError:
        pass
    # A later process may have got the same number.
    return "alive" if _born(owner["pid"]) == owner["born"] else "dead"


def _born(pid: int) -> str:
    """When a process was started, in ticks since the boot; empty where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return fields[_START_TIME]
