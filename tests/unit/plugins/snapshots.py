# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A BizTalk computer as the modules that look at it describe it."""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

CU4 = "Microsoft BizTalk Server 2020 Cumulative Update 4 [KB 5009901]"
ADMINISTRATORS = {"sid": "S-1-5-32-544", "attributes": ["Mandatory", "Enabled by default", "Enabled", "Owner"]}
USERS = {"sid": "S-1-5-32-545", "attributes": ["Mandatory", "Enabled by default", "Enabled"]}
CONSOLE = {
    "Name": "mmc.exe",
    "ProcessId": 4711,
    "SessionId": 2,
    "CommandLine": r'"C:\Windows\system32\mmc.exe" "C:\Program Files (x86)\Microsoft BizTalk Server\BTSmmc.msc"',
}


def service_row(name: str, state: str = "started", **values: t.Any) -> dict[str, t.Any]:
    return {"name": name, "display_name": name, "state": state, "dependency_of": [], "start_mode": "auto", **values}


def registry_key(**values: str) -> dict[str, t.Any]:
    properties = {name: {"type": "REG_SZ", "value": value, "raw_value": value} for name, value in values.items()}
    return {"exists": True, "properties": properties, "sub_keys": []}


def uninstall_key(*names: str) -> dict[str, t.Any]:
    return {"exists": True, "properties": {}, "sub_keys": list(names)}


REGISTRY = ("product", "administration", "uninstall")
MISSING_KEY: dict[str, t.Any] = {"exists": False}
PRODUCT = registry_key(
    ProductName="Microsoft BizTalk Server 2020", ProductVersion="3.13.717.0", ProductEdition="Enterprise"
)
ADMINISTRATION = registry_key(MgmtDBServer="SQL1", MgmtDBName="BizTalkMgmtDb")
NATIVE = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
WOW = r"HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"


def raw_snapshot(name: str = "BTS1", **replaced: t.Any) -> dict[str, t.Any]:
    """A healthy computer with two host instances, without an update. `REGISTRY` are the arguments of `registry`."""
    return {
        "facts": {
            "ansible_hostname": name,
            "ansible_architecture": "64-bit",
            "ansible_reboot_pending": False,
            "ansible_env": {"SystemRoot": r"C:\Windows"},
        },
        "services": [
            service_row("BTSSvc$Receive", dependency_of=None),
            service_row("BTSSvc$Send"),
            service_row("ENTSSO", dependency_of=["BTSSvc$Receive", "BTSSvc$Send"]),
            service_row("W3SVC"),
            service_row("Spooler"),
        ],
        "processes": [],
        "volumes": [{"Name": "C:\\", "FreeSpace": 40 * 1024**3}],
        "owners": "",
        "app_pools": "",
        "account": {
            "account": {"domain_name": "LAB", "account_name": "patchadmin"},
            "groups": [USERS, ADMINISTRATORS],
        },
        "registry": registry(**{name: replaced.pop(name) for name in REGISTRY if name in replaced}),
        "entries": [],
        **replaced,
    }


def registry(
    product: t.Mapping[str, t.Any] | None = None,
    administration: t.Mapping[str, t.Any] | None = None,
    uninstall: t.Sequence[t.Mapping[str, t.Any]] = (),
) -> list[t.Any]:
    """As the preflight's script writes it; `uninstall` are the 64-bit key, and the one for 32-bit programs."""
    keys = (("3.0", product or PRODUCT), ("Administration", administration or ADMINISTRATION))
    rows: list[t.Any] = [
        {"PSChildName": name, **{value: item["value"] for value, item in key["properties"].items()}}
        for name, key in keys
        if key.get("properties")
    ]
    for path, key in zip((NATIVE, WOW), uninstall or (uninstall_key("Microsoft BizTalk Server 2020"),), strict=False):
        rows += [path, *key.get("sub_keys", ())]
    return rows


def snapshot(name: str = "BTS1", **replaced: t.Any) -> Snapshot:
    return Snapshot.parse(raw_snapshot(name, **replaced))


def package(**replaced: t.Any) -> dict[str, t.Any]:
    """A package as package_select returns it, as far as the plan looks at it."""
    file_name = replaced.get("file_name", "BTS2020-KB5009901-x64-ENU.exe")
    return {
        "path": f"/srv/{file_name}",
        "file_name": file_name,
        "kb": "5009901",
        "title": CU4,
        "kind": "cumulative_update",
        "version": "3.13.844.0",
        "branch": "",
        "patch_codes": [],
        "size": 48 * 1024**2,
        "payloads": [{"size": 100 * 1024**2}],
        "product": "Microsoft BizTalk Server 2020",
        "minimum_version": "3.13.717.0",
        "languages": ["ENU"],
        "companion": "",
        "has_sql": "yes",
        "has_sql_found": replaced.get("has_sql", "yes"),
        "assume_sql": None,
        "has_sql_evidence": ["Setup.xml names msgboxlogic.sql"],
        "warnings": [],
        **replaced,
    }


def installer(*, sysadmin: bool | None = True) -> dict[str, t.Any]:
    """The installing account as group_info describes it."""
    problem = "it may not be asked" if sysadmin is None else None
    standing: dict[str, t.Any] = {"instance": "SQL1", "sysadmin": sysadmin, "through": [], "problem": problem}
    return {"name": r"LAB\patchadmin", "sysadmin": bool(sysadmin), "instances": [standing]}


def sql_instance(name: str = "SQL1", **replaced: t.Any) -> dict[str, t.Any]:
    """A SQL Server instance as group_info describes it, as far as the plan looks at it."""
    return {
        "name": name,
        "agent_running": True,
        "clustered": False,
        "physical_computer": name.partition("\\")[0],
        "cluster_nodes": [],
        "problem": None,
        **replaced,
    }
