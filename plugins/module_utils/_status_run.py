# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last run in the status of a group: whether it has ended, who holds the group, and what is safe to do next."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    Raw = t.Mapping[str, t.Any]

_OWNERS: t.Final = {
    "alive": "it is at work now",
    "dead": "its process has ended",
    "unknown": "whether it goes on cannot be seen from this controller",
}


def run_result(found: Raw) -> dict[str, t.Any] | None:
    """The last run, from the result of `run_record`; None where there was none and nobody has claimed the group.

    `claims` are those of runs that have not written their records yet.
    """
    record = found["record"]
    claims = [claim for claim in found["claims"] if record is None or claim != record["id"]]
    if record is None:
        return {"id": None, "open": True, "claims": claims, "next": _next_of(claims[0])} if claims else None
    owner = record["owner"]
    return {
        "id": record["id"],
        "operation": record["operation"],
        "step": record["step"],
        "open": found["open"] or bool(claims),
        "started": record["started"],
        "updated": record["updated"],
        "owner": {name: owner[name] for name in ("host", "user", "pid")} | {"state": found["owner"]},
        "claims": claims,
        "computers": {computer["name"]: _done(computer) for computer in record["computers"]},
        "backup_set": (record["backup_set"] or {}).get("id"),
        "next": _next_of(claims[0]) if claims else _next(record, found["owner"], is_open=found["open"]),
    }


def holder(run: Raw) -> str:
    """Who has the group, in words."""
    if run["claims"]:
        return f"the run {', '.join(run['claims'])}, which has claimed the group and not written its record yet"
    owner = run["owner"]
    return f"{owner['user']} on {owner['host']} (process {owner['pid']}): {_OWNERS[owner['state']]}"


def _next(record: Raw, owner: str, *, is_open: bool) -> str:
    if not is_open or owner == "dead":
        return str(record["next"])
    if owner == "alive":
        return "Let it end."
    return f"{_next_of(record['id'])}. It said: {record['next']}"


def _next_of(run: str) -> str:
    return f"Let it end. When you are sure that it does not go on, run the playbook with -e biztalk_take_over={run}"


def _done(computer: Raw) -> dict[str, t.Any]:
    return {
        "installs": [{name: install[name] for name in ("kb", "exit_code")} for install in computer["installs"]],
        "uninstalled": list(computer["uninstalled"]),
    }
