# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is looked at before an update is taken back: every finding at once, each with its remedy."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._agents import check_agents
from ansible_collections.biztalk.patching.plugins.module_utils._cluster import Resource
from ansible_collections.biztalk.patching.plugins.module_utils._findings import Check
from ansible_collections.biztalk.patching.plugins.module_utils._plan import check_choices
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import (
    Finding,
    check_administrator,
    check_applications,
    check_inventory,
    check_product,
    check_restart,
    check_running,
)
from ansible_collections.biztalk.patching.plugins.module_utils._running_setup import check_busy
from ansible_collections.biztalk.patching.plugins.module_utils._settings import check_settings

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
    from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
    from ansible_collections.biztalk.patching.plugins.module_utils._rollback import Rollback, RollbackComputer
    from ansible_collections.biztalk.patching.plugins.module_utils._rollback_scope import Scope


@dataclass(frozen=True)
class Seen:
    """`group` is None where it cannot be read, `resources` has the rows of `Get-ClusterResource` by computer.

    `from_record` says that the former states of the services are those of a record, and not what runs now.
    """

    snapshots: tuple[Snapshot, ...]
    group: t.Mapping[str, t.Any] | None
    resources: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]]
    from_record: bool

    def of_each(self, check: t.Callable[[Snapshot], t.Iterable[Finding]]) -> list[Finding]:
        return [finding for snapshot in self.snapshots for finding in check(snapshot)]


def checks_of_rollback(rollback: Rollback, seen: Seen, options: Options) -> t.Iterator[Check]:
    scope = rollback.scope
    names = [snapshot.name for snapshot in seen.snapshots]
    yield Check("the variables have known names", check_settings(options.settings, options.known_settings))
    yield Check("the play has the computers of the run", check_same_computers(scope, names), "R19")
    if seen.group:
        yield from _of_group(seen, seen.group, names, options)
    yield Check("the account is an administrator", seen.of_each(check_administrator), "R3")
    yield Check("no computer waits for a restart", seen.of_each(check_restart))
    yield Check("nothing is being installed", seen.of_each(check_busy))
    yield Check("the entries tell how to uninstall", check_commands(rollback.computers), "R18")
    if rollback.stops:
        programs = seen.of_each(lambda snapshot: check_applications(snapshot, close=options.close_applications))
        yield Check("no application that works on the group is open", programs, "R11")
        yield Check("what is to be stopped is there", check_choices(options, seen.snapshots), "R11")
    if scope.sql:
        yield from _of_restore(rollback, seen, options)


def _of_group(
    seen: Seen, group: t.Mapping[str, t.Any], names: t.Collection[str], options: Options
) -> t.Iterator[Check]:
    servers = [server["name"].upper() for server in group["servers"]]
    database = group["management"]["database"]
    products = seen.of_each(lambda snapshot: check_product(snapshot, management_database=database))
    yield Check("the inventory is the group", check_inventory(names, servers), "R10")
    yield Check("BizTalk Server is installed and configured for this group", products, "R10")
    if not seen.from_record and not options.accept_stopped_group:
        yield Check("host instances of the group run", check_running(seen.snapshots, group), "R17")


def _of_restore(rollback: Rollback, seen: Seen, options: Options) -> t.Iterator[Check]:
    scope = rollback.scope
    stoppable = check_agents(rollback.agents, managed=options.agent == "managed")
    yield Check("there is a backup set to restore", check_backup_set(scope), "R19")
    yield Check("SQL Server Agent can be stopped", stoppable, "R13")
    yield Check("Enterprise SSO is in no cluster", check_sso_cluster(seen.resources), "R21")
    if seen.group and scope.restores:
        yield Check("the master secret server is in the play", check_master_secret_server(seen.group), "R21")
    if not seen.from_record:
        yield Check("Enterprise SSO runs", seen.of_each(check_sso_down), "R17")


def check_same_computers(scope: Scope, names: t.Collection[str]) -> t.Iterator[Finding]:
    """A computer of the run that is not in the play would keep the update: R19 allows no part of a rollback."""
    for computer in scope.record["computers"] if scope.record else ():
        if computer["name"] not in names:
            yield Finding(
                "fail",
                computer["name"],
                f"took part in the run {scope.run} and is not in this play: a rollback is for the whole group. Run it "
                "with the same inventory and without --limit",
                "R19",
            )


def check_commands(computers: t.Iterable[RollbackComputer]) -> t.Iterator[Finding]:
    for computer in computers:
        for uninstall in computer.uninstalls:
            if uninstall.command is None:
                yield Finding(
                    "fail",
                    computer.plan.name,
                    f"the Uninstall entry {uninstall.path} has no command: take KB{uninstall.kb} back there in "
                    "*Programs and Features* while the group is down, and run this again",
                    "R18",
                )


def check_backup_set(scope: Scope) -> t.Iterator[Finding]:
    if scope.restores and not scope.backup_set:
        why = (
            "contains SQL" if scope.has_sql == "yes" else "may contain SQL (biztalk_assume_sql says it if it does not)"
        )
        yield Finding(
            "fail",
            scope.confirm,
            f"{why}, so that uninstalling alone leaves the databases behind, and there is no backup set to restore: "
            "name the one from before the update in biztalk_rollback_backup_set",
            "R19",
        )


def check_sso_cluster(resources: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]]) -> t.Iterator[Finding]:
    """`resources` has the rows of `Get-ClusterResource` by computer. A cluster starts what somebody else stops."""
    found = {resource.name: resource for rows in resources.values() for resource in map(Resource.parse, rows)}
    for resource in found.values():
        if resource.looks_like_sso:
            yield Finding(
                "fail",
                resource.node,
                f"the cluster resource {resource.name} looks like Enterprise SSO, which must be down while the "
                "databases are restored, and this collection does not stop it in a cluster. Take the update back by "
                "hand as docs/rollback.md describes",
                "R21",
            )


def check_master_secret_server(group: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    if not any(server["master_secret_server"] for server in group["servers"]):
        yield Finding(
            "warn",
            group["sso_server"],
            "is the master secret server and not in this play: stop ENTSSO there before this run begins, start it "
            "again when this run says that it starts Enterprise SSO, and before the other computers",
            "R21",
        )


def check_sso_down(snapshot: Snapshot) -> t.Iterator[Finding]:
    if not snapshot.sso_running:
        yield Finding("warn", snapshot.name, "Enterprise SSO does not run, and is not started afterwards either")
