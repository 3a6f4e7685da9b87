# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""appcmd.exe of IIS: list, start and stop of application pools."""

from __future__ import annotations

import typing as t

from tests.lab.winrm.programs.result import ProgramResult

if t.TYPE_CHECKING:
    from tests.lab.windows.app_pools import AppPools
    from tests.lab.winrm.session import Session

FOLDER = r"C:\Windows\System32\inetsrv"
_ORIGIN = "appcmd.exe"
_NAME = "/apppool.name:"
_UNKNOWN, _NOT_FOUND, _NOT_STARTED, _ALREADY_STARTED = 87, 50, 1062, 1056


def run(session: Session, arguments: list[str]) -> ProgramResult:
    pools = session.computer.app_pools
    match [argument.casefold() for argument in arguments]:
        case ["list", "apppool" | "apppools"]:
            return _list(pools)
        case ["start" | "stop" as verb, "apppool", name] if name.startswith(_NAME):
            return _change(pools, verb, arguments[2][len(_NAME) :])
    return ProgramResult.lines(
        "ERROR ( message:the lab knows list, start and stop of application pools )", code=_UNKNOWN
    )


def _list(pools: AppPools) -> ProgramResult:
    return ProgramResult.lines(
        *(
            f'APPPOOL "{name}" (MgdVersion:v4.0,MgdMode:Integrated,state:{state})'
            for name, state in pools.states().items()
        )
    )


def _change(pools: AppPools, verb: str, wanted: str) -> ProgramResult:
    states = {name.casefold(): (name, state) for name, state in pools.states().items()}
    if wanted.casefold() not in states:
        return ProgramResult.lines(
            f'ERROR ( message:Cannot find APPPOOL object with identifier "{wanted}". )', code=_NOT_FOUND
        )
    name, state = states[wanted.casefold()]
    if state != ("Started" if verb == "stop" else "Stopped"):
        code = _NOT_STARTED if verb == "stop" else _ALREADY_STARTED
        return ProgramResult.lines(
            f"ERROR ( hresult:{0x80070000 + code:08x}, message:Command execution failed. )", code=code
        )
    if verb == "stop":
        pools.stop(name, _ORIGIN)
        return ProgramResult.lines(f'"{name}" successfully stopped')
    pools.start(name)
    return ProgramResult.lines(f'"{name}" successfully started.')
