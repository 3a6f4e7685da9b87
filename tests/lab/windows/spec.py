# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a topology file that describes the BizTalk computers, and what goes wrong on them."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import field

from tests.lab.strict import dataclass

Architecture = t.Literal["x64", "x86"]
InstanceState = t.Literal["running", "stopped", "disabled"]
Feature = t.Literal["tms", "bam_alerts", "edi", "hl7"]


@dataclass(frozen=True)
class Application:
    """A program that somebody has open on a computer's desktop; with `databases` it works on the group.

    When its user is told to close it, he `heeds` it or not.
    """

    image: str
    title: str
    user: str
    arguments: str = ""
    databases: tuple[str, ...] = ()
    heeds: bool = False


@dataclass(frozen=True)
class CustomProcess:
    """A program of the operator's that hosts an isolated adapter without being a service.

    When it is asked to end, it `heeds` it or has to be ended by force.
    """

    image: str
    user: str
    databases: tuple[str, ...] = ()
    heeds: bool = False


@dataclass(frozen=True)
class CustomService:
    """A service of the operator's, such as one that hosts a custom isolated adapter."""

    name: str
    display_name: str = ""
    state: InstanceState = "running"
    databases: tuple[str, ...] = ()
    image: str = "CustomAdapter.exe"
    account: str = r"LAB\svc-biztalk"
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Behaviour:
    """How a service differs from one that does at once what it is told. All times are multiplied by `delays.scale`.

    `hangs`: it never ends to start or to stop. `start_failures`: so many of its first starts fail.
    `resurrects_after`: after its first stop somebody starts it again. `dies_after`: it ends by itself so long after
    each of its first `deaths` starts.
    """

    start_seconds: float | None = None
    stop_seconds: float | None = None
    hangs: t.Literal["start", "stop"] | None = None
    start_failures: int = 0
    resurrects_after: float | None = None
    dies_after: float | None = None
    deaths: int = 1

    def scaled(self, scale: float) -> Behaviour:
        times = ("start_seconds", "stop_seconds", "resurrects_after", "dies_after")
        values = {name: getattr(self, name) for name in times}
        return dataclasses.replace(self, **{name: value * scale for name, value in values.items() if value is not None})


@dataclass(frozen=True)
class InstallFaults:
    """What goes wrong with the installers of a computer.

    `exit_codes` are those of the next runs in order; after them an installer ends as it would by itself. Only one that
    means success (0, 1641, 3010) installs anything. `uninstall_exit_codes` are the same for uninstalls. `hangs`: the
    first run never ends. `hresult`: the first script fails with it, while setup goes on. `restarts_services`: setup
    starts the services of BizTalk and IIS at its end. `drops_connection`: WinRM's connections break in the middle of
    the first run. `needs_restart`: the update wants the computer restarted, and restarts it unless `/norestart` is
    given.
    """

    exit_codes: tuple[int, ...] = ()
    uninstall_exit_codes: tuple[int, ...] = ()
    hangs: bool = False
    hresult: str | None = None
    restarts_services: bool = False
    drops_connection: bool = False
    needs_restart: bool = False


@dataclass(frozen=True)
class ClusterGroup:
    """A group of resources of a failover cluster; the first of its nodes owns it.

    With `instance` it is that of a clustered SQL Server instance, otherwise of the hosts that name it, and with `sso`
    of Enterprise SSO too.
    """

    name: str
    nodes: tuple[str, ...]
    instance: str | None = None
    sso: bool = False


@dataclass(frozen=True)
class Cluster:
    name: str
    groups: tuple[ClusterGroup, ...]


@dataclass(frozen=True)
class Computer:
    """A computer with BizTalk Server. `host_instances` maps a host to the state of its instance here.

    A computer without host instances is an administration-only one. IIS is there (`iis`) where a host is isolated,
    unless the topology says otherwise. `updates` are KB articles that were installed before. `behaviours` belong to
    services by their names. `free_space` is that of drive C: in GiB.
    """

    name: str
    architecture: Architecture = "x64"
    host_instances: dict[str, InstanceState] = field(default_factory=dict)
    applications: tuple[Application, ...] = ()
    in_group: bool = True
    services: tuple[CustomService, ...] = ()
    processes: tuple[CustomProcess, ...] = ()
    features: tuple[Feature, ...] = ()
    iis: bool | None = None
    updates: tuple[str, ...] = ()
    pending_restart: bool = False
    free_space: float = 40.0
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    install: InstallFaults = field(default_factory=InstallFaults)

    @property
    def kb_numbers(self) -> list[str]:
        """The numbers of `updates`, which may be written with or without `KB`."""
        return [name.upper().removeprefix("KB") for name in self.updates]
