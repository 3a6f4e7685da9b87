# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is looked at before anything is touched: every finding at once, each with its remedy."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

Level = t.Literal["pass", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """`where` is a computer, a SQL Server instance or the group; `rule` is the rule of KB 2003907 behind it."""

    level: Level
    where: str
    text: str
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def check_inventory(names: t.Collection[str], servers: t.Collection[str]) -> t.Iterator[Finding]:
    """The inventory must be the group: `names` are the computers of the play, `servers` those of the group."""
    for server in sorted(set(servers) - set(names)):
        yield Finding(
            "fail",
            server,
            "is a computer of the BizTalk group but not in the inventory. Every computer of a group must get the "
            "update: add it to the inventory, or remove it from the group if it is gone",
            "R10",
        )
    for name in sorted(set(names) - set(servers)):
        yield Finding(
            "fail",
            name,
            "is in the inventory but not a computer of this BizTalk group: remove it from the inventory, "
            "or check that biztalk_management_server names the right group",
            "R10",
        )


def check_product(snapshot: Snapshot, *, management_database: str) -> t.Iterator[Finding]:
    """Whether BizTalk Server is installed, configured, and of this group."""
    product = snapshot.product
    if product is None:
        yield Finding("fail", snapshot.name, "BizTalk Server is not installed here: remove it from the inventory")
    elif not product.configured:
        yield Finding(
            "fail",
            snapshot.name,
            "BizTalk Server is installed but not configured. An update that is installed before the configuration "
            "has to be installed again after it: configure BizTalk Server first",
        )
    elif (product.management_database or "").casefold() != management_database.casefold():
        yield Finding(
            "fail",
            snapshot.name,
            f"belongs to the group of {product.management_database} on {product.management_server}, "
            f"not to that of {management_database}: remove it from the inventory, or correct biztalk_management_server "
            "and biztalk_management_database",
            "R10",
        )


def check_administrator(snapshot: Snapshot) -> t.Iterator[Finding]:
    if not snapshot.administrator:
        yield Finding(
            "fail",
            snapshot.name,
            f"{snapshot.account} is no administrator here: the installing account must be one. "
            "Add it to the local Administrators group",
            "R3",
        )


def check_restart(snapshot: Snapshot) -> t.Iterator[Finding]:
    if snapshot.restart_pending:
        yield Finding("warn", snapshot.name, "a restart is pending: restart the computer before the maintenance window")


def check_installer(account: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    """The installer runs its scripts as this account; `account` is an entry of group_info's `accounts`."""
    for standing in account["instances"]:
        if standing["sysadmin"] is None:
            yield Finding(
                "warn",
                standing["instance"],
                f"it could not be found out whether {account['name']} is sysadmin here, as the installing account must "
                f"be: {standing['problem']}",
                "R4",
            )
        elif not standing["sysadmin"]:
            yield Finding(
                "fail",
                standing["instance"],
                f"{account['name']} is not sysadmin here, as the installing account must be: add it to the role, or "
                "its Windows group",
                "R4",
            )


def check_applications(snapshot: Snapshot, *, close: bool) -> t.Iterator[Finding]:
    """Whether somebody has an application open that works on the group's databases."""
    for application in snapshot.applications:
        if close:
            yield Finding("warn", snapshot.name, f"{application} is open and will be closed", "R11")
        else:
            yield Finding(
                "fail",
                snapshot.name,
                f"{application} is open: close it, or set biztalk_close_applications to true",
                "R11",
            )


def check_running(snapshots: t.Collection[Snapshot], group: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    """Only what runs now is started again: a group that is down, as after an interrupted run, would stay down."""
    expected = [row for row in group["host_instances"] if row["type"] == "in_process" and not row["disabled"]]
    running = [service for snapshot in snapshots for service in snapshot.services if service.is_host_instance]
    if expected and not any(service.running for service in running):
        yield Finding(
            "fail",
            group["management"]["database"],
            "no host instance of the group runs. A run that was interrupted leaves a group like this. Only what runs "
            "before an update is started after it: start the host instances, Enterprise SSO, IIS and SQL Server Agent "
            "that should run, or set biztalk_accept_stopped_group to true where all of it is down on purpose",
            "R17",
        )
