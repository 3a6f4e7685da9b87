# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollback in plain words: what a run would do, in its order, and what is lost by it."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._plan_lines import stopped

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._rollback import Rollback
    from ansible_collections.biztalk.patching.plugins.module_utils._rollback_scope import Scope

Restored = t.Mapping[str, t.Any]


def rollback_lines(rollback: Rollback, restored: t.Sequence[Restored]) -> t.Iterator[str]:
    """`restored` are the databases of the set, each with `server`, `name`, `file` and `finished`."""
    scope = rollback.scope
    if rollback.outcome == "nothing_to_do":
        yield scope.nothing or f"Nothing to take back: no computer has KB{', KB'.join(scope.kb_numbers)}."
        return
    for name in rollback.ran_since:
        yield f"WARN {name} ran after the backup set had been made: what it has done since is lost"
    for finding in rollback.findings:
        yield f"{finding.level.upper()} {finding}"
    if scope.step:
        yield f"Goes on with the rollback of the run {scope.run}, which stopped at the step {scope.step}."
    else:
        what = f"the run {scope.run}, " if scope.run else ""
        says = ", as biztalk_assume_sql says" if scope.sql_assumed else ""
        yield f"Takes back {what}KB{', KB'.join(scope.kb_numbers)} (SQL: {scope.has_sql}{says})"
    yield from _down(rollback)
    for computer in rollback.computers:
        for uninstall in computer.uninstalls:
            yield f"{computer.plan.name}: uninstall {uninstall.entry} ({uninstall.command})"
        if not computer.uninstalls:
            yield f"{computer.plan.name}: has nothing to uninstall"
    if rollback.restores:
        for database in restored:
            yield f"{database['server']}: restore {database['name']} from {database['file']}"
    yield from _up(rollback)


def loss(scope: Scope, restored: t.Sequence[Restored]) -> str:
    """What a restore costs; the times of a set are those of the backup job, UTC unless it was told otherwise."""
    made = min((str(database["finished"]) for database in restored if database.get("finished")), default="")
    since = scope.record["updated"] if scope.record and scope.record["step"] == "done" else ""
    return (
        "The restore takes all BizTalk databases back to their backup"
        f"{' of ' + made + ' (the time of the backup job, UTC as a rule)' if made else ''}. Everything that has been "
        "received, sent, tracked or configured since then is lost, and what other systems sent or got does not come "
        f"back by itself.{f' The group has been at work again since {since}, when the run ended.' if since else ''}"
    )


def _down(rollback: Rollback) -> t.Iterator[str]:
    if not rollback.stops:
        return
    for computer in rollback.computers:
        yield from stopped(computer.plan)
    if not rollback.scope.sql:
        return
    for agent in rollback.agents:
        yield f"{agent.instance}: stop {agent.service}"
    for computer in sorted(rollback.computers, key=lambda computer: computer.master_secret_server):
        last = " (the master secret server, last)" if computer.master_secret_server else ""
        yield f"{computer.plan.name}: stop ENTSSO{last}"


def _up(rollback: Rollback) -> t.Iterator[str]:
    if not rollback.scope.sql:
        agents = ", and SQL Server Agent, which the update had stopped" if rollback.agents else ""
        yield f"Then exactly the services listed above are started again{agents}."
        return
    yield (
        "Then Enterprise SSO is started, the master secret server first, Windows Management Instrumentation is "
        "restarted, and SQL Server Agent and exactly the services listed above are started again. No SQL script is run."
    )
    yield "A new full backup of all databases is made, because the restore ends the chain of log backups."
