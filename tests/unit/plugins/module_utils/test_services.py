# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._services import (
    Service,
    ServiceNameError,
    agent_service,
    hold_command,
    release_command,
    services_down,
    start_command,
)


def service(name: str, *, display: str = "", state: str = "started", dependents: tuple[str, ...] = ()) -> Service:
    return Service(name, display or name, state, dependents)


@pytest.mark.parametrize(
    ("name", "display", "kind"),
    [
        ("BTSSvc$ReceiveHost", "BizTalk Service BizTalk Group : ReceiveHost", "host instance"),
        ("btssvc$receivehost", "", "host instance"),
        ("BTSSvc{5A3F2C4E-0000-0000-0000-000000000000}", "", "host instance"),
        ("BTSSvc3.0", "BizTalk Service", "host instance"),
        ("BTSSvc$", "", None),
        ("BTSSvcReceiveHost", "", None),
        ("MyBTSSvc$ReceiveHost", "", None),
        ("RuleEngineUpdateService", "Rule Engine Update Service", "rule engine"),
        ("RuleEngineUpdateServiceMonitor", "", None),
        ("BTTms", "BizTalk TMS", "tracking"),
        ("NS$BamAlerts", "", "BAM alerts"),
        ("BAMAlerts", "", "BAM alerts"),
        ("EdiSubsystem", "BizTalk Base EDI Service", "EDI"),
        ("BTAHL7", "HL7 Logging Service", "HL7"),
        ("ENTSSO", "Enterprise Single Sign-On Service", None),
        ("W3SVC", "World Wide Web Publishing Service", None),
        ("SQLSERVERAGENT", "SQL Server Agent (MSSQLSERVER)", None),
        ("Spooler", "Print Spooler", None),
    ],
)
def test_a_service_is_known_by_its_name_or_display_name(name: str, display: str, kind: str | None) -> None:
    assert service(name, display=display).kind == kind


@pytest.mark.parametrize(
    ("state", "stopped", "running"),
    [
        ("started", False, True),
        ("stopped", True, False),
        ("start_pending", False, False),
        ("stop_pending", False, False),
        ("paused", False, False),
    ],
)
def test_a_service_on_its_way_is_neither_stopped_nor_running(state: str, stopped: bool, running: bool) -> None:
    found = service("any", state=state)
    assert (found.stopped, found.running) == (stopped, running)


@pytest.mark.parametrize("dependents", [["W3SVC", "Custom"], [], None])
def test_a_row_of_win_service_info_is_read(dependents: list[str] | None) -> None:
    row = {
        "name": "WAS",
        "display_name": "Windows Process Activation Service",
        "state": "stopped",
        "dependency_of": dependents,
        "start_mode": "manual",
    }
    expected = Service("WAS", "Windows Process Activation Service", "stopped", tuple(dependents or ()), "manual")
    assert Service.parse(row) == expected


BIZTALK = (
    service("BTSSvc$Send"),
    service("BTSSvc$Archive", state="stopped"),
    service("BTSSvc$Receive"),
    service("BTTms", display="BizTalk TMS"),
    service("RuleEngineUpdateService"),
    service("ENTSSO", dependents=("BTSSvc$Send", "RuleEngineUpdateService")),
)
IIS = (
    service("Gateway"),
    service("W3SVC", dependents=("Portal",)),
    service("Portal", dependents=("Gateway", "WAS")),
    service("WAS", dependents=("W3SVC", "Removed")),
    service("IISADMIN"),
    service("Ftp", state="stopped"),
)
WINDOWS = (service("Spooler"), service("Winmgmt"), service("SQLSERVERAGENT"))
ALL = (*WINDOWS, *IIS, *BIZTALK)


