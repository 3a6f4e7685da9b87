# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cmdlets that win_powershell may run, and what they do to a simulated computer."""

from __future__ import annotations

import contextlib
import fnmatch
import typing as t

from tests.lab.winrm import service_control
from tests.lab.winrm.cim import get_cim_instance
from tests.lab.winrm.cluster_cmdlets import (
    get_cluster_group,
    get_cluster_resource,
    start_cluster_resource,
    stop_cluster_resource,
)
from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.file_cmdlets import get_content, new_item, remove_item, set_content
from tests.lab.winrm.registry_cmdlets import get_child_item, get_item_property
from tests.lab.winrm.service_control import CmdletError
from tests.lab.winrm.streams import StoppedError, Streams
from tests.lab.winrm.windows_events import get_win_event

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.windows.processes import Process
    from tests.lab.windows.service import Service

Parameters = dict[str, t.Any]
_COMMON = frozenset({"erroraction", "whatif", "confirm"})


def run(computer: Computer, command: str, parameters: Parameters, error_action: str) -> Streams:
    """Run a cmdlet; raises `RefusedError` for one, or for a parameter, that the lab does not know."""
    known = _CMDLETS.get(command.casefold())
    if known is None:
        raise RefusedError(f"the lab does not know the cmdlet {command}")
    action, names = known
    if unknown := parameters.keys() - set(names) - _COMMON:
        raise RefusedError(f"the lab does not know the parameters {sorted(unknown)} of {command}")
    streams = Streams(str(parameters.get("erroraction", error_action)).replace("_", "").casefold())
    with contextlib.suppress(StoppedError):
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


def _write_output(_computer: Computer, parameters: Parameters, streams: Streams) -> None:
    streams.output += _listed(parameters.get("inputobject"))


def _stem(process: Process) -> str:
    return process.image.rsplit(".", 1)[0].casefold()


def _listed(value: t.Any) -> list[t.Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


Cmdlet = t.Callable[["Computer", Parameters, Streams], None]

_CMDLETS: dict[str, tuple[Cmdlet, tuple[str, ...]]] = {
    "get-childitem": (get_child_item, ("literalpath", "name")),
    "get-ciminstance": (get_cim_instance, ("classname", "filter", "property")),
    "get-clustergroup": (get_cluster_group, ("name",)),
    "get-clusterresource": (get_cluster_resource, ("name",)),
    "get-content": (get_content, ("path", "literalpath", "raw", "encoding")),
    "get-itemproperty": (get_item_property, ("literalpath",)),
    "get-winevent": (get_win_event, ("logname", "maxevents")),
    "new-item": (new_item, ("path", "itemtype", "value", "force")),
    "remove-item": (remove_item, ("path", "literalpath", "force")),
    "restart-service": (_restart_service, ("name", "force")),
    "set-content": (set_content, ("path", "literalpath", "value", "encoding")),
    "start-clusterresource": (start_cluster_resource, ("name", "wait")),
    "start-service": (_start_service, ("name",)),
    "stop-clusterresource": (stop_cluster_resource, ("name", "wait")),
    "stop-process": (_stop_process, ("id", "name", "force")),
    "stop-service": (_stop_service, ("name", "force", "nowait")),
    "write-output": (_write_output, ("inputobject",)),
}
