# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run records for tests."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import begin

OWNER = {"host": "controller", "user": "ops", "pid": 4711, "born": "8150"}
GROUP = {"server": "SQL1", "database": "BizTalkMgmtDb"}
NOW = "2026-11-22T01:30:00+00:00"
LATER = "2026-11-22T02:15:00+00:00"


def package(**replaced: t.Any) -> dict[str, t.Any]:
    return {
        "kb": "5009901",
        "file_name": "BTS2020-KB5009901-x64-ENU.exe",
        "sha256": "ab" * 32,
        "title": "Cumulative Update 4",
        "has_sql": "yes",
        "files": ["not of interest"],
        **replaced,
    }


def plan(**replaced: t.Any) -> dict[str, t.Any]:
    computers = {
        host: {
            "host": host,
            "name": name,
            "updates": [package()],
            "install": True,
            "services": ["BTSSvc$A"],
            "start_modes": {"BTSSvc$A": "auto", "BTSSvc$B": "manual"},
            "applications": [],
            "app_pools": [],
            "clustered": [],
        }
        for host, name in (("bts1", "BTS1"), ("bts2", "BTS2"))
    }
    agents = [{"instance": "SQL1", "host": "sql1", "service": "SQLSERVERAGENT", "running": True}]
    return {"outcome": "outage", "computers": computers, "agents": agents, **replaced}


def record(**replaced: t.Any) -> dict[str, t.Any]:
    """The record of a run that has just begun."""
    return {**begin(plan(), group=GROUP, packages=[package()], owner=OWNER, now=NOW), **replaced}
