# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is looked at before an update, in one list: what failed, what is doubtful, and what held."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, field

from ansible_collections.biztalk.patching.plugins.module_utils._branch import check_branch
from ansible_collections.biztalk.patching.plugins.module_utils._clustered_sso import check_sso
from ansible_collections.biztalk.patching.plugins.module_utils._levels import (
    check_databases,
    check_prerequisites,
    check_superseded,
)
from ansible_collections.biztalk.patching.plugins.module_utils._package_checks import (
    check_chain,
    check_drift,
    check_language,
    check_package,
    check_rolling,
)
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import (
    Finding,
    check_administrator,
    check_applications,
    check_installer,
    check_inventory,
    check_product,
    check_restart,
    check_running,
)
from ansible_collections.biztalk.patching.plugins.module_utils._running_setup import check_busy
from ansible_collections.biztalk.patching.plugins.module_utils._settings import check_settings
from ansible_collections.biztalk.patching.plugins.module_utils._space import check_space

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
    from ansible_collections.biztalk.patching.plugins.module_utils._options import Options

    Package = t.Mapping[str, t.Any]

_ORDER = ("fail", "warn", "pass")


@dataclass(frozen=True)
class Check:
    """`held` says in a few words what is so where there are no findings."""

    held: str
    findings: t.Iterable[Finding]
    rule: str = ""

    def outcome(self) -> list[Finding]:
        return list(self.findings) or [Finding("pass", "group", self.held, self.rule)]


@dataclass(frozen=True)
class Seen:
    """`packages` maps an architecture to the updates for it in order; `installer` is the installing account.

    `cluster_resources` has the rows of `Get-ClusterResource` by the name of the computer that was asked.
    """

    snapshots: t.Sequence[Snapshot]
    group: t.Mapping[str, t.Any]
    packages: t.Mapping[str, t.Sequence[Package]]
    installer: t.Mapping[str, t.Any]
    cluster_resources: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]] = field(default_factory=dict)

    @property
    def distinct(self) -> list[Package]:
        """Each package once, whatever the number of architectures that it is for."""
        return list({package["path"]: package for chain in self.packages.values() for package in chain}.values())

    def of_each(self, check: t.Callable[[Snapshot], t.Iterable[Finding]]) -> t.Iterator[Finding]:
        return itertools.chain.from_iterable(map(check, self.snapshots))

    def of_each_with_updates(
        self, check: t.Callable[[t.Sequence[Package], Snapshot], t.Iterable[Finding]]
    ) -> t.Iterator[Finding]:
        return self.of_each(lambda snapshot: check(self.packages[snapshot.architecture], snapshot))


def outcomes(checks: t.Iterable[Check]) -> tuple[Finding, ...]:
    """The findings of all checks, the worst first."""
    found = itertools.chain.from_iterable(check.outcome() for check in checks)
    return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.level)))


def checks_of_group(seen: Seen, options: Options) -> t.Iterator[Check]:
    """What is looked at whether anything is to be installed or not."""
    group = seen.group
    names = [snapshot.name for snapshot in seen.snapshots]
    servers = [server["name"].upper() for server in group["servers"]]
    database = group["management"]["database"]
    yield Check("the variables have known names", check_settings(options.settings, options.known_settings))
    yield Check("the inventory is the group", check_inventory(names, servers), "R10")
    yield Check(
        "BizTalk Server is installed and configured for this group",
        seen.of_each(lambda snapshot: check_product(snapshot, management_database=database)),
        "R10",
    )
    packages = itertools.chain.from_iterable(map(check_package, seen.distinct))
    yield Check("the packages tell what they are", packages, "R9")
    yield Check("the packages are for the product that is installed", _fit(seen), "R23")
    yield Check(
        "what the updates need is installed, or comes before them",
        itertools.chain(
            seen.of_each_with_updates(lambda packages, snapshot: check_prerequisites(packages, snapshot, group)),
            seen.of_each_with_updates(check_superseded),
        ),
        "R23",
    )
    yield Check(
        "no computer is behind the databases",
        seen.of_each_with_updates(lambda packages, snapshot: check_databases(packages, snapshot, group)),
        "R19",
    )
    yield Check("the computers are at the same updates", check_drift(seen.snapshots, seen.distinct))
    yield Check("the installing account is an administrator", seen.of_each(check_administrator), "R3")
    yield Check(
        "Enterprise SSO runs",
        seen.of_each(lambda snapshot: check_sso(snapshot, seen.cluster_resources.get(snapshot.name, ()))),
        "R14",
    )
    yield Check("no computer waits for a restart", seen.of_each(check_restart))
    yield Check("nothing is being installed", seen.of_each(check_busy))


def checks_before_install(seen: Seen, options: Options, *, resumes: bool) -> t.Iterator[Check]:
    """What else is looked at where something is to be installed; a run that was interrupted left the group down."""
    group, snapshots = seen.group, seen.snapshots
    yield Check(
        "the drives have room for the updates",
        seen.of_each_with_updates(
            lambda packages, snapshot: check_space(
                snapshot.lacking(packages),
                snapshot,
                stage_folder=options.stage_folder,
                minimum=options.minimum_free_space,
            )
        ),
    )
    yield Check(
        "no application that works on the group is open",
        seen.of_each(lambda snapshot: check_applications(snapshot, close=options.close_applications)),
        "R11",
    )
    yield Check("the installing account is sysadmin", check_installer(seen.installer), "R4")
    if options.mode == "rolling":
        yield Check("the updates may be installed while the group is up", check_rolling(seen.distinct), "R6")
    if not options.accept_stopped_group and not resumes:
        yield Check("host instances of the group run", check_running(snapshots, group), "R17")


def _fit(seen: Seen) -> t.Iterator[Finding]:
    return itertools.chain(
        seen.of_each_with_updates(check_chain),
        seen.of_each_with_updates(check_branch),
        *(check_language(package, seen.group) for package in seen.distinct),
    )
