# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator does between two commands: he waits until all is quiet, and reads what the record tells him."""

from __future__ import annotations

import json
import time
import typing as t

from tests.lab.windows.processes import SERVICES_SESSION

if t.TYPE_CHECKING:
    from tests.lab.lab import Lab

_REST_TIMEOUT = 60.0
_BACKUP_JOB = "Backup BizTalk Server"


def record(lab: Lab) -> dict[str, t.Any]:
    """The controller's copy of the group's run record; empty where there is none."""
    found: dict[str, t.Any] = {}
    for path in (lab.folder / "records").glob("*/run.json"):
        found = json.loads(path.read_text(encoding="utf-8"))
    return found


def next_command(playbook: str, lab: Lab) -> str | None:
    """The playbook that the record tells to run next, after a run of `playbook` that did not succeed.

    None where nothing is left to do. Without a record nothing was touched, and the same command is given again.
    """
    advice = record(lab).get("next")
    if advice is None:
        return playbook
    if "un rollback.yml again" in advice:
        return "rollback"
    return "patch" if "un patch.yml" in advice else None


def wait_until_quiet(lab: Lab) -> t.Iterator[str]:
    """Let what has begun come to its end: restarts, stops, starts, installers, backups. Yields what does not."""
    for endpoint in lab.winrm.values():
        if endpoint.computer.power.up:
            endpoint.come_back()
    deadline = time.monotonic() + _REST_TIMEOUT
    while restless := _restless(lab):
        if time.monotonic() > deadline:
            yield f"still on the way after {_REST_TIMEOUT:.0f} s: {', '.join(restless)}"
            return
        time.sleep(0.05)


def _restless(lab: Lab) -> list[str]:
    computers = list(lab.world.computers.values())
    down = [computer.name for computer in computers if not computer.power.up]
    services = [service for computer in computers for service in computer.services.all()]
    pending = [service.name for service in services if service.state not in ("running", "stopped")]
    processes = [process for computer in computers for process in computer.processes.all()]
    setups = [process.image for process in processes if process.session == SERVICES_SESSION and "-KB" in process.image]
    return [*down, *pending, *setups, *_running_backups(lab)]


def _running_backups(lab: Lab) -> list[str]:
    begun: dict[str, bool] = {}
    for event in lab.run_events():
        if event.kind in ("job.started", "job.finished") and event["job"].startswith(_BACKUP_JOB):
            begun[event["job"]] = event.kind == "job.started"
    return [job for job, runs in begun.items() if runs]
