# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan in plain words: what a run would do, in its order."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer_plan import ComputerPlan
    from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
    from ansible_collections.biztalk.patching.plugins.module_utils._plan import Plan


def plan_lines(plan: Plan, options: Options) -> t.Iterator[str]:
    for finding in plan.findings:
        yield f"{finding.level.upper()} {finding}"
    if plan.resumes:
        yield f"Goes on with the run {plan.resumes['id']}, which stopped at the step {plan.resumes['step']}."
    if plan.outcome == "finish":
        yield from _finish(plan)
    elif plan.outcome == "nothing_to_do":
        yield "Nothing to do: every computer of the group has the update. Nothing would be stopped."
    elif plan.outcome == "rolling":
        yield from _rolling(plan)
    else:
        yield from _outage(plan)
        yield _expected(plan, options)


def _contents(plan: Plan) -> t.Iterator[str]:
    packages = {package["file_name"]: package for computer in plan.to_install for package in computer.updates}
    for name, package in packages.items():
        found = package["has_sql_found"]
        says = f" (biztalk_assume_sql says so; the inspection answers {found})" if package["assume_sql"] else ""
        yield f"{name}: contains SQL: {package['has_sql']}{says}"


def _outage(plan: Plan) -> t.Iterator[str]:
    yield from _contents(plan)
    for computer in plan.computers:
        yield from stopped(computer)
    for agent in plan.agents:
        through = f", the cluster resource {agent.resource}, on {agent.host}" if agent.resource else ""
        backup = (
            "keep the backup set from before" if plan.half_installed else "force a full backup of all BizTalk databases"
        )
        yield f"{agent.instance}: {backup}, then stop {agent.service}{through}"
    count = len(plan.to_install)
    for number, computer in enumerate(plan.to_install, start=1):
        yield f"{computer.name}: {_work(computer)} (computer {number} of {count})"
    yield from _updated_already(plan)
    yield "Then SQL Server Agent and exactly the services listed above are started again."


def _expected(plan: Plan, options: Options) -> str:
    """How long the group will be down at least; what stopping and starting take nobody knows beforehand."""
    installs = sum(len(computer.updates) for computer in plan.to_install)
    backup = 0.0 if plan.half_installed else options.backup_seconds
    known = installs * options.install_seconds + (backup or 0.0)
    parts = [f"{installs} x {_minutes(options.install_seconds)} for the installs (biztalk_expected_install_time)"]
    if backup is None:
        parts.append("the backup, of which nothing is known")
    elif backup:
        parts.append(f"the backup, which took {_minutes(backup)} the last time")
    return f"Expected outage: {_minutes(known)} and what stopping and starting take: {', and '.join(parts)}."


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _rolling(plan: Plan) -> t.Iterator[str]:
    yield "One computer after the other, while the others work (biztalk_mode is rolling). No backup is made:"
    yield from _contents(plan)
    count = len(plan.to_install)
    for number, computer in enumerate(plan.to_install, start=1):
        yield from stopped(computer)
        yield f"{computer.name}: {_work(computer)}, then start these again (computer {number} of {count})"
    yield from _updated_already(plan)


def stopped(computer: ComputerPlan) -> t.Iterator[str]:
    yield f"{computer.name}: stop {', '.join(computer.services) or 'nothing (nothing of BizTalk runs here)'}"
    for instance in computer.clustered:
        if instance.stop:
            yield f"{computer.name}: take the cluster resource {instance.resource} offline"
    if computer.app_pools:
        yield f"{computer.name}: stop the application pools {', '.join(computer.app_pools)}"
    for program in computer.applications:
        yield f"{computer.name}: close {program.name} (process {program.pid})"
    for program in computer.custom_programs:
        yield f"{computer.name}: end {program.image} (process {program.pid}), which is not started again"


def _updated_already(plan: Plan) -> t.Iterator[str]:
    for computer in plan.computers:
        if not computer.install:
            yield f"{computer.name}: has the update already, nothing is installed here"


def _finish(plan: Plan) -> t.Iterator[str]:
    for computer in plan.computers:
        yield f"{computer.name}: start {', '.join(computer.services) or 'nothing'}"
    for agent in plan.agents:
        if agent.running:
            yield f"{agent.instance}: start {agent.service}"


def _work(computer: ComputerPlan) -> str:
    prove = [f"look at the setup log of {package['file_name']}" for package in computer.unproved]
    install = [f"install {package['file_name']}" for package in computer.updates]
    return ", then ".join(prove + install)
