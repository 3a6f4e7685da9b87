# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""appcmd and the application pools behind it."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.windows.app_pools import BIZTALK_POOL, AppPools
from tests.lab.winrm.programs import ProgramNotFoundError, run_program
from tests.lab.winrm.programs.appcmd import FOLDER

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.winrm.session import Session

APPCMD = FOLDER + r"\APPCMD.exe"


def appcmd(session: Session, *arguments: str) -> tuple[int, str]:
    result = run_program(session, [APPCMD, *arguments])
    return result.code, result.stdout


def workers(computer: Computer) -> int:
    return sum(process.image == "w3wp.exe" for process in computer.processes.all())


def test_a_pool_is_stopped_with_its_worker_and_started_again(session: Session, computer: Computer) -> None:
    line = 'APPPOOL "{}" (MgdVersion:v4.0,MgdMode:Integrated,state:{})\r\n'
    default = line.format("DefaultAppPool", "Started")
    assert appcmd(session, "list", "apppool") == (0, default + line.format(BIZTALK_POOL, "Started"))
    assert appcmd(session, "stop", "apppool", f"/apppool.name:{BIZTALK_POOL.upper()}")[0] == 0
    assert workers(computer) == 0
    assert appcmd(session, "list", "apppool") == (0, default + line.format(BIZTALK_POOL, "Stopped"))
    assert appcmd(session, "stop", "apppool", f"/apppool.name:{BIZTALK_POOL}")[0] == 1062
    assert appcmd(session, "start", "apppool", f"/apppool.name:{BIZTALK_POOL}")[0] == 0
    assert workers(computer) == 1
    assert appcmd(session, "start", "apppool", f"/apppool.name:{BIZTALK_POOL}")[0] == 1056


def test_a_pool_without_biztalk_server(session: Session, computer: Computer) -> None:
    for verb, state in (("stop", "Stopped"), ("start", "Started")):
        assert appcmd(session, verb, "apppool", "/apppool.name:DefaultAppPool")[0] == 0
        assert computer.app_pools.states() == {"DefaultAppPool": state, BIZTALK_POOL: "Started"}
        assert workers(computer) == 1


def test_pools_start_with_iis(session: Session, computer: Computer) -> None:
    assert appcmd(session, "stop", "apppool", "/apppool.name:DefaultAppPool")[0] == 0
    assert run_program(session, ["iisreset", "/stop"]).code == 0
    assert set(computer.app_pools.states().values()) == {"Unknown"}
    assert run_program(session, ["iisreset", "/start"]).code == 0
    assert set(computer.app_pools.states().values()) == {"Started"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["stop", "apppool", "/apppool.name:Nowhere"], 50), (["stop", "apppool"], 87), (["list", "site"], 87), ([], 87)],
)
def test_appcmd_exits_with_an_error_code(session: Session, arguments: list[str], code: int) -> None:
    assert appcmd(session, *arguments)[0] == code


def test_there_is_no_appcmd_without_iis(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AppPools, "installed", False)
    with pytest.raises(ProgramNotFoundError):
        appcmd(session, "list", "apppool")
