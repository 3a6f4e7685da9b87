# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping services as the cmdlets of PowerShell do: with the dependents in view, and waiting."""

from __future__ import annotations

import typing as t

from tests.lab.windows.service import ServiceControlError

if t.TYPE_CHECKING:
    from tests.lab.windows.service import Service, State

# The cmdlets wait for ever; this only keeps an abandoned thread from doing so.
_FOR_EVER = 3600.0
# ServiceController.Stop waits so long for each dependent service.
_DEPENDENT = 30.0
_LOOK = 2.0
ALREADY_RUNNING, NOT_ACTIVE = 1056, 1062


class CmdletError(Exception):
    """A cmdlet's error record; `kind` is the first part of its fully qualified id."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def label(service: Service) -> str:
    return f"{service.display_name} ({service.name})"


def stop(service: Service, origin: str, *, force: bool = False, wait: bool = True) -> None:
    """Stop-Service: nothing happens to a stopped service, and dependents need `force`."""
    if service.state == "stopped":
        return
    active = [other for other in service.dependents() if other.state != "stopped"]
    if active and not force:
        raise CmdletError(
            "ServiceHasDependentServices",
            f"Cannot stop service '{label(service)}' because it has dependent services. "
            "It can only be stopped if the Force flag is set.",
        )
    for other in active:
        stop(other, origin, force=True, wait=False)
        _await(other, "stopped", _DEPENDENT, "CouldNotStopService", "stop")
    if service.state != "stop_pending":
        try:
            service.stop(origin)
        except ServiceControlError as error:
            if error.code != NOT_ACTIVE:
                raise _failure("CouldNotStopService", service, "stopped", error) from error
    if wait:
        _await(service, "stopped", _FOR_EVER, "StopServiceFailed", "stop")


def start(service: Service, origin: str) -> None:
    """Start-Service: nothing happens to a running service."""
    if service.state == "running":
        return
    if service.state != "start_pending":
        try:
            service.start(origin)
        except ServiceControlError as error:
            if error.code != ALREADY_RUNNING:
                raise _failure("CouldNotStartService", service, "started", error) from error
    # Source: PowerShell's `DoWaitForStatus`, which looks every two seconds and waits for what is starting only.
    service.wait_for("running", _LOOK)
    service.manager.wait(lambda: service.state != "start_pending", _FOR_EVER)
    if not service.wait_for("running", 0):
        raise CmdletError("StartServiceFailed", f"Failed to start service '{label(service)}'.")


def _await(service: Service, state: State, timeout: float, kind: str, verb: str) -> None:
    if not service.wait_for(state, timeout):
        raise CmdletError(kind, f"Failed to {verb} service '{label(service)}'.")


def _failure(kind: str, service: Service, participle: str, error: ServiceControlError) -> CmdletError:
    return CmdletError(kind, f"Service '{label(service)}' cannot be {participle} due to the following error: {error}")
