# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sc.exe: query, queryex, qfailure, config, start and stop of services on the same computer.

Its exit code is the Win32 error code; start and stop return once the request is accepted.
"""

from __future__ import annotations

import typing as t

from tests.lab.windows.service import ServiceControlError
from tests.lab.winrm.programs.result import ProgramResult

if t.TYPE_CHECKING:
    from tests.lab.windows.service import Service, StartMode
    from tests.lab.winrm.session import Session

_NO_SUCH_SERVICE = 1060
_MISSING = "The specified service does not exist as an installed service."
_STATES = {"stopped": (1, "STOPPED"), "start_pending": (2, "START_PENDING"), "stop_pending": (3, "STOP_PENDING")}
_RUNNING = (4, "RUNNING")
_USAGE = 1639


def run(session: Session, arguments: list[str]) -> ProgramResult:
    verb = arguments[0].casefold() if arguments else ""
    mode = _start_mode(arguments[2:]) if verb == "config" else None
    if not (mode if verb == "config" else verb in _VERBS and len(arguments) == 2):
        return ProgramResult.lines(
            "ERROR: the lab knows sc query, queryex, qfailure, start and stop of one service, and config with start=",
            code=_USAGE,
        )
    # Unlike the service control panel, sc knows no display names.
    service = next(
        (item for item in session.computer.services.all() if item.name.casefold() == arguments[1].casefold()), None
    )
    call, action = ("OpenService", lambda found: _configure(found, mode)) if mode else _VERBS[verb]
    if service is None:
        return _failed(f"{call}:OpenService", _NO_SUCH_SERVICE, _MISSING)
    try:
        return action(service)
    except ServiceControlError as error:
        return _failed(call if verb == "start" else "ControlService", error.code, str(error))


def _query(service: Service) -> ProgramResult:
    return ProgramResult.lines("", *_status(service))


def _query_extended(service: Service) -> ProgramResult:
    return ProgramResult.lines(
        "", *_status(service), f"        PID                : {service.pid}", "        FLAGS              : "
    )


def _query_failure(service: Service) -> ProgramResult:
    """The recovery actions, with their delays in milliseconds."""
    seconds = service.definition.recovers_after
    delay = "" if seconds is None else f"RESTART -- Delay = {seconds * 1000:.0f} milliseconds."
    return ProgramResult.lines(
        "[SC] QueryServiceConfig2 SUCCESS",
        "",
        f"SERVICE_NAME: {service.name}",
        "        RESET_PERIOD (in seconds)    : 0",
        "        REBOOT_MESSAGE               : ",
        "        COMMAND_LINE                 : ",
        *([f"        FAILURE_ACTIONS              : {delay}"] if delay else []),
    )


def _start_mode(arguments: list[str]) -> StartMode | None:
    """The value after `start=`, which is an argument of its own."""
    return _START_MODES.get(arguments[1].casefold()) if len(arguments) == 2 and arguments[0] == "start=" else None


def _configure(service: Service, mode: StartMode) -> ProgramResult:
    service.set_start_mode(mode, "sc.exe")
    return ProgramResult.lines("[SC] ChangeServiceConfig SUCCESS")


def _start(service: Service) -> ProgramResult:
    service.start("sc.exe")
    return ProgramResult.lines("", *_status(service), "        FLAGS              : ")


def _stop(service: Service) -> ProgramResult:
    service.stop("sc.exe")
    return ProgramResult.lines("", *_status(service))


def _status(service: Service) -> list[str]:
    number, name = _STATES.get(service.state, _RUNNING)
    controls = "STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN"
    accepted = controls if (number, name) == _RUNNING else "NOT_STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN"
    return [
        f"SERVICE_NAME: {service.name} ",
        "        TYPE               : 10  WIN32_OWN_PROCESS  ",
        f"        STATE              : {number}  {name} ",
        f"                                ({accepted})",
        f"        WIN32_EXIT_CODE    : {service.exit_code}  (0x{service.exit_code:x})",
        "        SERVICE_EXIT_CODE  : 0  (0x0)",
        "        CHECKPOINT         : 0x0",
        "        WAIT_HINT          : 0x0",
    ]


def _failed(call: str, code: int, message: str) -> ProgramResult:
    return ProgramResult.lines(f"[SC] {call} FAILED {code}:", "", message, "", code=code)


_START_MODES: dict[str, StartMode] = {
    "auto": "auto",
    "delayed-auto": "delayed",
    "demand": "manual",
    "disabled": "disabled",
}
_VERBS: dict[str, tuple[str, t.Callable[[Service], ProgramResult]]] = {
    "query": ("EnumQueryServicesStatus", _query),
    "qfailure": ("OpenService", _query_failure),
    "queryex": ("EnumQueryServicesStatus", _query_extended),
    "start": ("StartService", _start),
    "stop": ("ControlService", _stop),
}
