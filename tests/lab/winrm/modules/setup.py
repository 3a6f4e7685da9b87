# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""setup: the facts of the subsets that have a meaning in the lab."""

from __future__ import annotations

import time
import typing as t
from datetime import datetime, timezone

if t.TYPE_CHECKING:
    from tests.lab.winrm.task import Result, Task

_MINIMUM = ("date_time", "distribution", "dns", "env", "local", "platform", "powershell_version", "user")
_GROUPS = {
    "min": _MINIMUM,
    "network": ("all_ipv4_addresses", "all_ipv6_addresses", "interfaces", "windows_domain", "winrm"),
    "hardware": ("bios", "memory", "processor", "uptime", "virtual"),
    "external": ("facter",),
}
_ALL = frozenset(name for names in _GROUPS.values() for name in names)
_WINDOWS_VERSION = "10.0.17763.0"


def run(task: Task) -> Result:
    wanted, warnings = _subsets(task["gather_subset"])
    facts: Result = {"gather_subset": task["gather_subset"], "module_setup": True}
    for name, collect in COLLECTORS.items():
        if name in wanted:
            facts |= {f"ansible_{key}": value for key, value in collect(task).items()}
    return {"ansible_facts": facts, **({"warnings": warnings} if warnings else {})}


def _subsets(asked: list[str]) -> tuple[set[str], list[str]]:
    """The names of the subsets to collect: all but the excluded ones, and in any case those that were asked for."""
    explicit: set[str] = set()
    excluded: set[str] = set()
    warnings: list[str] = []
    for item in asked:
        name = item.removeprefix("!")
        members = set(_ALL) if name == "all" else set(_GROUPS.get(name, (name,)))
        if item.startswith("!"):
            excluded |= members - set(_MINIMUM) if name == "all" else members
        elif members <= _ALL:
            explicit |= members
        else:
            warnings.append(f"invalid value {item} specified in gather_subset")
    return (set(_ALL) - excluded) | explicit, warnings


def _date_time(_task: Task) -> Result:
    now = datetime.now(timezone.utc)
    return {
        "date_time": {
            "date": now.strftime("%Y-%m-%d"),
            "time": now.strftime("%H:%M:%S"),
            "epoch": str(int(now.timestamp())),
            "epoch_int": int(now.timestamp()),
            "iso8601": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "iso8601_micro": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "iso8601_basic": now.strftime("%Y%m%dT%H%M%S%f"),
            "iso8601_basic_short": now.strftime("%Y%m%dT%H%M%S"),
            "tz": "UTC",
            "tz_offset": "+00:00",
        }
    }


def _distribution(task: Task) -> Result:
    return {
        "distribution": "Microsoft Windows Server 2019 Standard" if task.session.account.administrator else None,
        "distribution_version": _WINDOWS_VERSION,
        "distribution_major_version": "10",
        "os_family": "Windows",
        "os_name": "Microsoft Windows Server 2019 Standard" if task.session.account.administrator else None,
        "os_product_type": "server",
        "os_installation_type": "Server",
    }


def _environment(task: Task) -> Result:
    return {"env": {name: value.rstrip("\\") for name, value in task.session.environment.items()}}


def platform(task: Task) -> Result:
    """`architecture` needs WMI, which a user who is no administrator cannot ask."""
    name, x64 = task.computer.name, task.computer.architecture == "x64"
    architecture = "64-bit" if x64 else "32-bit"
    return {
        "architecture": architecture if task.session.account.administrator else None,
        "architecture2": "x86_64" if x64 else "i386",
        "hostname": name,
        "netbios_name": name.upper()[:15],
        "fqdn": name,
        "nodename": name,
        "domain": "",
        "kernel": _WINDOWS_VERSION,
        "system": "Win32NT",
        "reboot_pending": task.computer.pending_restart,
    }


def _user(task: Task) -> Result:
    return {"user_id": task.session.user, "user_dir": task.session.profile, "user_gecos": ""}


def _domain(task: Task) -> Result:
    domain = task.session.domain
    return {"windows_domain": domain, "windows_domain_member": True, "windows_domain_role": "Member server"}


def _uptime(task: Task) -> Result:
    boot = task.computer.power.boot_time
    return {
        "lastboot": boot.strftime("%Y-%m-%d %H:%M:%SZ"),
        "uptime_seconds": round(time.time() - boot.timestamp()),
    }


COLLECTORS: dict[str, t.Callable[[Task], Result]] = {
    "date_time": _date_time,
    "distribution": _distribution,
    "env": _environment,
    "platform": platform,
    "powershell_version": lambda _task: {"powershell_version": 5},
    "uptime": _uptime,
    "user": _user,
    "windows_domain": _domain,
}
