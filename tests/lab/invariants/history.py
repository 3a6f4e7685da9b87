# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of a run, read back from the lab's event log."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import cached_property

if t.TYPE_CHECKING:
    from tests.lab.events import Event

# Exit codes of Windows Installer that mean success.
SUCCESS_CODES = (0, 1641, 3010)
BIZTALK_ROLES = ("host_instance", "rule_engine", "biztalk", "adapter")

BY_ITSELF = "it ended by itself"
# Who starts or stops a service without the run's doing: Windows, setup, the cluster, or somebody.
OTHERS = ("boot", "cluster", "recovery", "setup", "shutdown", "somebody")

ServiceKey = tuple[str, str]
STATE_AFTER = {
    "service.start_requested": "start_pending",
    "service.started": "running",
    "service.start_failed": "stopped",
    "service.stop_requested": "stop_pending",
    "service.stopped": "stopped",
    "service.died": "stopped",
}


class HistoryError(ValueError):
    """The events lack the lab's own description."""


@dataclass(frozen=True)
class Install:
    """One run of an installer; `finished` and `exit_code` are None where it never came to an end."""

    computer: str
    kb: str
    sha256: str
    architecture: str
    has_sql: bool
    account: str
    administrator: bool
    started: int
    finished: int | None
    exit_code: int | None

    @property
    def succeeded(self) -> bool:
        return self.exit_code in SUCCESS_CODES


@dataclass(frozen=True)
class History:
    """Events in order; positions (`started`, `finished`, `position`) are indexes into them.

    `rolling`: the run was one computer after the other while the group stayed up, as the operator had chosen.
    `native`: the operator had the databases backed up by BACKUP DATABASE, because the job is not usable.
    """

    events: t.Sequence[Event]
    rolling: bool = False
    native: bool = False

    @cached_property
    def lab(self) -> Event:
        """The description of the lab; the events before it are the lab's own boot."""
        found = next((event for event in self.events if event.kind == "lab.started"), None)
        if found is None:
            raise HistoryError("the event log has no lab.started")
        return found

    @cached_property
    def group_computers(self) -> dict[str, str]:
        """The computers of the BizTalk group with their architecture."""
        return {item["name"]: item["architecture"] for item in self.lab["computers"] if item["in_group"]}

    @cached_property
    def databases(self) -> set[tuple[str, str]]:
        """(SQL Server instance, database) of every BizTalk database."""
        return {(item["instance"], item["name"]) for item in self.lab["databases"]}

    @cached_property
    def roles(self) -> dict[ServiceKey, str]:
        return {(item["computer"], item["service"]): item["role"] for item in self.lab["services"]}

    @cached_property
    def initial_states(self) -> dict[ServiceKey, str]:
        return {(item["computer"], item["service"]): item["state"] for item in self.lab["services"]}

    @cached_property
    def cluster_groups(self) -> dict[ServiceKey, str]:
        """The services that belong to a failover cluster, with their group of resources."""
        return {
            (item["computer"], item["service"]): item["cluster_group"]
            for item in self.lab["services"]
            if item.get("cluster_group")
        }

    def same_service(self, key: ServiceKey) -> list[ServiceKey]:
        """A service itself, and where it is clustered those of the same name on the other nodes."""
        if key not in self.cluster_groups:
            return [key]
        group = self.cluster_groups[key]
        return [other for other, its in self.cluster_groups.items() if its == group and other[1] == key[1]]

    def ran_before(self, computer: str, service: str) -> bool:
        return any(self.initial_states[key] != "stopped" for key in self.same_service((computer, service)))

    def positions(self, *kinds: str) -> list[int]:
        return [position for position, event in enumerate(self.events) if event.kind in kinds]

    def of_kind(self, *kinds: str) -> list[tuple[int, Event]]:
        return [(position, self.events[position]) for position in self.positions(*kinds)]

    @cached_property
    def installs(self) -> list[Install]:
        return [self._install(position, event) for position, event in self.of_kind("install.started")]

    @cached_property
    def unfinished(self) -> str | None:
        """Why the group is left down: an install that failed or never ended, a damaged database; None without one."""
        good = {(item.computer, item.kb) for item in self.installs if item.succeeded}
        lasting = [
            f"KB{item.kb} on {item.computer} ({item.exit_code})"
            for item in self.installs
            if (item.computer, item.kb) not in good
        ]
        if lasting:
            return f"an install did not succeed: {', '.join(lasting)}"
        return f"damaged: {', '.join(sorted(self._damaged))}" if self._damaged else None

    @cached_property
    def left_down(self) -> str | None:
        """Why the group is down rightly; once a rollback has followed it has to run again, whatever failed before."""
        followed = self.positions("uninstall.started", "restore.started")
        last_install = max((item.started for item in self.installs), default=-1)
        taken_back = max(followed, default=-1) > last_install and not self._damaged
        return None if taken_back else self.unfinished

    @cached_property
    def ended_by_themselves(self) -> set[ServiceKey]:
        """The services of which the last that was heard is that they died, with nobody's help."""
        last = {(event["computer"], event["service"]): event for _position, event in self.of_kind(*STATE_AFTER)}
        return {key for key, event in last.items() if event.kind == "service.died" and event["reason"] == BY_ITSELF}

    @cached_property
    def _damaged(self) -> set[str]:
        damaged: set[str] = set()
        for _position, event in self.of_kind("database.damaged", "restore.database"):
            name = f"{event['database']} on {event['instance']}"
            (damaged.add if event.kind == "database.damaged" else damaged.discard)(name)
        return damaged

    def states_at(self, position: int) -> dict[ServiceKey, str]:
        """The state of every service when the event at `position` happened."""
        states = dict(self.initial_states)
        for event in self.events[:position]:
            if event.kind in STATE_AFTER:
                states[event["computer"], event["service"]] = STATE_AFTER[event.kind]
        return states

    def not_stopped_at(self, install: Install, roles: t.Container[str]) -> list[str]:
        """The services of these roles that are anything but stopped when an install begins, as `service on computer`.

        In a rolling run only those of its own computer count.
        """
        return [
            f"{service} on {computer} was {state}"
            for (computer, service), state in self.states_at(install.started).items()
            if state != "stopped"
            and self.roles[computer, service] in roles
            and (not self.rolling or computer == install.computer)
        ]

    def _install(self, position: int, event: Event) -> Install:
        # Where the computer's next event is another start, this install was cut off.
        following = next(
            (
                later
                for later, other in self.of_kind("install.started", "install.finished")
                if later > position and other["computer"] == event["computer"]
            ),
            None,
        )
        end = None if following is None or self.events[following].kind == "install.started" else following
        return Install(
            **event.fields,
            started=position,
            finished=end,
            exit_code=None if end is None else self.events[end]["exit_code"],
        )
