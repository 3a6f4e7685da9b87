# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Windows services belong to BizTalk Server, in which order they start, and how a start is requested.

Sources: KB 2003907 (installation in a group, steps 1 to 3 and 6) and the service names that Microsoft documents.
Enterprise SSO is never among the services to stop: it keeps running during an install.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

SSO_SERVICE = "ENTSSO"
IIS_SERVICES = ("WAS", "W3SVC", "IISADMIN")

_HOST_INSTANCE = "host instance"

# In the order in which they start; all of one rank may start side by side.
_RANKS: tuple[tuple[int, str, re.Pattern[str]], ...] = tuple(
    (rank, kind, re.compile(pattern, re.IGNORECASE))
    for rank, kind, pattern in (
        (1, "rule engine", r"RuleEngineUpdateService"),
        (2, "tracking", r"BizTalk TMS"),
        (2, "BAM alerts", r"NS\$BamAlerts|BAMAlerts"),
        (2, "EDI", r"BizTalk Base EDI Service"),
        (2, "HL7", r"HL7 Logging Service"),
        (3, _HOST_INSTANCE, r"BTSSvc(\$.+|\{.+\}|3\.0)"),
    )
)
_OPERATOR_RANK, _IIS_RANK = 4, 5

# Start modes of services that start with Windows, as `win_service_info` calls them and as sc.exe does.
_WITH_WINDOWS = {"auto": "auto", "delayed": "delayed-auto"}

# What may stand between double quotes on a command line of cmd.exe without a meaning of its own.
_PLAIN_NAME = re.compile(r"[\w .$(){}@#~+,;=-]+")


class ServiceNameError(ValueError):
    """A service name that cannot be put on a command line safely."""


@dataclass(frozen=True)
class Service:
    """A service as `ansible.windows.win_service_info` reports it; `state` is `started`, `stopped` or on its way."""

    name: str
    display_name: str
    state: str
    dependents: tuple[str, ...] = ()
    start_mode: str = "manual"

    @classmethod
    def parse(cls, row: t.Mapping[str, t.Any]) -> Service:
        return cls(row["name"], row["display_name"], row["state"], tuple(row["dependency_of"] or ()), row["start_mode"])

    @property
    def stopped(self) -> bool:
        return self.state == "stopped"

    @property
    def running(self) -> bool:
        return self.state == "started"

    @property
    def kind(self) -> str | None:
        """What the service is to BizTalk Server, or None."""
        return next((kind for _rank, kind, pattern in _RANKS if self._is(pattern)), None)

    @property
    def is_host_instance(self) -> bool:
        return self.kind == _HOST_INSTANCE

    @property
    def rank(self) -> int:
        return next((rank for rank, _kind, pattern in _RANKS if self._is(pattern)), _OPERATOR_RANK)

    def _is(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.fullmatch(self.name) or pattern.fullmatch(self.display_name))


def services_down(
    services: t.Sequence[Service], *, iis: bool, also: t.Iterable[str] = (), clustered: t.Iterable[str] = ()
) -> list[Service]:
    """The services that have to be down for an install, in the order in which they start again.

    `also` names the services that the operator adds, such as a custom isolated adapter's. `clustered` names those that
    a failover cluster runs, which alone may stop them. What depends on a service goes down with it. Enterprise SSO
    stays up even where it is named.
    """
    added = {name.casefold() for name in also}
    wanted: dict[str, int] = {}
    for service in services:
        if service.kind or service.name.casefold() in added:
            _want(wanted, _with_dependents(services, [service.name]), service.rank)
    if iis:
        _want(wanted, _with_dependents(services, IIS_SERVICES), _IIS_RANK)
    left_alone = {name.casefold() for name in (SSO_SERVICE, *clustered)}
    found = [service for service in services if service.name in wanted and service.name.casefold() not in left_alone]
    return sorted(found, key=lambda service: (wanted[service.name], _iis_order(service.name), service.name))


def _want(wanted: dict[str, int], names: t.Iterable[str], rank: int) -> None:
    """What depends on a service does not start before it."""
    for name in names:
        wanted[name] = max(rank, wanted.get(name, rank))


def start_command(names: t.Sequence[str]) -> str:
    """A command line of cmd.exe that requests the start of each service without waiting for any.

    Raises `ServiceNameError` for a name that cmd.exe would not take literally.
    """
    return " & ".join(f"sc.exe start {_quoted(name)}" for name in names)


def hold_command(start_modes: t.Mapping[str, str]) -> str:
    """A command line that keeps services from starting with Windows; empty where none of them does."""
    return " & ".join(f"sc.exe config {_quoted(name)} start= demand" for name in _with_windows(start_modes))


def release_command(start_modes: t.Mapping[str, str]) -> str:
    """A command line that takes `hold_command` back."""
    held = _with_windows(start_modes)
    return " & ".join(f"sc.exe config {_quoted(name)} start= {held[name]}" for name in held)


def _with_windows(start_modes: t.Mapping[str, str]) -> dict[str, str]:
    return {name: _WITH_WINDOWS[mode] for name, mode in start_modes.items() if mode in _WITH_WINDOWS}


def _quoted(name: str) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        raise ServiceNameError(
            f"the service name {name!r} has characters that no BizTalk service name has: correct biztalk_stop_services"
        )
    return f'"{name}"'


def agent_service(instance: str) -> str:
    """The service name of the SQL Server Agent of a SQL Server instance, `COMPUTER` or `COMPUTER\\NAME`."""
    name = instance.partition("\\")[2]
    return f"SQLAgent${name}" if name and name.upper() != "MSSQLSERVER" else "SQLSERVERAGENT"


def _iis_order(name: str) -> int:
    """IIS's own services in the order in which they start, before those that depend on them."""
    return IIS_SERVICES.index(name) if name in IIS_SERVICES else len(IIS_SERVICES)


def _with_dependents(services: t.Sequence[Service], names: t.Iterable[str]) -> list[str]:
    """Services with all that depend on them, however far away."""
    by_name = {service.name: service for service in services}
    found: list[str] = []
    waiting = [name for name in names if name in by_name]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting += [other for other in by_name[name].dependents if other in by_name]
    return found
