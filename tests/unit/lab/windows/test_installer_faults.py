# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installers that fail, hang, restart the computer, or say that all is well when it is not."""

from __future__ import annotations

import dataclasses
import threading
import typing as t

import pytest

from tests.lab import topology
from tests.lab.topology import InstallFaults
from tests.lab.windows import furniture
from tests.lab.windows.computer import biztalk_computer
from tests.lab.windows.faults import Faults
from tests.lab.windows.installer import InterruptedInstallError
from tests.unit.lab.windows.updates import (
    ADMINISTRATOR,
    NOBODY,
    SETUP_LOG,
    UNINSTALLER,
    WITH_SQL,
    WITHOUT_SQL,
    install,
    installing,
    text_of,
)

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.world import World
    from tests.unit.lab.windows.fakes import FakeSqlInstance

TIMEOUT = 5.0
DLL = rf"{furniture.INSTALL_PATH}BTSMsgCore.dll"


@pytest.fixture
def computer(outage: World) -> Computer:
    return outage.computers["BTS1"]


def faulty(computer: Computer, **faults: t.Any) -> Computer:
    computer.installer.faults = Faults(InstallFaults(**faults))
    return computer


def registered(computer: Computer) -> bool:
    return computer.registry.key(rf"{furniture.UNINSTALL_32}\{WITH_SQL.uninstall_key}") is not None


def uninstall(computer: Computer, *switches: str, account: topology.Account = ADMINISTRATOR) -> int:
    arguments = list(switches or ("/uninstall", "/quiet"))
    return computer.installer.run(UNINSTALLER, arguments, account, interactive=True)


def in_background(work: t.Callable[[], int]) -> tuple[threading.Thread, list[int | type[Exception]]]:
    ended: list[int | type[Exception]] = []

    def act() -> None:
        try:
            ended.append(work())
        except InterruptedInstallError as error:
            ended.append(type(error))

    thread = threading.Thread(target=act)
    thread.start()
    return thread, ended


def wait_for_process(computer: Computer, image: str = "update.exe") -> int:
    found: list[int] = []

    def running() -> bool:
        found[:] = [process.pid for process in computer.processes.all() if process.image == image]
        return bool(found)

    for _attempt in range(1000):
        if running():
            return found[0]
        threading.Event().wait(0.005)
    raise AssertionError(f"{image} was never started")


def test_exit_codes_come_in_their_order(world: World, computer: Computer) -> None:
    faulty(computer, exit_codes=(1618, 1618, 0))
    assert [install(computer, WITHOUT_SQL) for _attempt in range(3)] == [1618, 1618, 0]
    assert [event["exit_code"] for event in installing(world) if event.kind == "install.finished"] == [1618, 1618, 0]
    assert registered(computer)


def test_a_failure_installs_nothing_and_says_so_in_the_log(computer: Computer, sql: FakeSqlInstance) -> None:
    assert install(faulty(computer, exit_codes=(1603,))) == 1603
    assert (registered(computer), computer.files.exists(DLL), sql.scripts) == (False, False, [])
    assert text_of(computer, SETUP_LOG)[-2:] == ["Return value 3.", "Exit code 1603"]


def test_a_restart_that_is_asked_for_stays_pending(computer: Computer) -> None:
    assert install(faulty(computer, exit_codes=(3010,)), WITHOUT_SQL) == 3010
    assert (computer.pending_restart, registered(computer)) == (True, True)


