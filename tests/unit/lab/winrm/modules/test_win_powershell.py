# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_powershell and the cmdlets behind it."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.unit.lab.winrm.conftest import Runner

STOP = "param([string[]] $Name)\nStop-Service -Name $Name -Force -NoWait"
HOST, RULES = "BTSSvc$ProcessingHost", "RuleEngineUpdateService"


def stop(run: Runner, *names: str, **options: t.Any) -> dict[str, t.Any]:
    return run("win_powershell", script=STOP, parameters={"Name": list(names)}, **options)


def state(computer: Computer, name: str) -> str:
    service = computer.services.get(name)
    assert service is not None
    return service.state


def test_services_stop_at_once_without_waiting(run: Runner, computer: Computer) -> None:
    result = stop(run, HOST, RULES, error_action="stop")
    assert (result["changed"], result["failed"], result["error"]) == (True, False, [])
    services = [computer.services.get(name) for name in (HOST, RULES)]
    assert all(service and service.wait_for("stopped", 5) for service in services)
    requested = [event["service"] for event in run.events("service.stop_requested")]
    assert requested == [HOST, RULES]


def test_no_wait_returns_while_the_services_stop(run: Runner, computer: Computer) -> None:
    computer.world.delays = dataclasses.replace(computer.world.delays, service_stop=30.0)
    assert not stop(run, HOST, RULES)["error"]
    assert (state(computer, HOST), state(computer, RULES)) == ("stop_pending", "stop_pending")


def test_an_error_does_not_end_a_command(run: Runner) -> None:
    result = stop(run, "nothing", HOST)
    assert not result["failed"]
    assert result["error"][0]["exception"]["message"] == "Cannot find any service with service name 'nothing'."
    assert [event["service"] for event in run.events("service.stop_requested")] == [HOST]


def test_with_error_action_stop_it_does(run: Runner) -> None:
    result = stop(run, "nothing", HOST, error_action="stop")
    assert (result["failed"], len(result["error"])) == (True, 1)
    assert not run.events("service.stop_requested")


def test_with_silently_continue_nobody_hears_of_it(run: Runner) -> None:
    result = stop(run, "nothing", error_action="silently_continue")
    assert (result["failed"], result["error"]) == (False, [])


def test_start_and_restart(run: Runner, computer: Computer) -> None:
    run("win_powershell", script="Start-Service -Name BTSSvc*")
    assert state(computer, "BTSSvc$ReceiveHost") == "running"
    run("win_powershell", script="Restart-Service -Name RuleEngineUpdateService -Force")
    assert state(computer, RULES) == "running"
    assert [event["service"] for event in run.events("service.stopped")] == [RULES]


def test_check_mode_runs_nothing(run: Runner) -> None:
    result = stop(run, HOST, check=True)
    assert (result["changed"], result["msg"]) == (True, "skipped, running in check mode")
    assert not run.events("service.stop_requested")


def test_processes_by_a_filter(run: Runner) -> None:
    script = (
        "param([string] $Filter)\nGet-CimInstance -ClassName Win32_Process -Filter $Filter -Property Name, ProcessId"
    )
    result = run("win_powershell", script=script, parameters={"Filter": "Name = 'MMC.exe' OR Name = 'devenv.exe'"})
    assert [item["Name"] for item in result["output"]] == ["mmc.exe"]
    assert result["output"][0]["ProcessId"] > 0
    assert result["output"][0]["CommandLine"] is None


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("MMC%", ["mmc.exe"]),
        ("%c.ex_", ["mmc.exe"]),
        ("m[l-n]c.exe", ["mmc.exe"]),
        ("m[xyz]c.exe", []),
        ("mmc", []),
        ("mmc_exe_", []),
    ],
)
def test_processes_by_a_pattern(run: Runner, pattern: str, expected: list[str]) -> None:
    script = f"Get-CimInstance -ClassName Win32_Process -Filter \"Name LIKE '{pattern}'\""
    assert [item["Name"] for item in run("win_powershell", script=script)["output"]] == expected


def test_a_process_is_ended(run: Runner, computer: Computer) -> None:
    pid = next(process.pid for process in computer.processes.all() if process.image == "mmc.exe")
    script = "param([int[]] $Id)\nStop-Process -Id $Id -Force"
    result = run("win_powershell", script=script, parameters={"Id": [pid]}, error_action="stop")
    assert not result["failed"]
    assert run.events("process.ended")[-1].fields.items() >= {"image": "mmc.exe", "origin": "Stop-Process"}.items()
    assert run("win_powershell", script=script, parameters={"Id": [pid]}, error_action="stop")["failed"]


def test_the_content_of_a_file(run: Runner, computer: Computer) -> None:
    computer.files.write(r"C:\ProgramData\a.log", "one\r\ntwö\r\n".encode("utf-16"), "test")
    assert run("win_powershell", script=r"Get-Content -LiteralPath C:\ProgramData\a.log")["output"] == ["one", "twö"]
    assert run("win_powershell", script=r"Get-Content -Path C:\none -Raw")["error"]


