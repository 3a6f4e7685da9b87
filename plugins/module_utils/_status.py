# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a BizTalk group: its computers, its databases, its backup and its last run, put together."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._clustered_sso import check_sso
from ansible_collections.biztalk.patching.plugins.module_utils._levels import check_databases
from ansible_collections.biztalk.patching.plugins.module_utils._package_checks import check_drift
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import (
    Finding,
    check_inventory,
    check_product,
    check_restart,
)
from ansible_collections.biztalk.patching.plugins.module_utils._status_run import run_result

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
    from ansible_collections.biztalk.patching.plugins.module_utils._status_computer import Computer

    Raw = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Status:
    """`group` is the result of `group_info`, None where it could not be read, which `problem` tells then.

    `record` is the result of `run_record`, `now` a moment in UTC in ISO 8601, `server` and `database` are those that
    were asked for.
    """

    computers: tuple[Computer, ...]
    group: Raw | None
    problem: str
    record: Raw
    server: str
    database: str
    now: str

    @property
    def snapshots(self) -> list[Snapshot]:
        return [computer.snapshot for computer in self.computers if computer.snapshot]

    def findings(self) -> list[Finding]:
        """What somebody should look at; the most urgent first."""
        found = [*self._silence(), *(self._of_group(self.group) if self.group else ()), *self._of_computers()]
        return sorted(found, key=lambda finding: ("fail", "warn").index(finding.level))

    def as_result(self) -> dict[str, t.Any]:
        """Plain data, which can be written as JSON."""
        group = self.group or {}
        management = group.get("management") or {"server": self.server, "database": self.database}
        return {
            "taken": self.now,
            "group": group.get("name"),
            "management": dict(management),
            "problem": self.problem,
            "computers": [computer.as_result(self.group) for computer in self.computers],
            "databases": list(group.get("databases", [])),
            "versions": dict(group.get("versions", {})),
            "sql_instances": list(group.get("sql_instances", [])),
            "backup_job": group.get("backup_job"),
            "last_full_set": group.get("last_full_set"),
            "run": run_result(self.record),
            "findings": [dataclasses.asdict(finding) for finding in self.findings()],
        }

    def _silence(self) -> t.Iterator[Finding]:
        if self.problem:
            yield Finding("fail", f"{self.database} on {self.server}", f"the group cannot be read: {self.problem}")
        for computer in self.computers:
            if computer.problem:
                yield Finding("fail", computer.name, f"does not answer: {computer.problem}")
        run = run_result(self.record)
        if run and run["open"]:
            yield Finding("fail", run["id"] or "run record", f"a run has not come to its end. {run['next']}")
        for problem in self.record.get("problems") or ():
            yield Finding("warn", "run record", problem)

    def _of_group(self, group: Raw) -> t.Iterator[Finding]:
        names = [computer.name for computer in self.computers]
        yield from check_inventory(names, [server["name"].upper() for server in group["servers"]])
        for snapshot in self.snapshots:
            yield from check_product(snapshot, management_database=group["management"]["database"])
            yield from check_databases((), snapshot, group)
        for computer in self.computers:
            yield from computer.check_services(group)
        yield from _check_instances(group)
        yield from _check_backup(group)

    def _of_computers(self) -> t.Iterator[Finding]:
        yield from check_drift(self.snapshots, ())
        yield from itertools.chain.from_iterable(map(check_sso, self.snapshots))
        yield from itertools.chain.from_iterable(map(check_restart, self.snapshots))


def _check_instances(group: Raw) -> t.Iterator[Finding]:
    for instance in group["sql_instances"]:
        if instance["problem"]:
            yield Finding("warn", instance["name"], f"could not be asked: {instance['problem']}")
        elif instance["agent_running"] is False:
            yield Finding("warn", instance["name"], "SQL Server Agent is stopped, so nothing is backed up")


def _check_backup(group: Raw) -> t.Iterator[Finding]:
    job, newest = group["backup_job"], group.get("last_full_set")
    if not job["exists"]:
        yield Finding("warn", job["name"], "the backup job is missing: configure the backup of the group")
    elif not (job["enabled"] and job["path_configured"]):
        what = "is disabled" if not job["enabled"] else "has no path to write to"
        yield Finding("warn", job["name"], f"the backup job {what}: configure it")
    elif job["last_outcome"] == "failed":
        yield Finding("warn", job["name"], "the backup job's last run failed: see its history on the instance")
    if newest is None:
        yield Finding("warn", job["name"], "there is no full backup set")
    elif not newest["complete"]:
        yield Finding("warn", job["name"], f"the last full backup set {newest['id']} is not complete")
    uncovered = [database["name"] for database in group["databases"] if not database["backed_up"]]
    if uncovered:
        yield Finding("warn", job["name"], f"the backup job does not cover {', '.join(uncovered)}")
