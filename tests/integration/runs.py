# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the end-to-end tests run playbooks, and what they look at afterwards."""

from __future__ import annotations

import json
import typing as t

from tests.lab.playbook import run_playbook

if t.TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Mapping, Sequence

    from tests.lab.events import Event
    from tests.lab.lab import Lab
    from tests.lab.packages.library import Library

CLOSE_APPLICATIONS = ("-e", "biztalk_close_applications=true")
SHORT_WAITS = {
    "biztalk_poll_interval": "1",
    "biztalk_backup_poll_interval": "1",
    "biztalk_idle_interval": "1",
    "biztalk_idle_timeout": "20",
    "biztalk_start_timeout": "15",
    "biztalk_stop_timeout": "15",
    "biztalk_close_timeout": "1",
    "biztalk_settle_time": "1",
    "biztalk_install_poll_interval": "1",
    "biztalk_install_busy_retries": "2",
    "biztalk_install_busy_delay": "1",
}

# What a run that only looks may leave in the event log.
READING = ("remote.task", "session.opened", "session.closed", "sql.who", "sql.login_failed", "backup.verified")


def run(
    playbook: str, lab: Lab, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a playbook of the collection, or one at a path, with short waits."""
    name = playbook if "/" in playbook else f"biztalk.patching.{playbook}"
    # As strings, which is what an operator's -e name=value gives.
    waits = [text for item in SHORT_WAITS.items() for text in ("-e", "=".join(item))]
    return run_playbook(name, lab.inventory_path, *waits, *arguments, environment=environment)


def chain_of(library: Library, numbers: Iterable[str]) -> tuple[str, str]:
    """The arguments for several updates in one outage, in the order of their KB numbers."""
    return "-e", f"{{biztalk_packages: {[str(library.downloads(kb)) for kb in numbers]}, biztalk_chain: true}}"


def changes(events: Sequence[Event]) -> list[str]:
    """The events that change something, as text; Ansible's own temporary folders do not count."""
    return [
        f"{event.kind} {event.fields}"
        for event in events
        if event.kind not in READING and "ansible-tmp-" not in event.fields.get("path", "")
    ]


def states(lab: Lab) -> dict[tuple[str, str], str]:
    """The state of every service, by computer and name."""
    return {
        (computer.name, service.name): service.state
        for computer in lab.world.computers.values()
        for service in computer.services.all()
    }


def record_of(lab: Lab) -> dict[str, t.Any]:
    """The controller's run record."""
    (path,) = lab.folder.glob("records/*/run.json")
    record: dict[str, t.Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def told_by(playbook: str, lab: Lab) -> str:
    """The path of a playbook as an operator writes it: it runs one of the collection's, and tells the summary."""
    path = lab.folder / f"tell-{playbook}.yml"
    tasks = [{"ansible.builtin.debug": {"msg": "{{ biztalk_summary.subject }}"}, "run_once": True}]
    plays = [
        {"ansible.builtin.import_playbook": f"biztalk.patching.{playbook}"},
        {"hosts": "biztalk", "gather_facts": False, "tasks": tasks},
    ]
    # JSON is YAML too.
    path.write_text(json.dumps(plays), encoding="utf-8")
    return str(path)


def report_of(lab: Lab) -> dict[str, t.Any]:
    """The report of the last run, as data; the page lies beside it."""
    (path,) = lab.folder.glob("records/*/report.json")
    assert path.with_suffix(".html").is_file()
    report: dict[str, t.Any] = json.loads(path.read_text(encoding="utf-8"))
    return report
