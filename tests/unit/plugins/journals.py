# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Journals of runs for tests: a group of two computers and one instance of SQL Server, told in seconds of the run."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import advance, with_computer
from ansible_collections.biztalk.patching.plugins.module_utils._report import Report, make_report
from ansible_collections.biztalk.patching.plugins.module_utils._story import Story
from ansible_collections.biztalk.patching.tests.unit.plugins.records import LATER, OWNER, package, plan, record

Entry = dict[str, t.Any]

# 2026-11-22T01:30:00+00:00
BEGIN = 1795311000.0
BACKUP_SET = {
    "id": 44,
    "method": "job",
    "databases": [
        {"server": "SQL1", "name": "BizTalkMgmtDb", "file": r"D:\Backup\Mgmt.bak", "size": 67108864, "seconds": 1.5},
        {"server": "SQL1", "name": "SSODB", "file": r"D:\Backup\SSO.bak", "size": None, "seconds": None},
    ],
    "seconds": 20.0,
    "job_outcome": "succeeded",
    "job_messages": [],
    "verification": "full",
}
GROUP = {
    "name": "BizTalkGroup",
    "management": {"server": "SQL1", "database": "BizTalkMgmtDb"},
    "versions": {"databases": [], "cumulative_updates": []},
    "servers": ["BTS1", "BTS2"],
    "databases": [{"name": "BizTalkMgmtDb"}, {"name": "SSODB"}],
    "sql_instances": [{"name": "SQL1", "databases": ["BizTalkMgmtDb", "SSODB"]}],
    "isolated": [],
}
PACKAGE = {
    **package(),
    "files": 5,
    "architecture": "x64",
    "version": "3.13.844.0",
    "has_sql_evidence": ["Setup.xml names msgboxlogic.sql"],
    "for": "x64",
    "why": "it is the x64 download",
}


def entry(event: str, at: float, **fields: t.Any) -> Entry:
    return {"event": event, "at": BEGIN + at, **fields}


def fact(name: str, at: float, value: t.Any, host: str = "") -> Entry:
    return entry("fact", at, name=name, value=value, host=host)


def phase(lane: str, name: str, began: float, ended: float) -> list[Entry]:
    return [entry("began", began, lane=lane, phase=name), entry("ended", ended, lane=lane, phase=name)]


def agent(name: str, began: float, ended: float) -> list[Entry]:
    return [
        entry("segment", ended, lane="sql1", phase=name, began=BEGIN + began, service="SQLSERVERAGENT"),
    ]


def begun(operation: str = "patch") -> list[Entry]:
    place = {"server": "SQL1", "database": "BizTalkMgmtDb"}
    return [entry("run", 0, operation=operation, inventory=["group.yml"], owner=OWNER, **place)]


def planned(**replaced: t.Any) -> list[Entry]:
    made = plan(**replaced)
    findings = [
        {"level": "pass", "where": "group", "text": f"what {rule} asks for is so", "rule": rule}
        for rule in ("R3", "R4", "R14", "R23")
    ]
    computers = [
        {"installed": ["CU3"], "programs": [], "clustered": [], **computer, "app_pools": []}
        for computer in made["computers"].values()
    ]
    value = {"findings": findings, **made, "computers": computers}
    return [fact("package", 5, PACKAGE), fact("group", 6, GROUP), fact("plan", 9, value), *phase("bts1", "plan", 1, 9)]


def stopped() -> list[Entry]:
    """Until the first install may begin, a minute after the stop."""
    backed_up = advance(record(), now=LATER, step="backed_up", backup_set=BACKUP_SET)
    idle = {"idle": True, "waited": 4.0, "samples": 3, "seen": [], "culprits": [], "killed": []}
    return [
        fact("record", 10, record()),
        *phase("bts1", "stop", 10, 20),
        *phase("bts2", "stop", 10, 22),
        *phase("databases", "backup", 25, 45),
        fact("backup", 45, BACKUP_SET),
        *agent("agent_down", 46, 48),
        *phase("databases", "idle", 50, 58),
        fact("idle", 58, idle),
        fact("record", 59, backed_up),
    ]


