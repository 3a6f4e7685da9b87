# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a service does not start or has died, and what Windows writes into its event logs about it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tests.lab.windows.event_log import BIZTALK_SERVER, EventLogs

if t.TYPE_CHECKING:
    from tests.lab.windows.service import Role, Service
    from tests.lab.world import World

# They need a consistent set of BizTalk databases to run at all.
_BIZTALK_ROLES: tuple[Role, ...] = ("host_instance", "rule_engine", "biztalk")
# [MS-ERREF] 2.2
TIMEOUT, SERVICE_SPECIFIC, DEPENDENCY_FAILED = 1053, 1066, 1068
_TEXTS = {
    TIMEOUT: "The service did not respond to the start or control request in a timely fashion.",
    DEPENDENCY_FAILED: "The dependency service or group failed to start.",
}


@dataclass(frozen=True)
class Failure:
    """`code` is the Win32 exit code that the service leaves."""

    code: int
    reason: str


def failure_of(service: Service, world: World) -> Failure | None:
    """Why a service gives up while it starts, or None."""
    needed = [service.manager.get(name) for name in service.depends_on]
    stopped = [other.name for other in needed if other and other.state != "running"]
    if stopped:
        return Failure(DEPENDENCY_FAILED, f"{', '.join(stopped)} is not running")
    if service.starts <= service.behaviour.start_failures:
        return Failure(TIMEOUT, "it did not respond in time")
    if service.definition.role not in _BIZTALK_ROLES:
        return None
    damaged = [f"{name} on {instance.name}" for instance in world.instances.values() for name in instance.damaged()]
    return Failure(SERVICE_SPECIFIC, f"inconsistent databases: {', '.join(damaged)}") if damaged else None


def report_failed_start(logs: EventLogs, service: Service, failure: Failure) -> None:
    """The entries of a start that failed (event ids 7000, 7024 and BizTalk Server's 5410)."""
    name = service.display_name
    if failure.code == SERVICE_SPECIFIC:
        message = f"An error occurred that requires the BizTalk service to terminate. {failure.reason}"
        logs.write("Application", BIZTALK_SERVER, 5410, "Error", message)
        logs.system(7024, "Error", f"The {name} service terminated with the following service-specific error: \n%%1")
        return
    text = _TEXTS[failure.code]
    logs.system(7000, "Error", f"The {name} service failed to start due to the following error: \n{text}")


def report_death(logs: EventLogs, service: Service) -> None:
    """The entry of a service that ended by itself (event ids 7031 with a recovery action, 7034 without)."""
    recovers = service.definition.recovers_after
    message = f"The {service.display_name} service terminated unexpectedly.  It has done this {service.deaths} time(s)."
    if recovers is None:
        logs.system(7034, "Error", message)
        return
    action = f"The following corrective action will be taken in {recovers * 1000:.0f} milliseconds"
    logs.system(7031, "Error", f"{message}  {action}: Restart the service.")
