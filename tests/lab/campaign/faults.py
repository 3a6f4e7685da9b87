# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways in which a step fails or hangs by itself, once, and how the operator mends each."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from tests.lab.windows import faults
from tests.lab.windows.processes import TerminateError
from tests.lab.windows.spec import Behaviour, InstallFaults

if t.TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.sqlserver.spec import FaultKind
    from tests.lab.windows.computer import Computer
    from tests.lab.windows.service import Service

_OPERATOR = "somebody"
_MONITOR = "Nosy Monitor"


@dataclass(frozen=True)
class Fault:
    arm: t.Callable[[Lab], None]
    mend: t.Callable[[Lab], None] = lambda _lab: None


def task_fails(computer: str, module: str) -> Fault:
    """Windows cannot carry out the next task of this module."""
    return Fault(
        lambda lab: lab.world.computers[computer].failing.append(module),
        lambda lab: lab.world.computers[computer].failing.clear(),
    )


def installer_fails(computer: str, exit_code: int) -> Fault:
    return Fault(lambda lab: _set_faults(lab.world.computers[computer], InstallFaults(exit_codes=(exit_code,))))


def uninstall_fails(computer: str, exit_code: int) -> Fault:
    faulty = InstallFaults(uninstall_exit_codes=(exit_code,))
    return Fault(lambda lab: _set_faults(lab.world.computers[computer], faulty))


def installer_hangs(computer: str) -> Fault:
    """It never ends, until its process is ended."""

    def mend(lab: Lab) -> None:
        processes = lab.world.computers[computer].processes
        for process in processes.all():
            if "-KB" in process.image:
                processes.end(process.pid, _OPERATOR)

    return Fault(lambda lab: _set_faults(lab.world.computers[computer], InstallFaults(hangs=True)), mend)


def service_hangs(computer: str, name: str, when: t.Literal["start", "stop"]) -> Fault:
    """It never ends to start or to stop, until its process is ended."""

    def mend(lab: Lab) -> None:
        service = _service(lab, computer, name)
        service.behaviour = Behaviour()
        if service.state == "start_pending":
            lab.world.computers[computer].services.die(service, "its process was ended")
        elif service.state == "stop_pending":
            # It may have come to its end by a restart.
            with contextlib.suppress(TerminateError):
                lab.world.computers[computer].processes.end(service.pid, _OPERATOR)

    return Fault(lambda lab: _behave(_service(lab, computer, name), Behaviour(hangs=when)), mend)


def service_fails_to_start(computer: str, name: str) -> Fault:
    """More often than a run tries it."""

    def arm(lab: Lab) -> None:
        service = _service(lab, computer, name)
        _behave(service, Behaviour(start_failures=service.starts + 9))

    return Fault(arm, lambda lab: _behave(_service(lab, computer, name), Behaviour()))


def sql_fails(instance: str, kind: FaultKind, **details: t.Any) -> Fault:
    """`details` are those of `SqlFault`."""
    return Fault(
        lambda lab: lab.instances[instance].faults.add(kind, **details),
        lambda lab: lab.instances[instance].faults.clear(),
    )


def database_in_use(instance: str, database: str) -> Fault:
    """Some program that nobody has told to go away uses a database."""

    def arm(lab: Lab) -> None:
        lab.instances[instance].open_session(host="MON1", program=_MONITOR, login=r"LAB\alice", database=database)

    def mend(lab: Lab) -> None:
        for session in lab.instances[instance].sessions.all():
            if session.program == _MONITOR:
                session.end()

    return Fault(arm, mend)


def _set_faults(computer: Computer, its: InstallFaults) -> None:
    computer.installer.faults = faults.Faults(its)


def _service(lab: Lab, computer: str, name: str) -> Service:
    found = lab.world.computers[computer].services.get(name)
    if found is None:
        raise LookupError(f"{computer} has no service {name}")
    return found


def _behave(service: Service, behaviour: Behaviour) -> None:
    service.behaviour = behaviour
