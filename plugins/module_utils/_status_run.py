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
    """The last run, from the result of `run_record`; None where there was none and nobody has claimed the group."""
    record, claims = found.get("record"), list(found.get("claims") or ())
    if record is None:
        return {"id": None, "open": bool(claims), "claims": claims, "next": _next_of_claims(claims)} if claims else None
    owner = record["owner"]
    return {
        "id": record["id"],
        "operation": record["operation"],
        "step": record["step"],
        "open": found["open"],
        "started": record["started"],
        "updated": record["updated"],
        "owner": {name: owner[name] for name in ("host", "user", "pid")} | {"state": found["owner"]},
        "claims": claims,
        "computers": {computer["name"]: _done(computer) for computer in record["computers"]},
        "backup_set": (record["backup_set"] or {}).get("id"),
        "next": _next(found, record),
    }


def holder(run: Raw) -> str:
    """Who has the group, in words."""
    if run["id"] is None:
        return f"claimed by the run {', '.join(run['claims'])}, which has not written its record yet"
    owner = run["owner"]
    return f"{owner['user']} on {owner['host']} (process {owner['pid']}): {_OWNERS[owner['state']]}"


def _next(found: Raw, record: Raw) -> str:
    foreign = [claim for claim in found.get("claims") or () if claim != record["id"]]
    if foreign:
        return _next_of_claims(foreign)
    if not found["open"]:
        return str(record["next"])
    if found["owner"] == "alive":
        return "Let it end."
    if found["owner"] == "unknown":
        return f"{record['next']} When you are sure that it does not go on, with -e biztalk_take_over={record['id']}"
    return str(record["next"])


def _next_of_claims(claims: t.Iterable[str]) -> str:
    return (
        "Let it end. When you are sure that it does not go on, run the playbook with "
        f"-e biztalk_take_over={', '.join(claims)}"
    )


def _done(computer: Raw) -> dict[str, t.Any]:
    return {
        "installs": [{name: install[name] for name in ("kb", "exit_code")} for install in computer["installs"]],
        "uninstalled": list(computer["uninstalled"]),
    }
