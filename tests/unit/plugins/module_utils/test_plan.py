# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
from ansible_collections.biztalk.patching.plugins.module_utils._plan_lines import plan_lines
from ansible_collections.biztalk.patching.tests.unit.plugins.plans import UPDATED, group, plan, server
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CONSOLE,
    MISSING_KEY,
    raw_snapshot,
    service_row,
    sql_instance,
    uninstall_key,
)

X86 = {"facts": {**raw_snapshot()["facts"], "ansible_hostname": "BTS2", "ansible_architecture": "32-bit"}}
OPEN = {"processes": [CONSOLE]}
ISOLATED = {"server": "bts1", "type": "isolated"}
HOST_INSTANCES = ["BTSSvc$Receive", "BTSSvc$Send"]


def test_a_healthy_group_is_installed_on_every_computer() -> None:
    made = plan(two=X86)
    assert made.outcome == "outage"
    assert made.doubts == []
    assert [(computer.host, computer.updates[0]["file_name"]) for computer in made.to_install] == [
        ("one.lab", "BTS2020-KB5009901-x64-ENU.exe"),
        ("two.lab", "BTS2020-KB5009901-x86-ENU.exe"),
    ]


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ([server("BTS1"), server("BTS2", master=True)], ["two.lab", "one.lab"]),
        ([server("BTS1", runtime=False), server("BTS2")], ["two.lab", "one.lab"]),
        ([server("BTS1", runtime=False), server("BTS2", master=True, runtime=False)], ["two.lab", "one.lab"]),
        ([server("BTS1"), server("BTS2")], ["one.lab", "two.lab"]),
        ([server("BTS2", runtime=False)], ["two.lab", "one.lab"]),
    ],
    ids=[
        "master secret server",
        "administration only",
        "master that runs no host",
        "by name",
        "no computer of the group",
    ],
)
def test_the_install_order(servers: list[dict[str, t.Any]], expected: list[str]) -> None:
    assert plan(of=group(*servers)).as_result()["install_order"] == expected


@pytest.mark.parametrize(
    ("one", "two", "outcome", "install_order"),
    [
        ({}, {}, "outage", ["one.lab", "two.lab"]),
        (UPDATED, {}, "outage", ["two.lab"]),
        ({}, UPDATED, "outage", ["one.lab"]),
        (UPDATED, UPDATED, "nothing_to_do", []),
    ],
)
def test_only_computers_that_lack_the_update_are_installed(
    one: dict[str, t.Any], two: dict[str, t.Any], outcome: str, install_order: list[str]
) -> None:
    result = plan(one=one, two=two).as_result()
    assert (result["outcome"], result["install_order"]) == (outcome, install_order)
    assert result["computers"]["one.lab"]["services"] == HOST_INSTANCES


@pytest.mark.parametrize(
    ("options", "instances", "stopped"),
    [
        ({}, [ISOLATED], True),
        ({"stop_iis": "auto"}, [ISOLATED], True),
        ({"stop_iis": "auto"}, [{**ISOLATED, "server": "BTS2"}], False),
        ({"stop_iis": "auto"}, [{**ISOLATED, "type": "in_process", "disabled": False}], False),
        ({"stop_iis": "always"}, [], True),
        ({"stop_iis": "never"}, [ISOLATED], False),
    ],
)
def test_iis_is_stopped_where_a_host_is_isolated(
    options: dict[str, t.Any], instances: list[dict[str, str]], stopped: bool
) -> None:
    made = plan(of=group(host_instances=instances), **options)
    assert made.computers[0].services == (*HOST_INSTANCES, *(["W3SVC"] if stopped else []))


def test_the_operators_services_are_stopped_too() -> None:
    assert plan(stop_services=("Spooler",)).computers[1].services == (*HOST_INSTANCES, "Spooler")


def test_an_agent_that_others_stop_needs_no_host() -> None:
    assert plan(sql_hosts={}, agent="external").doubts == []


def test_all_findings_come_at_once() -> None:
    made = plan(
        one={"services": []},
        two={"processes": [CONSOLE], "product": MISSING_KEY},
        of=group(server("BTS1"), server("BTS9")),
        sql_hosts={},
    )
    assert [(finding.where, finding.rule) for finding in made.failures] == [
        ("BTS9", "R10"),
        ("BTS2", "R10"),
        ("BTS2", ""),
        ("BTS1", "R14"),
        ("BTS2", "R11"),
        ("SQL1", "R13"),
    ]
    assert made.as_result()["failures"] == [str(finding) for finding in made.failures]


