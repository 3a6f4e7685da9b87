# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for tests: a group of two computers and one instance of SQL Server, with what is special about each."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
from ansible_collections.biztalk.patching.plugins.module_utils._plan import Plan, make_plan
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CU4,
    MISSING_KEY,
    installer,
    package,
    snapshot,
    sql_instance,
    uninstall_key,
)

UPDATED = {"uninstall": [uninstall_key("Microsoft BizTalk Server 2020", CU4), MISSING_KEY]}
PACKAGES = {
    "64-bit": [package()],
    "32-bit": [package(file_name="BTS2020-KB5009901-x86-ENU.exe")],
}
CU = package(has_sql="no", has_sql_evidence=["no .sql anywhere"])
HOTFIX = package(kb="5010000", file_name="BTS2020-KB5010000-x64-ENU.exe", minimum_version="")
CHAIN = {"64-bit": [CU, HOTFIX]}


def server(name: str, *, master: bool = False, runtime: bool = True) -> dict[str, t.Any]:
    return {"name": name, "master_secret_server": master, "runtime": runtime}


def group(*servers: dict[str, t.Any], **replaced: t.Any) -> dict[str, t.Any]:
    return {
        "servers": list(servers or (server("BTS1", master=True), server("bts2"))),
        "hosts": [{"name": "Receive", "clustered": False, "cluster_group": None}],
        "versions": {"databases": [{"language": "ENU", "product_version": "3.13.717.0"}], "cumulative_updates": []},
        "databases": [{"availability_group": None}],
        "host_instances": [{"server": "BTS2", "type": "in_process", "disabled": False}],
        "management": {"server": "SQL1", "database": "BizTalkMgmtDb"},
        "sql_instances": [sql_instance()],
        **replaced,
    }


def plan(
    *,
    one: dict[str, t.Any] | None = None,
    two: dict[str, t.Any] | None = None,
    of: dict[str, t.Any] | None = None,
    sql_hosts: dict[str, str] | None = None,
    sysadmin: bool | None = True,
    packages: dict[str, list[dict[str, t.Any]]] | None = None,
    resources: dict[str, t.Any] | None = None,
    **options: t.Any,
) -> Plan:
    """The plan for two computers of a group, given what is special about each."""
    snapshots = {"one.lab": snapshot("BTS1", **(one or {})), "two.lab": snapshot("BTS2", **(two or {}))}
    return make_plan(
        snapshots,
        group=of or group(),
        packages=packages or PACKAGES,
        sql_hosts={"sql1.lab": ""} if sql_hosts is None else sql_hosts,
        installer=installer(sysadmin=sysadmin),
        options=Options(**options),
        cluster_resources=resources,
    )