@pytest.mark.parametrize(
    ("services", "iis", "also", "expected"),
    [
        pytest.param((), True, (), [], id="nothing is here"),
        pytest.param(WINDOWS, True, (), [], id="nothing of BizTalk is here"),
        pytest.param(
            ALL,
            False,
            (),
            ["RuleEngineUpdateService", "BTTms", "BTSSvc$Archive", "BTSSvc$Receive", "BTSSvc$Send"],
            id="rule engine, tracking, host instances, the stopped one too",
        ),
        pytest.param(
            IIS,
            True,
            (),
            ["WAS", "W3SVC", "IISADMIN", "Gateway", "Portal"],
            id="IIS in the order of its dependencies, then all that depends on it, however far away",
        ),
        pytest.param((service("BTSSvc$Send"), *IIS[4:]), True, (), ["BTSSvc$Send", "IISADMIN"], id="IIS comes last"),
        pytest.param(
            ALL,
            False,
            ("spooler",),
            [*("RuleEngineUpdateService", "BTTms", "BTSSvc$Archive", "BTSSvc$Receive", "BTSSvc$Send"), "Spooler"],
            id="the operator's service after the host instances, in any case",
        ),
        pytest.param((service("Custom"), *IIS[4:5]), True, ("Custom",), ["Custom", "IISADMIN"], id="but before IIS"),
        pytest.param(IIS, False, ("Ftp", "Nowhere"), ["Ftp"], id="the operator's service is not here"),
        pytest.param(BIZTALK[5:], False, ("ENTSSO", "entsso"), [], id="Enterprise SSO is never stopped"),
        pytest.param(
            (service("BTSSvc$A", state="start_pending"),), False, (), ["BTSSvc$A"], id="a starting one counts"
        ),
    ],
)
def test_services_down(services: tuple[Service, ...], iis: bool, also: tuple[str, ...], expected: list[str]) -> None:
    assert [found.name for found in services_down(services, iis=iis, also=also)] == expected


def test_what_depends_on_a_service_goes_down_with_it_and_starts_after_it() -> None:
    services = (
        service("BTSSvc$Send", dependents=("Feeder",)),
        service("Archiver"),
        service("Feeder", dependents=("Archiver",)),
        service("RuleEngineUpdateService", dependents=("BTSSvc$Send", "ENTSSO")),
        service("ENTSSO"),
    )
    names = [found.name for found in services_down(services, iis=False)]
    assert names == ["RuleEngineUpdateService", "Archiver", "BTSSvc$Send", "Feeder"]


def test_what_a_cluster_runs_is_left_to_it() -> None:
    found = services_down(BIZTALK, iis=False, clustered=["btssvc$send", "BTSSvc$Archive"])
    assert [service.name for service in found] == ["RuleEngineUpdateService", "BTTms", "BTSSvc$Receive"]


MODES = {"BTSSvc$A": "auto", "BTSSvc$B": "manual", "W3SVC": "delayed", "Off": "disabled"}


def test_what_starts_with_windows_is_held_and_released() -> None:
    assert hold_command(MODES) == 'sc.exe config "BTSSvc$A" start= demand & sc.exe config "W3SVC" start= demand'
    assert release_command(MODES) == 'sc.exe config "BTSSvc$A" start= auto & sc.exe config "W3SVC" start= delayed-auto'
    assert hold_command({"BTSSvc$B": "manual"}) == release_command({}) == ""
    with pytest.raises(ServiceNameError):
        hold_command({'a" & shutdown': "auto"})


@pytest.mark.parametrize(
    ("names", "command"),
    [
        ([], ""),
        (["BTSSvc$Receive"], 'sc.exe start "BTSSvc$Receive"'),
        (["BTSSvc$My Host", "W3SVC"], 'sc.exe start "BTSSvc$My Host" & sc.exe start "W3SVC"'),
        (["BTSSvc{5A3F-2C}", "A(b)@c#d~e+f,g;h=i.j_k"], None),
        (["BTSSvc$Empfänger"], 'sc.exe start "BTSSvc$Empfänger"'),
    ],
)
def test_a_start_is_requested_for_each_service(names: list[str], command: str | None) -> None:
    expected = " & ".join(f'sc.exe start "{name}"' for name in names) if command is None else command
    assert start_command(names) == expected


@pytest.mark.parametrize("name", ["", 'a"b', "a&b", "%PATH%", "a|b", "a>b", "a<b", "a^b", "a!b", "a\nb", "a'b", "a`b"])
def test_a_name_that_cmd_would_not_take_literally_is_refused(name: str) -> None:
    with pytest.raises(ServiceNameError, match="characters that no BizTalk service name has") as caught:
        start_command(["BTSSvc$Receive", name])
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ("SQL1", "SQLSERVERAGENT"),
        ("SQL1\\BIZTALK", "SQLAgent$BIZTALK"),
        ("SQL1\\mssqlserver", "SQLSERVERAGENT"),
        ("sql1.example.com\\B$1", "SQLAgent$B$1"),
    ],
)
def test_the_agent_has_its_instance_in_its_name(instance: str, expected: str) -> None:
    assert agent_service(instance) == expected