DOWN = {"services": [service_row("ENTSSO"), service_row("BTSSvc$Receive", "stopped")]}


@pytest.mark.parametrize(
    ("computers", "options", "refused"),
    [
        ({"one": DOWN, "two": DOWN}, {}, True),
        ({"one": DOWN}, {}, False),
        ({"one": DOWN, "two": DOWN}, {"accept_stopped_group": True}, False),
        ({"one": DOWN, "two": DOWN}, {"of": group(host_instances=[])}, False),
        ({"one": {**DOWN, **UPDATED}, "two": {**DOWN, **UPDATED}}, {}, False),
    ],
    ids=["down", "one is down", "down on purpose", "nothing could run", "nothing to do"],
)
def test_a_group_that_is_down_already_is_not_patched(
    computers: dict[str, t.Any], options: dict[str, t.Any], *, refused: bool
) -> None:
    failures = [str(finding) for finding in plan(**computers, **options).failures]
    assert len(failures) == refused
    assert all("no host instance of the group runs" in failure for failure in failures)


@pytest.mark.parametrize(("sysadmin", "level"), [(True, None), (None, "warn"), (False, "fail")])
def test_the_installing_account_must_be_sysadmin(sysadmin: bool | None, level: str | None) -> None:
    found = [(finding.level, finding.where, finding.rule) for finding in plan(sysadmin=sysadmin).doubts]
    assert found == ([(level, "SQL1", "R4")] if level else [])


def test_the_agents_of_all_replicas_are_stopped() -> None:
    replicas = group(sql_instances=[sql_instance(), sql_instance("SQL2")])
    made = plan(of=replicas, sql_hosts={"sql1.lab": "", "sql2.lab": ""})
    assert [(agent.instance, agent.host) for agent in made.agents] == [("SQL1", "sql1.lab"), ("SQL2", "sql2.lab")]
    assert made.doubts == []
    assert [finding.where for finding in plan(of=replicas).failures] == ["SQL2"]


CLUSTERED = group(
    hosts=[{"name": "Receive", "clustered": True, "cluster_group": "BizTalk"}],
    host_instances=[
        {"server": name, "host": "Receive", "type": "in_process", "disabled": False} for name in ("BTS1", "BTS2")
    ],
)
RESOURCE = {
    "Name": "BizTalk Service : Receive",
    "OwnerGroup": "BizTalk",
    "OwnerNode": "BTS2",
    "ResourceType": "Generic Service",
    "State": "Online",
}


def test_a_clustered_host_instance_is_left_to_its_cluster() -> None:
    made = plan(of=CLUSTERED, resources={"one.lab": [RESOURCE], "two.lab": [RESOURCE]})
    assert made.doubts == []
    for computer in made.computers:
        assert computer.services == ("BTSSvc$Send",)
        assert "BTSSvc$Receive" not in computer.start_modes
    assert [[instance.stop for instance in computer.clustered] for computer in made.computers] == [[False], [True]]
    lines = [line for line in plan_lines(made, Options()) if "cluster resource" in line]
    assert lines == ["BTS2: take the cluster resource BizTalk Service : Receive offline"]


def test_a_cluster_that_tells_nothing_is_refused_before_anything_stops() -> None:
    assert [finding.where for finding in plan(of=CLUSTERED).failures] == ["Receive"]
    assert plan(of=CLUSTERED, one=UPDATED, two=UPDATED).failures == []


ADAPTER = {"Name": "Adapter.exe", "ProcessId": 1204, "SessionId": 0, "CommandLine": None}
POOLS = """APPPOOL "Orders" (MgdVersion:v4.0,MgdMode:Integrated,state:Started)
APPPOOL "Bills" (MgdVersion:v4.0,MgdMode:Integrated,state:Stopped)
APPPOOL "Others" (MgdVersion:v4.0,MgdMode:Integrated,state:Started)
"""


def test_what_the_operator_names_is_stopped() -> None:
    made = plan(
        one={"processes": [ADAPTER], "app_pools": POOLS},
        of=group(host_instances=[ISOLATED]),
        stop_iis="app_pools",
        app_pools=("orders", "Bills"),
        stop_processes=("Adapter.exe",),
    )
    one = made.computers[0]
    assert (one.services, one.app_pools) == (("BTSSvc$Receive", "BTSSvc$Send"), ("Orders",))
    assert [finding.level for finding in made.doubts] == ["warn", "warn"]
    lines = list(plan_lines(made, Options()))
    assert "BTS1: stop the application pools Orders" in lines
    assert "BTS1: end Adapter.exe (process 1204), which is not started again" in lines


