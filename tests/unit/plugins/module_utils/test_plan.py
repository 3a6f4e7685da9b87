# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._plan import Options, Plan, make_plan
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CONSOLE,
    CU4,
    MISSING_KEY,
    installer,
    package,
    raw_snapshot,
    service_row,
    snapshot,
    uninstall_key,
)

UPDATED = {"uninstall": [uninstall_key("Microsoft BizTalk Server 2020", CU4), MISSING_KEY]}
PACKAGES = {
    "64-bit": package(),
    "32-bit": package(file_name="BTS2020-KB5009901-x86-ENU.exe"),
}
X86 = {"facts": {**raw_snapshot()["facts"], "ansible_hostname": "BTS2", "ansible_architecture": "32-bit"}}
ISOLATED = {"server": "bts1", "type": "isolated"}
HOST_INSTANCES = ["BTSSvc$Receive", "BTSSvc$Send"]


def server(name: str, *, master: bool = False, runtime: bool = True) -> dict[str, t.Any]:
    return {"name": name, "master_secret_server": master, "runtime": runtime}


def group(*servers: dict[str, t.Any], **replaced: t.Any) -> dict[str, t.Any]:
    return {
        "servers": list(servers or (server("BTS1", master=True), server("bts2"))),
        "hosts": [{"name": "Receive", "clustered": False}],
        "versions": {"databases": [{"language": "ENU"}]},
        "databases": [{"availability_group": None}],
        "host_instances": [{"server": "BTS2", "type": "in_process", "disabled": False}],
        "management": {"server": "SQL1", "database": "BizTalkMgmtDb"},
        "sql_instances": [{"name": "SQL1", "agent_running": True}],
        **replaced,
    }


def plan(
    *,
    one: dict[str, t.Any] | None = None,
    two: dict[str, t.Any] | None = None,
    of: dict[str, t.Any] | None = None,
    sql_hosts: dict[str, str] | None = None,
    sysadmin: bool | None = True,
    **options: t.Any,
) -> Plan:
    """The plan for two computers of a group, given what is special about each."""
    snapshots = {"one.lab": snapshot("BTS1", **(one or {})), "two.lab": snapshot("BTS2", **(two or {}))}
    return make_plan(
        snapshots,
        group=of or group(),
        packages=PACKAGES,
        sql_hosts={"sql1.lab": ""} if sql_hosts is None else sql_hosts,
        installer=installer(sysadmin=sysadmin),
        options=Options(**options),
    )


