# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role status sees of a healthy group of two computers."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._status import Status
from ansible_collections.biztalk.patching.plugins.module_utils._status_computer import Computer
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import CU4, raw_snapshot, uninstall_key

NOW = "2026-11-22T10:00:00+00:00"
NO_RUN: dict[str, t.Any] = {
    "record": None,
    "open": False,
    "lock": False,
    "claims": [],
    "owner": None,
    "problems": [],
}
_SEEN = ("facts", "services", "registry", "entries")
_UPDATED = [uninstall_key("Microsoft BizTalk Server 2020", CU4)]


def seen(name: str = "BTS1", *, problem: str = "", **replaced: t.Any) -> dict[str, t.Any]:
    """A computer with CU4 and two host instances, Receive and Send, as the role hands it to the filter."""
    raw = raw_snapshot(name, **{"uninstall": _UPDATED, **replaced})
    facts = {name: value for name, value in raw["facts"].items() if name != "ansible_env"}
    return {"computer": name, "problem": problem, **{key: raw[key] for key in _SEEN}, "facts": facts}


def silent(name: str) -> dict[str, t.Any]:
    return {"computer": name, "problem": "ntlm: connection timed out\n", **{key: {} for key in _SEEN}}


def host_instance(server: str, host: str, **replaced: t.Any) -> dict[str, t.Any]:
    isolated = replaced.get("type") == "isolated"
    return {
        "server": server,
        "host": host,
        "type": "in_process",
        "disabled": False,
        "clustered": False,
        "service_name": None if isolated else f"BTSSvc${host}",
        **replaced,
    }


def job(**replaced: t.Any) -> dict[str, t.Any]:
    return {
        "name": "Backup BizTalk Server (BizTalkMgmtDb)",
        "exists": True,
        "enabled": True,
        "path_configured": True,
        "running": False,
        "last_outcome": "succeeded",
        "next_run": "2026-11-22T10:15:00",
        **replaced,
    }


def group(**replaced: t.Any) -> dict[str, t.Any]:
    """As group_info describes it, as far as the status looks at it."""
    return {
        "name": "BizTalk Group",
        "management": {"server": "SQL1", "database": "BizTalkMgmtDb"},
        "servers": [{"name": "BTS1"}, {"name": "BTS2"}],
        "host_instances": [host_instance(server, host) for server in ("BTS1", "BTS2") for host in ("Receive", "Send")]
        + [host_instance("BTS1", "Web", type="isolated")],
        "databases": [
            {"name": "BizTalkMgmtDb", "instance": "SQL1", "role": "management", "backed_up": True},
            {"name": "SSODB", "instance": "SQL1", "role": "sso", "backed_up": True},
        ],
        "versions": {
            "databases": [{"name": "Management DB", "language": "ENU", "product_version": "3.13.717.0"}],
            "cumulative_updates": [{"cumulative_update": 4, "version": "3.13.844.0"}],
        },
        "sql_instances": [
            {"name": "SQL1", "version": "15.0.4420.2", "role": "primary", "agent_running": True, "problem": None}
        ],
        "backup_job": job(),
        "last_full_set": {"id": 44, "finished": "2026-11-21T06:30:00+00:00", "seconds": 252.0, "complete": True},
        **replaced,
    }


def status(*computers: dict[str, t.Any], **replaced: t.Any) -> Status:
    raw = computers or (seen("BTS1"), seen("BTS2"))
    values: dict[str, t.Any] = {
        "computers": tuple(Computer.parse(one["computer"].lower(), one) for one in raw),
        "group": group(),
        "problem": "",
        "record": NO_RUN,
        "server": "sql1.lab",
        "database": "BizTalkMgmtDb",
        "now": NOW,
    }
    return Status(**{**values, **replaced})