def test_application_pools_are_left_alone_unless_they_are_chosen() -> None:
    made = plan(one={"app_pools": POOLS}, app_pools=("Orders",))
    assert (made.computers[0].app_pools, made.doubts) == ((), [])


@pytest.mark.parametrize("name", ["ENTSSO", "Nowhere"])
def test_a_service_that_cannot_be_meant_is_refused(name: str) -> None:
    made = plan(stop_services=(name,))
    assert [(finding.level, finding.where) for finding in made.doubts] == [("fail", "biztalk_stop_services")]
    assert plan(stop_services=(name,), one=UPDATED, two=UPDATED).doubts == []


def test_what_the_package_tells_is_among_the_findings() -> None:
    foreign = group(versions={"databases": [{"language": "DEU", "product_version": ""}], "cumulative_updates": []})
    assert [finding.rule for finding in plan(of=foreign).failures] == ["R23", "R23"]
    earlier = "Microsoft BizTalk Server 2020 Cumulative Update 3 [KB 5007969]"
    ahead = plan(one={"uninstall": [uninstall_key(earlier)]}).doubts
    assert [(finding.level, finding.where) for finding in ahead] == [("warn", earlier)]


def test_what_held_is_told_too() -> None:
    made = plan()
    assert [finding.level for finding in made.findings] == ["pass"] * len(made.findings)
    held = {finding.text: finding.rule for finding in made.findings}
    assert held.keys() >= {"the inventory is the group", "the drives have room for the updates"}
    assert set(held.values()) >= {"R3", "R4", "R10", "R11", "R13", "R14", "R17", "R19", "R23"}
    assert "PASS group: Enterprise SSO runs" in plan_lines(made, Options())
    down = {"services": [service_row("BTSSvc$Receive")]}
    assert "PASS group: Enterprise SSO runs" not in plan_lines(plan(one=down), Options())


def test_the_worst_comes_first() -> None:
    levels = [finding.level for finding in plan(one={"services": []}, close_applications=True, two=OPEN).findings]
    assert levels == sorted(levels, key=("fail", "warn", "pass").index)
    assert set(levels) == {"fail", "warn", "pass"}


def test_what_only_an_install_needs_is_not_asked_where_there_is_none() -> None:
    full = {"volumes": [{"Name": "C:\\", "FreeSpace": 0}]}
    assert [finding.where for finding in plan(one=full).failures] == ["BTS1"]
    assert plan(one={**full, **UPDATED}, two=UPDATED).failures == []
    assert plan(one={**full, **UPDATED}).failures == []


@pytest.mark.parametrize(
    ("one", "close", "failures", "levels"),
    [({}, False, 1, ["fail"]), ({}, True, 0, ["warn"]), (UPDATED, False, 0, [])],
    ids=["refused", "closed", "an application disturbs nobody where nothing is installed"],
)
def test_an_open_application(one: dict[str, t.Any], close: bool, failures: int, levels: list[str]) -> None:
    made = plan(one={**one, "processes": [CONSOLE]}, two=one, close_applications=close)
    assert (len(made.failures), [finding.level for finding in made.doubts]) == (failures, levels)


def test_the_result_is_plain_data() -> None:
    result = plan(one={"processes": [CONSOLE]}).as_result()
    assert json.loads(json.dumps(result)) == result
    computer = result["computers"]["one.lab"]
    programs = {"applications", "custom_programs", "app_pools", "clustered"}
    updates = {"installed", "updates", "unproved", "install"}
    assert computer.keys() == {"host", "name", "services", "start_modes"} | updates | programs
    assert computer["installed"][0].startswith("Microsoft BizTalk Server")
    assert (computer["host"], computer["name"]) == ("one.lab", "BTS1")
    assert result["computers"]["one.lab"]["applications"] == [
        {"name": "Administration Console", "image": "mmc.exe", "pid": 4711, "session": 2, "user": ""}
    ]
    assert result["agents"] == [
        {"instance": "SQL1", "host": "sql1.lab", "service": "SQLSERVERAGENT", "resource": None, "running": True}
    ]
    assert result["findings"][0].keys() == {"level", "where", "text", "rule"}


def test_services_that_have_to_stay_down_are_known_with_their_start_mode() -> None:
    services = [service_row("ENTSSO"), service_row("BTSSvc$A", start_mode="delayed")]
    services.append(service_row("BTSSvc$B", "stopped"))
    computer = plan(one={"services": services}).computers[0]
    assert (computer.services, computer.start_modes) == (("BTSSvc$A",), {"BTSSvc$A": "delayed", "BTSSvc$B": "auto"})
