# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run record comes to be, and how it changes from step to step."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._record import SCHEMA, Record, next_action


def begin(
    plan: t.Mapping[str, t.Any],
    *,
    group: t.Mapping[str, str],
    packages: t.Iterable[t.Mapping[str, t.Any]],
    owner: t.Mapping[str, t.Any],
    now: str,
) -> Record:
    """The record of a new run of patch.yml, before it stops anything; `plan` is the result of the filter `patch_plan`.

    `now` is a moment in UTC in ISO 8601.
    """
    chosen = list(packages)
    numbers = "-".join(dict.fromkeys(package["kb"] for package in chosen))
    record: Record = {
        "schema": SCHEMA,
        "id": f"{''.join(character for character in now[:19] if character.isalnum())}Z-KB{numbers}",
        "sequence": 1,
        "operation": "patch",
        "step": "prepared",
        "mode": plan["outcome"],
        "group": dict(group),
        "owner": dict(owner),
        "started": now,
        "updated": now,
        "packages": [
            {key: str(package[key]) for key in ("kb", "file_name", "sha256", "title", "has_sql")} for package in chosen
        ],
        "computers": [
            {
                "host": computer["host"],
                "name": computer["name"],
                "services": list(computer["services"]),
                "start_modes": dict(computer["start_modes"]),
                "plan": {
                    "updates": [{"kb": update["kb"]} for update in computer["updates"]],
                    "app_pools": list(computer["app_pools"]),
                    "clustered": [dict(instance) for instance in computer["clustered"]],
                },
                "installs": [],
                "uninstalled": [],
            }
            for computer in plan["computers"].values()
        ],
        "agents": [dict(agent) for agent in plan["agents"]],
        "backup_set": None,
    }
    return {**record, "next": next_action(record)}


def begin_rollback(
    record: Record | None,
    plan: t.Mapping[str, t.Any],
    *,
    group: t.Mapping[str, str],
    owner: t.Mapping[str, t.Any],
    now: str,
) -> Record:
    """The record of a rollback: that of the run which is taken back, or a new one for an update installed by hand.

    `plan` is the result of the filter `rollback_plan`; what it says of the services is what the group comes back to.
    """
    base = record or begin(plan, group=group, packages=plan["packages"], owner=owner, now=now)
    planned = plan["computers"]
    computers = [
        {
            **computer,
            **{name: planned[computer["host"]][name] for name in ("services", "start_modes")},
            "plan": {**computer["plan"], **{name: planned[computer["host"]][name] for name in _KEPT_IN_PLAN}},
        }
        for computer in base["computers"]
    ]
    changed = {**base, "computers": computers, "agents": list(plan["agents"])}
    return advance(
        changed, now=now, operation="rollback", step=plan["step"], owner=owner, backup_set=plan["backup_set"]
    )


_KEPT_IN_PLAN = ("app_pools", "clustered", "sso", "master_secret_server")


def advance(
    record: Record,
    *,
    now: str,
    operation: str | None = None,
    step: str | None = None,
    owner: t.Mapping[str, t.Any] | None = None,
    backup_set: t.Mapping[str, t.Any] | None = None,
) -> Record:
    """The record after a step, or taken over by another run."""
    changed = {
        **record,
        "sequence": record["sequence"] + 1,
        "operation": operation or record["operation"],
        "step": step or record["step"],
        "owner": dict(owner or record["owner"]),
        "backup_set": dict(backup_set) if backup_set else record["backup_set"],
        "updated": now,
    }
    return {**changed, "next": next_action(changed)}


def with_computer(record: Record, host: str, **changes: list[t.Any]) -> Record:
    """The record with what has come to a computer's lists, such as `installs` or `uninstalled`."""
    computers = [
        {**computer, **{name: computer[name] + items for name, items in changes.items()}}
        if computer["host"] == host
        else computer
        for computer in record["computers"]
    ]
    return {**record, "computers": computers}
