# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import hashlib
import threading
import typing as t

import pytest

from tests.lab import topology
from tests.lab.windows import furniture
from tests.lab.windows.computer import biztalk_computer
from tests.lab.windows.files import FileError
from tests.lab.windows.installer import NotExecutableError
from tests.unit.lab.windows.updates import (
    ADMINISTRATOR,
    EXECUTABLE,
    NO_SYSADMIN,
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


@pytest.fixture
def computer(outage: World) -> Computer:
    return outage.computers["BTS1"]


def test_an_install_that_keeps_the_rules_succeeds(computer: Computer, sql: FakeSqlInstance) -> None:
    assert install(computer) == 0
    assert sql.damages == []
    assert sql.scripts == [
        ("BizTalkMsgBoxDb", "msgboxlogic.sql", r"LAB\patchadmin", "5009901"),
        ("BizTalkDTADb", "tracking.sql", r"LAB\patchadmin", "5009901"),
    ]
    assert computer.files.read(rf"{furniture.INSTALL_PATH}BTSMsgCore.dll") == b"3.13.844.0"
    assert not computer.pending_restart


def test_an_install_is_told_in_events(world: World, computer: Computer) -> None:
    install(computer)
    started, first, second, finished = installing(world)
    digest = hashlib.sha256(repr(WITH_SQL).encode()).hexdigest()
    assert started.fields == {
        "computer": "BTS1",
        "kb": "5009901",
        "sha256": digest,
        "architecture": "x64",
        "has_sql": True,
        "account": r"LAB\patchadmin",
        "administrator": True,
    }
    assert first.fields == {
        "computer": "BTS1",
        "kb": "5009901",
        "instance": "SQL1",
        "database": "BizTalkMsgBoxDb",
        "script": "msgboxlogic.sql",
        "account": r"LAB\patchadmin",
        "sysadmin": True,
    }
    assert second["script"] == "tracking.sql"
    assert finished.fields == {"computer": "BTS1", "kb": "5009901", "sha256": digest, "exit_code": 0}


@pytest.mark.parametrize("switches", [("/quiet",), ("/q",), ("/S",), ("/QUIET", "/norestart"), ("/norestart", "/s")])
def test_a_silent_install(switches: tuple[str, ...], computer: Computer) -> None:
    assert install(computer, WITHOUT_SQL, *switches) == 0


@pytest.mark.parametrize("switches", [("/norestart",), ("/passive",), ("/log", r"C:\Windows\Temp\a.log"), ("quiet",)])
def test_an_install_that_waits_for_somebody_is_refused(
    switches: tuple[str, ...], world: World, computer: Computer
) -> None:
    with pytest.raises(NotExecutableError, match="no silent switch"):
        install(computer, WITHOUT_SQL, *switches)
    assert installing(world) == []


@pytest.mark.parametrize(
    ("switches", "code"),
    [
        (("/quiet", "/unknown"), 1639),
        (("/quiet", r"C:\Windows\Temp\a.log"), 1639),
        (("/quiet", "/log"), 1639),
        (("/quiet", "/log", ""), 1639),
        (("/quiet", "/log", r"C:\Nowhere\a.log"), 1622),
    ],
)
def test_a_wrong_command_line_ends_before_anything_happens(
    switches: tuple[str, ...], code: int, world: World, computer: Computer
) -> None:
    assert install(computer, WITHOUT_SQL, *switches) == code
    assert installing(world) == []


def test_a_file_that_is_no_package_is_refused(world: World, computer: Computer) -> None:
    computer.files.write(EXECUTABLE, b"MZ something else", "test")
    with pytest.raises(NotExecutableError, match=r"update\.exe on BTS1 is not a program that the lab knows"):
        computer.installer.run(EXECUTABLE, ["/quiet"], ADMINISTRATOR, interactive=True)
    with pytest.raises(FileError, match="Could not find"):
        computer.installer.run(r"C:\Windows\Temp\missing.exe", ["/quiet"], ADMINISTRATOR, interactive=True)
    assert installing(world) == []


@pytest.mark.parametrize(
    ("account", "code"), [(ADMINISTRATOR, 0), (NO_SYSADMIN, 0), (NOBODY, 1603)], ids=lambda value: str(value)[:30]
)
def test_the_account_must_be_an_administrator(
    account: topology.Account, code: int, world: World, computer: Computer
) -> None:
    assert install(computer, WITHOUT_SQL, account=account) == code
    assert installing(world)[0]["administrator"] is account.administrator
    assert updates(computer) == ([WITHOUT_SQL.uninstall_key] if code == 0 else [])
    assert text_of(computer, SETUP_LOG)[-1] == f"Exit code {code}"


@pytest.mark.parametrize(
    ("package", "computer_is", "code", "hive"),
    [
        ("x64", "x64", 0, furniture.UNINSTALL_32),
        ("x86", "x64", 0, furniture.UNINSTALL_32),
        ("x86", "x86", 0, furniture.UNINSTALL),
        ("x64", "x86", 1633, None),
    ],
)
def test_the_architecture(
    package: t.Literal["x64", "x86"],
    computer_is: t.Literal["x64", "x86"],
    code: int,
    hive: str | None,
    world: World,
    computer: Computer,
) -> None:
    new = biztalk_computer(world, topology.Computer("BTS9", architecture=computer_is))
    assert install(new, dataclasses.replace(WITHOUT_SQL, architecture=package)) == code
    found = [path for path in (furniture.UNINSTALL, furniture.UNINSTALL_32) if in_hive(new, path)]
    assert found == ([hive] if hive else [])


def in_hive(computer: Computer, path: str) -> bool:
    return computer.registry.key(rf"{path}\{WITH_SQL.uninstall_key}") is not None


def updates(computer: Computer) -> list[str]:
    key = computer.registry.key(furniture.UNINSTALL_32)
    return list(key.subkeys) if key else []


def test_an_update_registers_itself(computer: Computer) -> None:
    install(computer)
    key = computer.registry.key(rf"{furniture.UNINSTALL_32}\{WITH_SQL.uninstall_key}")
    assert key is not None
    assert {name: value.data for name, value in key.values.items()} == {
        "DisplayName": WITH_SQL.title,
        "DisplayVersion": "3.13.844.0",
        "Publisher": "Microsoft Corporation",
        "ID": "KB5009901",
        "UninstallString": f'"{UNINSTALLER}" /uninstall',
        "QuietUninstallString": f'"{UNINSTALLER}" /uninstall /quiet',
    }


@pytest.mark.parametrize(
    ("switches", "paths"),
    [
        (("/quiet",), [SETUP_LOG]),
        (("/quiet", "/log", r"C:\Windows\Temp\kb.log"), [SETUP_LOG, r"C:\Windows\Temp\kb.log"]),
        (("/L", r"C:\Windows\Temp\kb.log", "/q"), [SETUP_LOG, r"C:\Windows\Temp\kb.log"]),
    ],
)
def test_the_logs_are_written(switches: tuple[str, ...], paths: list[str], computer: Computer) -> None:
    install(computer, WITH_SQL, *switches)
    for path in paths:
        assert text_of(computer, path) == [
            f"=== {WITH_SQL.title} on BTS1 ===",
            "Apply patch: Server=SQL1 Database=BizTalkMsgBoxDb Script=msgboxlogic.sql",
            "ExecuteCommand HRESULT=0x00000000",
            "Apply patch: Server=SQL1 Database=BizTalkDTADb Script=tracking.sql",
            "ExecuteCommand HRESULT=0x00000000",
            "Exit code 0",
        ]


@pytest.mark.parametrize(("where", "code"), [("BTS1", 3010), ("BTS2", 0)])
def test_dlls_that_a_host_instance_holds_need_a_restart(
    where: str, code: int, world: World, computer: Computer
) -> None:
    service = world.computers[where].services.get("BTSSvc$ProcessingHost")
    assert service is not None
    service.state = "running"
    assert install(computer, WITHOUT_SQL) == code
    assert computer.pending_restart is (code == 3010)
    assert installing(world)[-1]["exit_code"] == code


def test_a_restart_stays_pending(computer: Computer) -> None:
    computer.pending_restart = True
    assert install(computer, WITHOUT_SQL) == 0
    assert computer.pending_restart


def test_one_install_at_a_time(world: World, computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, finish = threading.Event(), threading.Event()

    def wait(*_arguments: object, **_options: object) -> bool:
        begun.set()
        assert finish.wait(TIMEOUT)
        return True

    monkeypatch.setattr(world.instances["SQL1"], "is_sysadmin", wait)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(install(computer)))
    thread.start()
    assert begun.wait(TIMEOUT)
    assert install(computer, WITHOUT_SQL) == 1618
    finish.set()
    thread.join(TIMEOUT)
    assert codes == [0]
    assert [event["exit_code"] for event in installing(world) if event.kind == "install.finished"] == [1618, 0]
    assert install(computer, WITHOUT_SQL) == 0
