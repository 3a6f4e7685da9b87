# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a group as tables in plain text."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible_collections.biztalk.patching.plugins.module_utils._installed import release
from ansible_collections.biztalk.patching.plugins.module_utils._status_run import holder

if t.TYPE_CHECKING:
    Raw = t.Mapping[str, t.Any]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_COMPUTERS: t.Final = ("COMPUTER", "BIZTALK", "UPDATES", "DRIFT", "RESTART", "HOST INSTANCES")
_DATABASES: t.Final = ("DATABASE", "INSTANCE", "ROLE", "BACKUP JOB")
_INSTANCES: t.Final = ("SQL SERVER", "VERSION", "ROLE", "AGENT")


def status_lines(status: Raw) -> t.Iterator[str]:
    """`status` is the result of `Status.as_result`. Text that the tables have no room for comes last."""
    management = status["management"]
    name = status["group"] or "BizTalk group"
    yield f"{name}: {management['database']} on {management['server']}, at {_moment(status['taken'])}"
    if status["problem"]:
        yield f"THE GROUP CANNOT BE READ: {status['problem']}"
    yield ""
    yield from table(_COMPUTERS, *(_computer(computer, status) for computer in status["computers"]))
    if not status["problem"]:
        yield ""
        yield from _databases(status)
    yield ""
    yield from _run(status["run"])
    yield ""
    yield from _findings(status["findings"])


def table(*rows: t.Sequence[str]) -> t.Iterator[str]:
    """Columns as wide as what is in them; the last one has no end."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def age(then: str, now: str) -> str:
    """The time between two moments in ISO 8601, such as `2 d 4 h`."""
    seconds = int((datetime.fromisoformat(now) - datetime.fromisoformat(then)).total_seconds())
    for unit, name, part, part_name in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds // unit} {name} {seconds % unit // part} {part_name}"
    return f"{max(seconds, 0) // _MINUTE} min"


def _computer(computer: Raw, status: Raw) -> tuple[str, ...]:
    if not computer["answers"]:
        return (computer["name"], "does not answer", "?", "?", "?", "?")
    product = release(computer["product"]) or computer["product"] or "not installed"
    restart = "pending" if computer["restart_pending"] else "no"
    return (
        computer["name"],
        f"{product} {computer['version']}".strip(),
        ", ".join(computer["updates"]) or "none",
        _drift(computer, status),
        restart,
        _host_instances(computer["host_instances"]),
    )


def _drift(computer: Raw, status: Raw) -> str:
    """What other computers have and this one lacks."""
    everywhere = dict.fromkeys(update for other in status["computers"] for update in other["updates"])
    lacking = [update for update in everywhere if update not in computer["updates"]]
    return f"lacks {', '.join(lacking)}" if lacking else "none"


def _host_instances(states: Raw) -> str:
    """`2 running, 1 stopped (ReceiveHost)`: the names where it is not all as it should be."""
    parts = []
    for state in dict.fromkeys(["running", *states.values()]):
        names = [name for name, its in states.items() if its == state]
        if names:
            parts.append(f"{len(names)} {state}" + ("" if state == "running" else f" ({', '.join(names)})"))
    return ", ".join(parts) or "none"


def _databases(status: Raw) -> t.Iterator[str]:
    rows = [
        (one["name"], one["instance"], one["role"], "covers it" if one["backed_up"] else "DOES NOT COVER IT")
        for one in status["databases"]
    ]
    yield from table(_DATABASES, *rows)
    yield ""
    agents = {True: "runs", False: "STOPPED", None: "unknown"}
    instances = [
        (one["name"], one["version"] or "?", one["role"] or "?", agents[one["agent_running"]])
        for one in status["sql_instances"]
    ]
    yield from table(_INSTANCES, *instances)
    yield ""
    yield from table(*_backup(status))


def _backup(status: Raw) -> t.Iterator[tuple[str, str]]:
    versions = status["versions"]
    known = [f"{row['name']} {row['product_version']}" for row in versions["databases"]]
    known += [f"CU{row['cumulative_update']} {row['version']}" for row in versions["cumulative_updates"]]
    yield "Database versions", ", ".join(known) or "unknown"
    newest = status["last_full_set"]
    yield "Last full backup", _newest(newest, status["taken"]) if newest else "NONE"
    job = status["backup_job"]
    if not job["exists"]:
        yield "Backup job", f"{job['name']}: MISSING"
        return
    parts = [
        "enabled" if job["enabled"] else "DISABLED",
        *(["NO PATH CONFIGURED"] if not job["path_configured"] else []),
        *(["running now"] if job["running"] else []),
        f"last run {job['last_outcome'] or 'unknown'}",
        f"next run {job['next_run'].replace('T', ' ') if job['next_run'] else 'not scheduled'}",
    ]
    yield "Backup job", f"{job['name']}: {', '.join(parts)}"


def _newest(newest: Raw, now: str) -> str:
    finished = newest["finished"]
    when = f"finished {_moment(finished)}, {age(finished, now)} ago" if finished else "finished at an unknown time"
    return f"set {newest['id']}, {when}{'' if newest['complete'] else ', NOT COMPLETE'}"


def _run(run: Raw | None) -> t.Iterator[str]:
    if run is None or run["id"] is None:
        yield "Run record: none"
    else:
        state = "OPEN" if run["open"] else "closed"
        yield f"Run record: {run['id']}, {run['operation']}, step {run['step']}, {state}, at {_moment(run['updated'])}"
    if run and run["open"]:
        yield f"  Held by  {holder(run)}"
        yield f"  Next     {run['next']}"


def _findings(findings: t.Sequence[Raw]) -> t.Iterator[str]:
    if not findings:
        yield "Nothing to look at."
        return
    yield "To look at:"
    for finding in findings:
        yield f"- {finding['where']}: {finding['text']}"


def _moment(text: str) -> str:
    """A moment in UTC without what nobody reads."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"
