# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cmdlets that win_powershell may run, and what they do to a simulated computer."""

from __future__ import annotations

import contextlib
import fnmatch
import re
import typing as t
from dataclasses import dataclass, field

from tests.lab.winrm import service_control
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.service_control import CmdletError

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.windows.processes import Process
    from tests.lab.windows.service import Service

Parameters = dict[str, t.Any]
_COMMON = frozenset({"erroraction", "whatif", "confirm"})
_KNOWN_TYPES = ("win32_process",)
_PROPERTIES = ("name", "processid", "sessionid")
_EQUALITY = re.compile(r"\s*(?P<name>\w+)\s*=\s*(?:'(?P<text>[^']*)'|(?P<number>\d+))\s*")


class _StoppedError(Exception):
    """With the error action `stop` the first error is the last thing that a command does."""


@dataclass
class Streams:
    """What a command writes: objects, and errors, which with `error_action` are passed over or end it."""

    error_action: str = "continue"
    output: list[t.Any] = field(default_factory=list)
    errors: list[CmdletError] = field(default_factory=list)

    def fail(self, error: CmdletError) -> None:
        if self.error_action != "silentlycontinue":
            self.errors.append(error)
        if self.error_action == "stop":
            raise _StoppedError from error

    @property
    def failed(self) -> bool:
        return self.error_action == "stop" and bool(self.errors)


def run(computer: Computer, command: str, parameters: Parameters, error_action: str) -> Streams:
    """Run a cmdlet; raises `RefusedError` for one, or for a parameter, that the lab does not know."""
    known = _CMDLETS.get(command.casefold())
    if known is None:
        raise RefusedError(f"the lab does not know the cmdlet {command}")
    action, names = known
    if unknown := parameters.keys() - set(names) - _COMMON:
        raise RefusedError(f"the lab does not know the parameters {sorted(unknown)} of {command}")
    streams = Streams(str(parameters.get("erroraction", error_action)).replace("_", "").casefold())
    with contextlib.suppress(_StoppedError):
        action(computer, parameters, streams)
    return streams


def _stop_service(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    def stop(service: Service) -> None:
        force, wait = bool(parameters.get("force")), not parameters.get("nowait")
        service_control.stop(service, "Stop-Service", force=force, wait=wait)

    _each_service(computer, parameters, streams, stop)


def _start_service(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    _each_service(computer, parameters, streams, lambda service: service_control.start(service, "Start-Service"))


def _restart_service(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    def restart(service: Service) -> None:
        service_control.stop(service, "Restart-Service", force=bool(parameters.get("force")))
        service_control.start(service, "Restart-Service")

    _each_service(computer, parameters, streams, restart)


def _each_service(
    computer: Computer, parameters: Parameters, streams: Streams, action: t.Callable[[Service], None]
) -> None:
    """One service after another: an error of one does not keep the cmdlet from the next."""
    for name in _listed(parameters.get("name")):
        pattern = str(name).casefold()
        services = [item for item in computer.services.all() if fnmatch.fnmatchcase(item.name.casefold(), pattern)]
        if not services:
            message = f"Cannot find any service with service name '{name}'."
            streams.fail(CmdletError("NoServiceFoundForGivenName", message))
        for service in services:
            _attempt(action, service, streams)


def _attempt(action: t.Callable[[Service], None], service: Service, streams: Streams) -> None:
    try:
        action(service)
    except CmdletError as error:
        streams.fail(error)


def _stop_process(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    running = computer.processes.all()
    wanted = [
        (f"process identifier {pid}", [item for item in running if item.pid == int(pid)])
        for pid in _listed(parameters.get("id"))
    ] + [
        (f"name '{name}'", [item for item in running if _stem(item) == str(name).casefold()])
        for name in _listed(parameters.get("name"))
    ]
    for label, processes in wanted:
        if not processes:
            streams.fail(CmdletError("NoProcessFound", f"Cannot find a process with the {label}."))
        for process in processes:
            computer.processes.end(process.pid, "Stop-Process")


def _get_content(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    for path in _listed(parameters.get("literalpath") or parameters.get("path")):
        if not computer.files.exists(str(path)):
            streams.fail(CmdletError("PathNotFound", f"Cannot find path '{path}' because it does not exist."))
            continue
        data = computer.files.read(str(path))
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "replace")
        streams.output += [text] if parameters.get("raw") else text.splitlines()


def _get_cim_instance(computer: Computer, parameters: Parameters, streams: Streams) -> None:
    name = str(parameters.get("classname", ""))
    if name.casefold() not in _KNOWN_TYPES:
        raise RefusedError(f"the lab does not know the CIM class {name}")
    wanted = _filter(str(parameters.get("filter") or ""))
    properties = [str(item).casefold() for item in _listed(parameters.get("property"))]
    streams.output += [
        {key: value if not properties or key.casefold() in properties else None for key, value in entry.items()}
        for entry in map(_cim_process, computer.processes.all())
        if wanted(entry)
    ]


def _filter(text: str) -> t.Callable[[dict[str, t.Any]], bool]:
    """A WQL condition of equalities joined by OR; properties and strings compare in any case."""
    terms = []
    for part in re.split(r"\s+or\s+", text, flags=re.IGNORECASE) if text else ():
        match = _EQUALITY.fullmatch(part)
        if match is None or match["name"].casefold() not in _PROPERTIES:
            raise RefusedError("the lab understands a WQL filter of equalities joined by OR only")
        terms.append((match["name"].casefold(), (match["text"] or match["number"] or "").casefold()))

    def matches(entry: dict[str, t.Any]) -> bool:
        values = {key.casefold(): str(value).casefold() for key, value in entry.items()}
        return not terms or any(values[name] == value for name, value in terms)

    return matches


def _cim_process(process: Process) -> dict[str, t.Any]:
    return {
        "Name": process.image,
        "ProcessId": process.pid,
        "SessionId": process.session,
        "CommandLine": process.command_line or process.image,
    }


def _stem(process: Process) -> str:
    return process.image.rsplit(".", 1)[0].casefold()


def _listed(value: t.Any) -> list[t.Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


Cmdlet = t.Callable[["Computer", Parameters, Streams], None]

_CMDLETS: dict[str, tuple[Cmdlet, tuple[str, ...]]] = {
    "get-ciminstance": (_get_cim_instance, ("classname", "filter", "property")),
    "get-content": (_get_content, ("path", "literalpath", "raw", "encoding")),
    "restart-service": (_restart_service, ("name", "force")),
    "start-service": (_start_service, ("name",)),
    "stop-process": (_stop_process, ("id", "name", "force")),
    "stop-service": (_stop_service, ("name", "force", "nowait")),
}
