# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollback as it was planned: what is taken back where, and in which way (KB 2003907, *Uninstallation and rollback*).

Without SQL: stop, uninstall, start. With SQL, or where nobody knows, SQL Server Agent and Enterprise SSO are stopped
too, and all databases are restored from the backup set before anything starts.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._agents import AgentPlan
    from ansible_collections.biztalk.patching.plugins.module_utils._computer_plan import ComputerPlan
    from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding
    from ansible_collections.biztalk.patching.plugins.module_utils._rollback_scope import Scope

Outcome = t.Literal["nothing_to_do", "uninstall", "restore"]


@dataclass(frozen=True)
class Uninstall:
    """`path` is the registry key of the entry, `command` what takes it away, None where the entry does not tell."""

    kb: str
    entry: str
    path: str
    command: str | None


@dataclass(frozen=True)
class RollbackComputer:
    """`sso` says whether Enterprise SSO is started in the end."""

    plan: ComputerPlan
    uninstalls: tuple[Uninstall, ...]
    sso: bool
    master_secret_server: bool

    def as_result(self) -> dict[str, t.Any]:
        return self.plan.as_result() | {
            "updates": [{"kb": kb} for kb in dict.fromkeys(uninstall.kb for uninstall in reversed(self.uninstalls))],
            "uninstalls": [dataclasses.asdict(uninstall) for uninstall in self.uninstalls],
            "sso": self.sso,
            "master_secret_server": self.master_secret_server,
        }


@dataclass(frozen=True)
class Rollback:
    """`computers` are in the order in which they had the update installed.

    `own_set` says that the set which is restored was made by the very run that now takes its update back, `ran_since`
    what is known to have run since then.
    """

    scope: Scope
    computers: tuple[RollbackComputer, ...]
    agents: tuple[AgentPlan, ...]
    findings: tuple[Finding, ...]
    own_set: bool = False
    ran_since: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        if self.scope.nothing:
            return "nothing_to_do"
        if self.scope.resumes or self.to_uninstall:
            return "restore" if self.scope.sql else "uninstall"
        # Whoever has uninstalled it by hand has left the databases as the update made them.
        return "restore" if self.scope.sql and self.scope.record else "nothing_to_do"

    @property
    def stops(self) -> bool:
        """Whether the group has to be down; an interrupted rollback may have been at its start already."""
        return self.outcome != "nothing_to_do" and self.scope.step not in (
            "restored",
            *(() if self.scope.sql else ("uninstalled",)),
        )

    @property
    def restores(self) -> bool:
        return self.outcome == "restore" and self.scope.restores

    @property
    def asks(self) -> bool:
        """Whether the operator has to confirm: a group that was down since its backup has nothing to lose."""
        return self.restores and not (self.own_set and not self.ran_since)

    @property
    def to_uninstall(self) -> list[RollbackComputer]:
        return [computer for computer in self.computers if computer.uninstalls]

    def as_result(self) -> dict[str, t.Any]:
        """Plain data, of the shape of the result of the filter `patch_plan` where that has the same."""
        return {
            "run": self.scope.run,
            "confirm": self.scope.confirm,
            "resumes": self.scope.resumes,
            "outcome": self.outcome,
            "stops": self.stops,
            "restores": self.restores,
            "asks": self.asks,
            "sql": self.scope.sql,
            "step": self.scope.step or "uninstalling",
            "backup_set": self.scope.backup_set,
            "packages": [
                {"kb": kb, "file_name": "", "sha256": "", "title": f"KB{kb}", "has_sql": self.scope.has_sql}
                for kb in self.scope.kb_numbers
            ],
            "computers": {computer.plan.host: computer.as_result() for computer in self.computers},
            "agents": [agent.as_result() for agent in self.agents],
            "uninstall_order": [computer.plan.host for computer in self.to_uninstall],
            "findings": [dataclasses.asdict(finding) for finding in self.findings],
            "failures": [str(finding) for finding in self.findings if finding.level == "fail"],
        }