def test_what_several_commands_write_comes_in_one_list(run: Runner) -> None:
    script = (
        "Get-Content -Path C:\\none\nGet-CimInstance -ClassName Win32_Volume\nGet-CimInstance -ClassName Win32_Process"
    )
    result = run("win_powershell", script=script)
    assert (result["failed"], len(result["error"])) == (False, 1)
    kinds = ["FreeSpace" if "FreeSpace" in row else "ProcessId" for row in result["output"]]
    assert kinds[:3] == ["FreeSpace", "FreeSpace", "ProcessId"]


@pytest.mark.parametrize(
    ("line", "action"),
    [("Get-Content -Path C:\\none", "stop"), ("Get-Content -Path C:\\none -ErrorAction Stop", "continue")],
)
def test_an_error_that_stops_ends_the_script(run: Runner, computer: Computer, line: str, action: str) -> None:
    result = run("win_powershell", script=f"{line}\nStop-Service -Name '{HOST}' -Force", error_action=action)
    assert (result["failed"], state(computer, HOST)) == (True, "running")


def test_parameters_that_do_not_bind(run: Runner) -> None:
    result = run("win_powershell", script=STOP, parameters={"Nam": "x"})
    assert result["failed"]
    assert "matches parameter name 'nam'" in result["error"][0]["output"]


@pytest.mark.parametrize(
    "options",
    [
        {"script": "Rename-Item -Path C:\\Windows -NewName x"},
        {"script": "Stop-Service -DisplayName x"},
        {"script": "Get-CimInstance -ClassName Win32_Share"},
        {"script": "Get-CimInstance -ClassName Win32_Process -Filter 'Name LIKE 1'"},
        {"script": STOP, "chdir": "C:\\"},
        {"path": r"C:\a.ps1", "remote_src": True},
    ],
)
def test_refusals(run: Runner, options: dict[str, t.Any]) -> None:
    assert run("win_powershell", **options)["msg"].startswith("The lab refuses")
    assert run.events("remote.refused")


def test_the_free_space_of_the_disk(run: Runner, computer: Computer) -> None:
    computer.free_space = 1.5
    script = "Get-CimInstance -ClassName Win32_Volume -Filter 'DriveType = 3' -Property Name, FreeSpace"
    drive, hidden = run("win_powershell", script=script)["output"]
    assert drive == {"Name": "C:\\", "DriveType": None, "FreeSpace": 3 * 2**29, "Capacity": None}
    assert (hidden["Name"][:11], hidden["FreeSpace"]) == ("\\\\?\\Volume{", None)


def test_the_newest_entries_of_the_event_logs(run: Runner, computer: Computer) -> None:
    logs = computer.event_logs
    logs.system(7034, "Error", "The X service terminated unexpectedly.")
    logs.write("Application", "BizTalk Server", 5410, "Error", "It has to terminate.")
    logs.system(7036, "Information", "The Y service entered the running state.")
    both = "param([string[]] $Log, [int] $Count)\nGet-WinEvent -LogName $Log -MaxEvents $Count"
    result = run("win_powershell", script=both, parameters={"Log": ["System", "Application"], "Count": 2})
    assert [(entry["ProviderName"], entry["Id"]) for entry in result["output"]] == [
        ("Service Control Manager", 7036),
        ("BizTalk Server", 5410),
    ]
    (entry, _older) = run("win_powershell", script="Get-WinEvent -LogName System")["output"]
    assert entry.pop("TimeCreated").endswith("+00:00")
    assert entry == {
        "Id": 7036,
        "Level": 4,
        "LevelDisplayName": "Information",
        "LogName": "System",
        "MachineName": "BTS2",
        "Message": "The Y service entered the running state.",
        "ProviderName": "Service Control Manager",
        "RecordId": 3,
    }


def test_no_entries_are_an_error(run: Runner) -> None:
    result = run("win_powershell", script="Get-WinEvent -LogName Application", error_action="stop")
    assert (result["failed"], result["error"][0]["fully_qualified_error_id"]) == (True, "NoMatchingEventsFound")


@pytest.mark.parametrize(
    "script",
    [
        "Get-WinEvent -LogName Security",
        "Get-WinEvent -LogName System -Oldest",
        "Get-EventLog -LogName System",
        "Get-CimInstance -ClassName Win32_Volume -Filter \"Colour = 'blue'\"",
        "Get-CimInstance -ClassName Win32_Process -Filter \"Name LIKE '[^a]%'\"",
        "Get-CimInstance -ClassName Win32_Process -Filter \"Name LIKE '[a%'\"",
    ],
)
def test_what_the_lab_does_not_know_of_them(run: Runner, script: str) -> None:
    assert "The lab refuses" in run("win_powershell", script=script)["msg"]
