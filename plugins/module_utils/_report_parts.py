# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of a report: computers, databases, who was connected, warnings and follow-ups, and setup logs."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._setup_log import failing_lines
from ansible_collections.biztalk.patching.plugins.module_utils._words import moment

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._story import Story

RESTART_CODES: t.Final = (3010, 1641)
# The end of a setup log tells how it went.
LAST_LINES: t.Final = 12


@dataclass(frozen=True)
class SetupLog:
    """A setup log that the controller has kept; `name` is that of its file."""

    name: str
    text: str

    def as_result(self) -> dict[str, t.Any]:
        lines = [line.rstrip() for line in self.text.splitlines() if line.strip()]
        return {
            "name": self.name,
            "lines": len(lines),
            "errors": failing_lines(self.text),
            "excerpt": lines[-LAST_LINES:],
        }


def computers_of(story: Story) -> list[dict[str, t.Any]]:
    """Each with what was installed before, what was done, and what is there now."""
    recorded = {one["host"]: one for one in (story.record or {}).get("computers", ())}
    planned = {one["host"]: one for one in story.plan.get("computers", ())}
    return [_computer(story, host, planned.get(host, {}), recorded.get(host, {})) for host in planned or recorded]


def _computer(
    story: Story, host: str, plan: t.Mapping[str, t.Any], recorded: t.Mapping[str, t.Any]
) -> dict[str, t.Any]:
    titles = {one["kb"]: one for one in [fact.value for fact in story.all("package")] if one["kb"]}
    installs = [
        {
            **install,
            "title": titles.get(install["kb"], {}).get("title", ""),
            "version": titles.get(install["kb"], {}).get("version", ""),
        }
        for install in recorded.get("installs", ())
    ]
    files = [row for fact in story.all("files") if fact.host == host for row in fact.value]
    return {
        "host": host,
        "name": plan.get("name") or recorded.get("name", host),
        "before": list(plan.get("installed", ())),
        "planned": [f"KB{update['kb']}" for update in plan.get("updates", ())],
        "installs": installs,
        "uninstalled": [f"KB{kb}" for kb in recorded.get("uninstalled", ())],
        "services": list(plan.get("services", ())),
        "programs": list(plan.get("programs", ())),
        "files": [{"name": row.get("Name", ""), "version": row.get("Version") or ""} for row in files],
        "seconds": round(sum(one.seconds for one in story.of_phase("install", "uninstall") if one.lane == host), 1),
    }


def idle_of(story: Story) -> list[dict[str, t.Any]]:
    """Each wait for idle databases: how long, who was seen meanwhile, and who was left in the end."""
    return [
        {
            "ended": moment(fact.at),
            "idle": fact.value["idle"],
            "waited": fact.value["waited"],
            "looks": fact.value["samples"],
            "seen": list(fact.value.get("seen", ())),
            "left": list(fact.value.get("culprits", ())),
            "killed": list(fact.value.get("killed", ())),
        }
        for fact in story.all("idle")
    ]


def failures_of(story: Story) -> list[dict[str, t.Any]]:
    """What failed and was not expected, in the order of time."""
    return [
        {
            "at": moment(failure.at),
            "host": failure.host,
            "task": failure.task,
            "phase": failure.phase,
            "message": failure.message,
            "exit_code": failure.exit_code,
            "unreachable": failure.unreachable,
        }
        for failure in story.failures
        if not failure.ignored
    ]


def warnings_of(story: Story) -> list[dict[str, str]]:
    """What the checks before had doubts about; those of the last run on the record."""
    plan = story.latest("plan") or {}
    return [dict(finding) for finding in plan.get("findings", ()) if finding["level"] == "warn"]


def follow_ups_of(story: Story) -> list[str]:
    """What is left to be done by hand where something was installed."""
    computers = [one for one in (story.record or {}).get("computers", ()) if one["installs"]]
    if story.operation == "rollback" or not computers:
        return []
    restarts = [
        f"{one['name']}: restart it, as the update of KB{install['kb']} asks for (exit code {install['exit_code']})"
        for one in computers
        for install in one["installs"]
        if install["exit_code"] in RESTART_CODES and not _restarted(story, one["host"])
    ]
    packages = {one["file_name"]: one.get("warnings", ()) for one in [fact.value for fact in story.all("package")]}
    return restarts + [f"{name}: {warning}" for name, warnings in packages.items() for warning in warnings]


def _restarted(story: Story, host: str) -> bool:
    return any(segment.lane == host for segment in story.of_phase("restart"))