def test_a_healthy_group_is_installed_on_every_computer() -> None:
    made = plan(two=X86)
    assert made.outcome == "outage"
    assert made.findings == ()
    assert [(computer.host, computer.package["file_name"]) for computer in made.to_install] == [
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


@pytest.mark.parametrize(
    ("instance", "sql_hosts", "host", "service"),
    [
        ("SQL1", {"sql1.lab": ""}, "sql1.lab", "SQLSERVERAGENT"),
        ("sql1\\BTS", {"SQL1": ""}, "SQL1", "SQLAgent$BTS"),
        ("SQL1", {"10.0.0.7": "sql1"}, "10.0.0.7", "SQLSERVERAGENT"),
        ("SQL2", {"sql1.lab": "", "node.lab": "SQL2"}, "node.lab", "SQLSERVERAGENT"),
        ("SQL2", {"sql1.lab": ""}, None, "SQLSERVERAGENT"),
        ("SQL1", {"sql1.lab": "OTHER"}, None, "SQLSERVERAGENT"),
        ("SQL1", {}, None, "SQLSERVERAGENT"),
    ],
)
def test_the_agent_is_stopped_through_the_host_of_its_computer(
    instance: str, sql_hosts: dict[str, str], host: str | None, service: str
) -> None:
    made = plan(of=group(sql_instances=[{"name": instance, "agent_running": None}]), sql_hosts=sql_hosts)
    (agent,) = made.agents
    assert (agent.instance, agent.host, agent.service, agent.running) == (instance, host, service, False)
    if host is None:
        (finding,) = made.failures
        assert (finding.where, finding.rule) == (instance, "R13")
        assert "add the SQL Server computer to the inventory group" in finding.text
        assert "biztalk_sql" in finding.text
    else:
        assert made.findings == ()


def test_an_agent_that_others_stop_needs_no_host() -> None:
    assert plan(sql_hosts={}, agent="external").findings == ()


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
        ("BTS1", "R14"),
        ("BTS2", ""),
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
    found = [(finding.level, finding.where, finding.rule) for finding in plan(sysadmin=sysadmin).findings]
    assert found == ([(level, "SQL1", "R4")] if level else [])


@pytest.mark.parametrize(("agent", "level"), [("managed", "fail"), ("external", "warn")])
def test_the_agents_of_all_replicas_must_be_stopped(agent: str, level: str) -> None:
    of = group(databases=[{"availability_group": "AG1"}, {"availability_group": "AG1"}])
    assert [(finding.level, finding.where) for finding in plan(of=of, agent=agent).findings] == [(level, "AG1")]
    assert plan(of=of, one=UPDATED, two=UPDATED).findings == ()


def test_a_clustered_host_is_refused_before_anything_stops() -> None:
    clustered = group(hosts=[{"name": "Receive", "clustered": True}])
    assert [finding.where for finding in plan(of=clustered).failures] == ["Receive"]
    assert plan(of=clustered, one=UPDATED, two=UPDATED).failures == []


def test_what_the_package_tells_is_among_the_findings() -> None:
    foreign = group(versions={"databases": [{"language": "DEU"}]})
    assert [finding.rule for finding in plan(of=foreign).failures] == ["R23", "R23"]
    ahead = plan(one=UPDATED).findings
    assert [(finding.level, finding.where) for finding in ahead] == [("warn", "BTS1")]


@pytest.mark.parametrize(
    ("one", "close", "failures", "levels"),
    [({}, False, 1, ["fail"]), ({}, True, 0, ["warn"]), (UPDATED, False, 0, [])],
    ids=["refused", "closed", "an application disturbs nobody where nothing is installed"],
)
def test_an_open_application(one: dict[str, t.Any], close: bool, failures: int, levels: list[str]) -> None:
    made = plan(one={**one, "processes": [CONSOLE]}, two=one, close_applications=close)
    assert (len(made.failures), [finding.level for finding in made.findings]) == (failures, levels)


def test_the_plan_in_plain_words() -> None:
    made = plan(
        one={"processes": [CONSOLE]},
        two={**UPDATED, "services": [service_row("ENTSSO")]},
        close_applications=True,
    )
    assert list(made.lines()) == [
        f"WARN BTS2: has {CU4}, which not every computer of the group has",
        "WARN BTS1: Administration Console (mmc.exe, process 4711, session 2) is open and will be closed",
        "BTS1: stop BTSSvc$Receive, BTSSvc$Send",
        "BTS1: close Administration Console (process 4711)",
        "BTS2: stop nothing (nothing of BizTalk runs here)",
        "SQL1: force a full backup of all BizTalk databases, then stop SQLSERVERAGENT",
        "BTS1: install BTS2020-KB5009901-x64-ENU.exe (computer 1 of 1)",
        "BTS2: has the update already, nothing is installed here",
        "Then SQL Server Agent and exactly the services listed above are started again.",
    ]


def test_the_plan_of_a_group_that_has_the_update() -> None:
    assert list(plan(one=UPDATED, two=UPDATED, sql_hosts={}).lines()) == [
        "FAIL SQL1: hosts BizTalk databases, but no host of the inventory group biztalk_sql is this computer, so SQL "
        "Server Agent cannot be stopped: add the SQL Server computer to the inventory group, or set biztalk_agent to "
        "external where somebody else stops it",
        "Nothing to do: every computer of the group has the update. Nothing would be stopped.",
    ]


def test_the_result_is_plain_data() -> None:
    result = plan(one={"processes": [CONSOLE]}).as_result()
    assert json.loads(json.dumps(result)) == result
    assert result["lines"][0].startswith("FAIL BTS1: ")
    computer = result["computers"]["one.lab"]
    assert computer.keys() == {"host", "name", "package", "install", "services", "applications"}
    assert (computer["host"], computer["name"]) == ("one.lab", "BTS1")
    assert result["computers"]["one.lab"]["applications"] == [
        {"name": "Administration Console", "image": "mmc.exe", "pid": 4711, "session": 2}
    ]
    assert result["agents"] == [{"instance": "SQL1", "host": "sql1.lab", "service": "SQLSERVERAGENT", "running": True}]
    assert result["findings"][0].keys() == {"level", "where", "text", "rule"}