@pytest.mark.parametrize(("switches", "code"), [(("/quiet", "/norestart"), 3010), (("/quiet",), 1641)])
def test_an_update_that_needs_a_restart(
    switches: tuple[str, ...], code: int, computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    restarts: list[str] = []
    monkeypatch.setattr(computer, "restart", restarts.append)
    monkeypatch.setattr(computer.world.scheduler, "after", lambda _seconds, action: action())
    assert install(faulty(computer, needs_restart=True), WITHOUT_SQL, *switches) == code
    assert restarts == (["setup"] if code == 1641 else [])
    assert computer.pending_restart


def test_success_with_a_failing_hresult(computer: Computer, sql: FakeSqlInstance) -> None:
    assert install(faulty(computer, hresult="0x80040e14")) == 0
    assert registered(computer)
    assert sql.damages == [("BizTalkMsgBoxDb", "msgboxlogic.sql failed with 0x80040e14")]
    log = text_of(computer, SETUP_LOG)
    assert [line for line in log if "HRESULT" in line] == [
        "ExecuteCommand HRESULT=0x80040e14",
        "ExecuteCommand HRESULT=0x00000000",
    ]


def test_setup_that_starts_services(world: World, computer: Computer) -> None:
    install(faulty(computer, restarts_services=True), WITHOUT_SQL)
    started = {
        (event["service"], event["origin"])
        for event in world.events.events
        if event.kind == "service.start_requested" and event["computer"] == "BTS1"
    }
    names = ("BTSSvc$ProcessingHost", "BTSSvc$ReceiveHost", "RuleEngineUpdateService", "W3SVC", "WAS", "IISADMIN")
    assert started == {(name, "setup") for name in names}


def test_an_installer_that_hangs_ends_with_its_process(world: World, computer: Computer) -> None:
    faulty(computer, hangs=True)
    thread, ended = in_background(lambda: install(computer, WITHOUT_SQL))
    pid = wait_for_process(computer)
    assert install(computer, WITHOUT_SQL) == 1618
    computer.processes.end(pid, "taskkill.exe")
    thread.join(TIMEOUT)
    assert ended == [1]
    assert not registered(computer)
    assert install(computer, WITHOUT_SQL) == 0


def test_a_restart_cuts_an_install_off(world: World, computer: Computer) -> None:
    world.delays = dataclasses.replace(world.delays, restart=0.01)
    faulty(computer, hangs=True)
    thread, ended = in_background(lambda: install(computer))
    wait_for_process(computer)
    computer.restart("test")
    thread.join(TIMEOUT)
    assert ended == [InterruptedInstallError]
    assert [event.kind for event in installing(world)] == ["install.started"]
    assert not registered(computer)


def test_the_connections_break_once(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    broken: list[int] = []
    monkeypatch.setattr(computer, "lose_connections", lambda: broken.append(1))
    faulty(computer, drops_connection=True)
    assert [install(computer, WITHOUT_SQL), install(computer, WITHOUT_SQL)] == [0, 0]
    assert broken == [1]


def test_updates_build_on_one_another(computer: Computer) -> None:
    first = dataclasses.replace(
        WITHOUT_SQL, kb="1", title="First [KB 1]", version="3.13.800.0", uninstall_key="First", dlls=("a.dll",)
    )
    second = dataclasses.replace(first, kb="2", title="Second", uninstall_key="Second", minimum_version="3.13.800.0")
    assert [install(computer, item) for item in (second, first, second)] == [1642, 0, 0]


def test_an_uninstall_puts_back_what_was_there(world: World, computer: Computer, sql: FakeSqlInstance) -> None:
    computer.files.write(DLL, b"old", "test")
    install(computer)
    scripts = list(sql.scripts)
    assert uninstall(computer) == 0
    assert (computer.files.read(DLL), registered(computer), computer.files.exists(UNINSTALLER)) == (
        b"old",
        False,
        False,
    )
    assert sql.scripts == scripts
    told = [event.fields for event in world.events.events if event.kind.startswith("uninstall.")]
    common = {"computer": "BTS1", "kb": "5009901"}
    assert told == [{**common, "account": ADMINISTRATOR.name}, {**common, "exit_code": 0}]


@pytest.mark.parametrize(
    ("switches", "account", "codes", "code"),
    [
        (("/quiet",), ADMINISTRATOR, (), 1639),
        (("/uninstall", "/quiet"), NOBODY, (), 1603),
        (("/uninstall", "/quiet"), ADMINISTRATOR, (1603,), 1603),
    ],
)
def test_an_uninstall_that_fails(
    switches: tuple[str, ...], account: topology.Account, codes: tuple[int, ...], code: int, computer: Computer
) -> None:
    install(faulty(computer, uninstall_exit_codes=codes))
    assert uninstall(computer, *switches, account=account) == code
    assert registered(computer)


def test_updates_of_the_topology_are_installed(world: World) -> None:
    world.packages["digest"] = WITHOUT_SQL
    computer = biztalk_computer(world, topology.Computer("BTS9", updates=("KB5009901", "4711")))
    key = computer.registry.key(furniture.UNINSTALL_32)
    assert key is not None
    assert list(key.subkeys) == [WITHOUT_SQL.uninstall_key, "Microsoft BizTalk Server 2020 Update [KB 4711]"]
    assert {item.values["ID"].data for item in key.subkeys.values()} == {"KB5009901", "KB4711"}
    assert computer.files.read(DLL) == b"3.13.844.0"
    assert installing(world) == []
