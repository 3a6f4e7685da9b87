# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iisreset.exe: /stop, /start, /restart and /status of the services of IIS."""

from __future__ import annotations

import typing as t

from tests.lab.winrm import service_control
from tests.lab.winrm.programs.result import ProgramResult

if t.TYPE_CHECKING:
    from tests.lab.windows.service import Service
    from tests.lab.winrm.session import Session

_SERVICES = ("W3SVC", "IISADMIN", "WAS")
_ORIGIN = "iisreset.exe"
_NOT_INSTALLED = 1060


def run(session: Session, arguments: list[str]) -> ProgramResult:
    switches = [argument.casefold() for argument in arguments if argument.casefold() != "/noforce"] or ["/restart"]
    services = [service for name in _SERVICES if (service := session.computer.services.get(name))]
    if not services:
        return ProgramResult.lines("The IIS services are not installed on this computer.", code=_NOT_INSTALLED)
    if len(switches) != 1 or switches[0] not in _ACTIONS:
        return ProgramResult.lines(f"ERROR: the lab does not know iisreset {' '.join(arguments)}", code=87)
    try:
        return ProgramResult.lines("", *_ACTIONS[switches[0]](services))
    except service_control.CmdletError as error:
        return ProgramResult.lines("", str(error), code=1)


def _stop(services: list[Service]) -> list[str]:
    for service in services:
        service_control.stop(service, _ORIGIN, force=True)
    return ["Attempting stop...", "Internet services successfully stopped"]


def _start(services: list[Service]) -> list[str]:
    for service in services:
        service_control.start(service, _ORIGIN)
    return ["Attempting start...", "Internet services successfully started"]


def _restart(services: list[Service]) -> list[str]:
    return _stop(services) + _start(services)


def _status(services: list[Service]) -> list[str]:
    return [f"Status for {service.display_name} ( {service.name} ) : {service.state}" for service in services]


_ACTIONS: dict[str, t.Callable[[list[Service]], list[str]]] = {
    "/stop": _stop,
    "/start": _start,
    "/restart": _restart,
    "/status": _status,
}
