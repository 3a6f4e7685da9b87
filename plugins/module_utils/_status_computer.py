# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A computer in the status of its group: what is installed there, and which host instances run."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._builds import shown
from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
from ansible_collections.biztalk.patching.plugins.module_utils._group import same_computer
from ansible_collections.biztalk.patching.plugins.module_utils._levels import Level
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._installed import InstalledUpdate

    Raw = t.Mapping[str, t.Any]

State = t.Literal["running", "stopped", "disabled", "missing", "clustered", "starting or stopping"]

# What a status does not look at, in a snapshot of the role preflight.
_UNSEEN: t.Final[dict[str, t.Any]] = {
    "processes": [],
    "owners": "",
    "app_pools": "",
    "volumes": [],
    "account": {"account": {"domain_name": "", "account_name": ""}, "groups": []},
}


@dataclass(frozen=True)
class Computer:
    """`host` is the inventory host; without a `snapshot` the computer did not answer, and `problem` says why."""

    host: str
    name: str
    snapshot: Snapshot | None
    problem: str

    @classmethod
    def parse(cls, host: str, raw: Raw) -> Computer:
        """`raw` has `computer` (a name for one that is silent), `problem` and what `Snapshot.parse` reads of it."""
        if raw["problem"]:
            return cls(host, raw["computer"].upper(), None, " ".join(str(raw["problem"]).split()))
        facts = {"ansible_env": {"SystemRoot": ""}, **raw["facts"]}
        snapshot = Snapshot.parse({**_UNSEEN, **raw, "facts": facts})
        return cls(host, snapshot.name, snapshot, "")

    @property
    def version(self) -> str:
        """The build that is known to be here, with a plus sign where an update does not tell its own."""
        if self.snapshot is None or self.snapshot.product is None:
            return ""
        level = Level.of(self.snapshot)
        return shown(level.build) + ("" if level.certain else "+")

    @property
    def updates(self) -> list[str]:
        return [update_label(update) for update in self.snapshot.biztalk_updates] if self.snapshot else []

    def host_instances(self, group: Raw | None) -> dict[str, State]:
        """The state of each in-process host instance by the name of its host.

        Without the group these are the services that are here. An instance of a clustered host runs on one computer.
        """
        if self.snapshot is None:
            return {}
        services = {service.name.casefold(): service for service in self.snapshot.services}
        if group is None:
            return {
                service.name.removeprefix("BTSSvc$"): _state(service.state, disabled=service.start_mode == "disabled")
                for service in services.values()
                if service.is_host_instance
            }
        found: dict[str, State] = {}
        for row in group["host_instances"]:
            if row["service_name"] is None or not same_computer(row["server"], self.name):
                continue
            service = services.get(row["service_name"].casefold())
            disabled = row["disabled"] or (service is not None and service.start_mode == "disabled")
            state = _state(service.state if service else None, disabled=disabled)
            found[row["host"]] = "clustered" if row["clustered"] and state == "stopped" else state
        return found

    def check_services(self, group: Raw) -> t.Iterator[Finding]:
        down = [
            name
            for name, state in self.host_instances(group).items()
            if state not in ("running", "disabled", "clustered")
        ]
        if down:
            yield Finding("warn", self.name, f"host instances that are not disabled do not run: {', '.join(down)}")

    def as_result(self, group: Raw | None) -> dict[str, t.Any]:
        snapshot = self.snapshot
        product = snapshot.product if snapshot else None
        return {
            "host": self.host,
            "name": self.name,
            "answers": snapshot is not None,
            "problem": self.problem,
            "product": product.name if product else "",
            "edition": product.edition if product else "",
            "version": self.version,
            "updates": self.updates,
            "restart_pending": snapshot.restart_pending if snapshot else None,
            "sso_running": snapshot.sso_running if snapshot else None,
            "host_instances": dict(self.host_instances(group)),
        }


def update_label(update: InstalledUpdate) -> str:
    """In few words, such as `CU4 KB5009901`; the whole name where it has neither number."""
    named = update.update
    packs = [("SP", named.service_pack), ("FP", named.feature_pack), ("CU", named.cumulative_update)] if named else []
    words = [f"{prefix}{number}" for prefix, number in packs if number is not None]
    return " ".join(words + [f"KB{number}" for number in sorted(update.kb_numbers)]) or update.name


def _state(service: str | None, *, disabled: bool) -> State:
    """`service` is the state as `win_service_info` calls it, None where there is no such service."""
    if service == "started":
        return "running"
    if disabled:
        return "disabled"
    if service is None:
        return "missing"
    return "stopped" if service == "stopped" else "starting or stopping"
