# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of the results of a run's tasks goes into its journal: as much as the report tells, and no more."""

from __future__ import annotations

import typing as t

Result = t.Mapping[str, t.Any]
Fact = tuple[str, t.Any]

_PACKAGE = (
    "architecture",
    "architecture_reason",
    "file_name",
    "has_sql",
    "has_sql_evidence",
    "kb",
    "kind",
    "setup_xml",
    "sha256",
    "title",
    "version",
    "warnings",
)
_COMPUTER = ("host", "name", "architecture", "installed", "services", "app_pools", "install", "master_secret_server")
_PLAN = ("outcome", "agents", "findings", "install_order", "uninstall_order", "resumes", "half_installed", "lines")
_DATABASE = ("name", "role", "server")
_INSTANCE = ("name", "version", "role", "databases", "physical_computer", "sysadmin")


def facts_of(action: str, result: Result, file: str) -> t.Iterator[Fact]:
    """`action` is a module's name without its collection, `file` the task file as `file_of_task` tells it."""
    if action == "set_fact":
        yield from _plans(result.get("ansible_facts") or {})
    elif action == "package_select":
        yield from _packages(result.get("results") or [result])
    elif action == "group_info" and "group" in result:
        yield "group", _group(result["group"]) | {"accounts": result.get("accounts") or []}
    elif action == "full_backup" and "backup_set" in result:
        yield "backup", result["backup_set"]
    elif action == "full_backup" and "last_full_set" in result:
        yield "last_backup", result["last_full_set"]
    elif action == "wait_for_idle" and "idle" in result:
        yield "idle", _kept(result, ("idle", "waited", "samples", "seen", "culprits", "killed"))
    elif action == "full_restore" and "databases" in result:
        yield "restore", _kept(result, ("backup_set", "databases", "seconds"))
    elif file == "install/prove" and (files := [row for row in result.get("output") or () if not isinstance(row, str)]):
        yield "files", [_kept(row, ("Name", "Version")) for row in files]


def _plans(variables: Result) -> t.Iterator[Fact]:
    plan = variables.get("preflight_plan")
    if plan:
        yield "plan", _kept(plan, _PLAN) | {"computers": [_computer(one) for one in plan["computers"].values()]}


def _computer(computer: Result) -> dict[str, t.Any]:
    updates = {name: [_kept(one, _PACKAGE) for one in computer.get(name, ())] for name in ("updates", "unproved")}
    uninstalls = [_kept(one, ("kb", "entry")) for one in computer.get("uninstalls", ())]
    programs = [
        one.get("name") or one.get("image") for one in [*computer["applications"], *computer["custom_programs"]]
    ]
    clustered = [one["resource"] for one in computer.get("clustered", ()) if one.get("stop")]
    return (
        _kept(computer, _COMPUTER)
        | updates
        | {
            "uninstalls": uninstalls,
            "programs": programs,
            "clustered": clustered,
        }
    )


def _packages(results: t.Iterable[Result]) -> t.Iterator[Fact]:
    for result in results:
        for chosen in result.get("chain") or ():
            yield (
                "package",
                {
                    **_kept(chosen["package"], _PACKAGE),
                    "files": len(chosen["package"].get("files") or ()),
                    "for": result.get("architecture"),
                    "why": chosen.get("why"),
                },
            )


def _group(group: Result) -> dict[str, t.Any]:
    return {
        **_kept(group, ("name", "management", "sso_server", "sso_backed_up", "versions")),
        "servers": [server["name"] for server in group["servers"]],
        "databases": [_kept(database, _DATABASE) for database in group["databases"]],
        "sql_instances": [_kept(instance, _INSTANCE) for instance in group["sql_instances"]],
        "isolated": sorted({one["server"] for one in group["host_instances"] if one["type"] == "isolated"}),
    }


def _kept(value: Result, names: t.Iterable[str]) -> dict[str, t.Any]:
    return {name: value[name] for name in names if name in value}
