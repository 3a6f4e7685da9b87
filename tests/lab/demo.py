# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration: plan and patch the default group with a real ansible-playbook, and look at what happened."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._report_files import JOURNAL, report_from
from ansible_collections.biztalk.patching.plugins.plugin_utils._report_page import timeline
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.lab import Lab
from tests.lab.playbook import run_playbook
from tests.lab.summary import summary

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.lab.events import Event
    from tests.lab.topology import Topology

# An open Administration Console would stop the run, as it should: the demonstration lets it be closed.
ARGUMENTS = ("-e", "biztalk_close_applications=true")
# What a run that changes nothing may leave in the event log.
_READING = ("remote.task", "session.opened", "session.closed", "sql.who")


def demonstrate(topology: Topology, folder: Path) -> int:
    """Run plan, patch, and patch again; returns 0 where all went as it should."""
    with Lab(topology, folder) as lab:
        _say(f"The lab is up. Its inventory: {lab.inventory_path}")
        _say("Plan: what would patching do?")
        problems = list(_run(lab, "biztalk.patching.plan", "-e", "biztalk_plan_exit_code=false"))
        _say("Patch the group")
        problems += _run(lab, "biztalk.patching.patch")
        patched = lab.events.events
        _say("Patch it once more: nothing is left to do")
        problems += _run(lab, "biztalk.patching.patch")
        again = lab.events.events[len(patched) :]
    print("\n".join(summary(patched)))
    problems += judge(patched, again)
    if not problems:
        _say(f"The report of that run, which any browser opens:\n  {newest(folder, '-report.html').as_uri()}")
    _say("All is well: every rule held." if not problems else "NOT WELL:\n  " + "\n  ".join(problems))
    return 1 if problems else 0


def newest(folder: Path, suffix: str) -> Path:
    """A file of the last run that installed something; the one after it has found nothing to do.

    Raises ValueError where there is none.
    """
    return max(folder.absolute().glob(f"records/*/*-KB*-patch{suffix}"), key=lambda path: path.stat().st_mtime)


def draw_timeline(folder: Path, target: Path) -> None:
    """The picture of that run's report as a file of its own."""
    target.write_text(timeline(report_from(newest(folder, JOURNAL))) + "\n", encoding="utf-8")


def _run(lab: Lab, playbook: str, *arguments: str) -> Iterator[str]:
    if run_playbook(playbook, lab.inventory_path, *ARGUMENTS, *arguments, capture=False).returncode:
        yield f"ansible-playbook {playbook} failed"


def judge(patched: Sequence[Event], again: Sequence[Event]) -> Iterator[str]:
    history = History(patched)
    updated = {install.computer for install in history.installs if install.succeeded}
    for computer in sorted(history.group_computers.keys() - updated):
        yield f"{computer} did not get the update"
    for rule, reasons in broken(patched).items():
        yield f"{rule} was broken: {'; '.join(reasons)}"
    for event in again:
        if event.kind not in _READING:
            yield f"the second run was to change nothing, but: {event.kind} {event.fields}"


def _say(text: str) -> None:
    print(f"\n=== {text}", flush=True)