def installed(*hosts: str, step: str = "installing", operation: str | None = None) -> dict[str, t.Any]:
    """The record with the update on these computers."""
    changed = advance(record(), now=LATER, step=step, operation=operation, backup_set=BACKUP_SET)
    for host in hosts:
        done = {"kb": "5009901", "exit_code": 0, "entries": ["KB5009901"], "finished": LATER}
        changed = with_computer(changed, host, installs=[done])
    return changed


def both_installed() -> list[Entry]:
    return [
        *phase("bts1", "install", 60, 90),
        fact("record", 91, installed("bts1")),
        *phase("bts2", "install", 95, 125),
        fact("record", 126, installed("bts1", "bts2")),
    ]


def started(at: float, record_now: dict[str, t.Any]) -> list[Entry]:
    return [
        *agent("agent_up", at, at + 2),
        *phase("bts1", "start", at + 3, at + 13),
        *phase("bts2", "start", at + 3, at + 10),
        *phase("bts1", "settle", at + 13, at + 14),
        fact("record", at + 14, record_now),
    ]


def failed(at: float, host: str, message: str, **fields: t.Any) -> Entry:
    told = {"task": "Install", "phase": "install", "exit_code": None, "ignored": False, **fields}
    return entry(fields.pop("event", "failed"), at, host=host, message=message, **told)


def ended(at: float, *, succeeded: bool) -> Entry:
    return entry("end", at, succeeded=succeeded)


def good_patch() -> list[Entry]:
    """Down from second 10 to second 143."""
    done = installed("bts1", "bts2", step="done")
    return [*begun(), *planned(), *stopped(), *both_installed(), *started(130, done), ended(150, succeeded=True)]


def failed_patch(message: str = "exit code 1603") -> list[Entry]:
    """BTS1 has the update, BTS2 has not, and the group is down."""
    return [
        *begun(),
        *planned(),
        *stopped(),
        *phase("bts1", "install", 60, 90),
        fact("record", 91, installed("bts1")),
        *phase("bts2", "install", 95, 100),
        failed(100, "bts2", message, exit_code=1603),
        ended(101, succeeded=False),
    ]


def rollback() -> list[Entry]:
    """Of both computers, with a restore."""
    taken_back = installed("bts1", "bts2", step="restored", operation="rollback")
    for host in ("bts1", "bts2"):
        taken_back = with_computer(taken_back, host, uninstalled=["5009901"])
    restored = {
        "backup_set": {"id": 44},
        "databases": [
            {"name": name, "instance": "SQL1", "before": "ONLINE", "after": "ONLINE MULTI_USER", "seconds": 3.0}
            for name in ("SSODB", "BizTalkMgmtDb")
        ],
        "seconds": 6.0,
    }
    return [
        *begun("rollback"),
        *planned(outcome="restore"),
        *phase("bts1", "stop", 10, 20),
        *phase("bts2", "stop", 10, 22),
        *agent("agent_down", 46, 48),
        *phase("bts2", "uninstall", 60, 80),
        *phase("bts1", "uninstall", 85, 99),
        *phase("databases", "restore", 100, 110),
        fact("restore", 110, restored),
        *started(115, {**taken_back, "step": "done"}),
        ended(140, succeeded=True),
    ]


def later(entries: list[Entry], seconds: float) -> list[Entry]:
    """The same, so many seconds later."""
    return [
        {name: value + seconds if name in ("at", "began") else value for name, value in one.items()} for one in entries
    ]


def report(entries: list[Entry], *, alive: bool = False, **options: t.Any) -> Report:
    return make_report(Story.parse(entries), run="20261122T013000Z-patch", made=BEGIN + 200, alive=alive, **options)
