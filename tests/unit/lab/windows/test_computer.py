# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from tests.lab import topology
from tests.lab.windows import furniture
from tests.lab.windows.computer import LogonError, biztalk_computer, sql_computer

if t.TYPE_CHECKING:
    from tests.lab.world import World
    from tests.unit.lab.windows.fakes import FakeSqlInstance

WINDOWS = {"Spooler": "running", "Winmgmt": "running"}
BIZTALK = {"ENTSSO": "running", "RuleEngineUpdateService": "running"} | WINDOWS
IIS = {"WAS": "running", "W3SVC": "running", "IISADMIN": "running"}


@pytest.mark.parametrize(
    ("name", "services"),
    [
        ("BTS1", {"BTSSvc$ProcessingHost": "running", "BTSSvc$ReceiveHost": "running"} | BIZTALK | IIS),
        ("BTS2", {"BTSSvc$ProcessingHost": "running", "BTSSvc$ReceiveHost": "stopped"} | BIZTALK | IIS),
        ("BTS3", {"BTSSvc$ProcessingHost": "running", "BTSSvc$ReceiveHost": "stopped"} | BIZTALK | IIS),
        ("SQL1", {"MSSQLSERVER": "running", "SQLSERVERAGENT": "running"} | WINDOWS),
    ],
)
def test_the_services_are_in_the_states_of_the_topology(name: str, services: dict[str, str], world: World) -> None:
    assert {service.name: service.state for service in world.computers[name].services.all()} == services


def test_a_computer_knows_its_folders_and_name(world: World) -> None:
    computer = world.computers["BTS1"]
    assert computer.environment["COMPUTERNAME"] == "BTS1"
    folders = [computer.environment[name] for name in ("ProgramData", "ProgramFiles", "SystemRoot", "TEMP")]
    assert folders == [r"C:\ProgramData", r"C:\Program Files", r"C:\Windows", r"C:\Windows\Temp"]
    assert all(computer.files.is_dir(folder) for folder in [*folders, furniture.INSTALL_PATH])
    assert not computer.pending_restart


def test_no_service_is_said_to_have_been_started(world: World) -> None:
    assert {event.kind for event in world.events.events} == {"process.started"}


def test_iis_is_where_a_host_is_isolated(world: World) -> None:
    computer = biztalk_computer(world, topology.Computer("BTS9", host_instances={"ProcessingHost": "running"}))
    assert not {service.name for service in computer.services.all()} & IIS.keys()


@pytest.mark.parametrize(("architecture", "image"), [("x64", "BTSNTSvc64.exe"), ("x86", "BTSNTSvc.exe")])
def test_a_host_instance_runs_in_the_computers_architecture(
    architecture: t.Literal["x64", "x86"], image: str, world: World
) -> None:
    spec = topology.Computer("BTS9", architecture=architecture, host_instances={"ProcessingHost": "running"})
    computer = biztalk_computer(world, spec)
    assert [process.image for process in computer.processes.all() if process.image.startswith("BTS")] == [image]
    assert (computer.registry.key(furniture.UNINSTALL_32) is not None) is (architecture == "x64")


def test_services_and_the_console_are_connected(world: World, sql: FakeSqlInstance) -> None:
    connected = {(session.program, session.database) for session in sql.sessions if session.host == "BTS2"}
    assert connected == {
        ("ENTSSO", "SSODB"),
        ("RuleEngineUpdateService", "BizTalkRuleEngineDb"),
        ("BTSNTSvc64", "BizTalkMgmtDb"),
        ("BTSNTSvc64", "BizTalkMsgBoxDb"),
        ("w3wp", "BizTalkMgmtDb"),
        ("w3wp", "BizTalkMsgBoxDb"),
        ("mmc", "BizTalkMgmtDb"),
    }


def test_host_instances_are_connected_to_each_message_box(world: World, sql: FakeSqlInstance) -> None:
    (server,) = world.topology.sql_servers
    second = topology.Database("BizTalkMsgBoxDb2", "message_box")
    servers = (dataclasses.replace(server, databases=(*server.databases, second)),)
    world.topology = dataclasses.replace(world.topology, sql_servers=servers)
    biztalk_computer(world, topology.Computer("BTS9", host_instances={"ProcessingHost": "running"}))
    host = [one.database for one in sql.sessions if (one.host, one.program) == ("BTS9", "BTSNTSvc64")]
    assert sorted(host) == ["BizTalkMgmtDb", "BizTalkMsgBoxDb", "BizTalkMsgBoxDb2"]


def test_the_console_is_open_on_somebodys_desktop(world: World) -> None:
    (console,) = [process for process in world.computers["BTS2"].processes.all() if process.image == "mmc.exe"]
    assert console.session != 0
    assert console.command_line == (
        '"C:\\Windows\\system32\\mmc.exe" "C:\\Program Files (x86)\\Microsoft BizTalk Server\\BTSmmc.msc"'
    )


@pytest.mark.parametrize(("in_group", "configured"), [(True, True), (False, False)])
def test_the_registry_names_the_group_of_a_configured_computer(in_group: bool, configured: bool, world: World) -> None:
    computer = biztalk_computer(world, topology.Computer("BTS9", in_group=in_group))
    product = computer.registry.key(furniture.PRODUCT)
    assert product is not None
    assert product.values["ProductVersion"].data == "3.13.717.0"
    administration = computer.registry.key(rf"{furniture.PRODUCT}\Administration")
    assert (administration is not None) is configured
    if administration:
        values = {name: value.data for name, value in administration.values.items()}
        assert values == {"MgmtDBServer": "SQL1", "MgmtDBName": "BizTalkMgmtDb"}
    assert computer.registry.key(rf"{furniture.UNINSTALL}\Microsoft BizTalk Server 2020") is not None


def test_two_instances_of_a_computer_have_services_of_their_own(world: World, sql: FakeSqlInstance) -> None:
    world.instances[r"SQL1\TWO"] = sql
    default = world.topology.sql_servers[0]
    second = dataclasses.replace(default, name=r"SQL1\TWO", agent_running=False)
    computer = sql_computer(world, "SQL1", [default, second])
    assert {service.name: service.state for service in computer.services.all()} == {
        "MSSQLSERVER": "running",
        "SQLSERVERAGENT": "running",
        "MSSQL$TWO": "running",
        "SQLAgent$TWO": "stopped",
        **WINDOWS,
    }


@pytest.mark.parametrize("user", [r"LAB\patchadmin", r"lab\PatchAdmin", "patchadmin@LAB"])
def test_an_account_logs_on_under_either_form_of_its_name(user: str, world: World) -> None:
    account = world.computers["BTS1"].logon(user, "Patch-Me-2020!")
    assert account.name == r"LAB\patchadmin"


@pytest.mark.parametrize(
    ("user", "password"),
    [
        (r"LAB\patchadmin", "patch-me-2020!"),
        (r"LAB\patchadmin", ""),
        (r"LAB\nobody", "Patch-Me-2020!"),
        ("patchadmin", "Patch-Me-2020!"),
        ("patchadmin@OTHER", "Patch-Me-2020!"),
    ],
)
def test_a_refused_logon_does_not_say_why(user: str, password: str, world: World) -> None:
    with pytest.raises(LogonError) as caught:
        world.computers["BTS1"].logon(user, password)
    assert str(caught.value) == f"The user name or password is incorrect (user {user} on BTS1)."
