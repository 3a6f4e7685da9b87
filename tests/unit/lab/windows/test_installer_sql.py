# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an update with SQL does to the databases, and what goes wrong where the procedure is not kept."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.windows.installer import ANONYMOUS
from tests.unit.lab.windows.updates import (
    ADMINISTRATOR,
    NO_SYSADMIN,
    SETUP_LOG,
    WITHOUT_SQL,
    install,
    installing,
    text_of,
)

if t.TYPE_CHECKING:
    from tests.lab import topology
    from tests.lab.windows.computer import Computer
    from tests.lab.world import World
    from tests.unit.lab.windows.fakes import FakeSqlInstance


@pytest.fixture
def computer(outage: World) -> Computer:
    return outage.computers["BTS1"]


@pytest.mark.parametrize(
    ("account", "interactive", "login"),
    [
        pytest.param(NO_SYSADMIN, True, r"LAB\winadmin", id="the account is not sysadmin"),
        pytest.param(ADMINISTRATOR, False, ANONYMOUS, id="a network logon has no credentials to take along"),
    ],
)
def test_a_script_that_is_refused_damages_its_database_and_setup_goes_on(
    account: topology.Account, interactive: bool, login: str, world: World, computer: Computer, sql: FakeSqlInstance
) -> None:
    assert install(computer, account=account, interactive=interactive) == 0
    assert sql.scripts == []
    assert sql.damages == [
        ("BizTalkMsgBoxDb", f"msgboxlogic.sql was refused for {login}"),
        ("BizTalkDTADb", f"tracking.sql was refused for {login}"),
    ]
    scripts = [event for event in installing(world) if event.kind == "install.script"]
    assert [(event["account"], event["sysadmin"]) for event in scripts] == [(login, False)] * 2
    assert text_of(computer, SETUP_LOG).count("ExecuteCommand HRESULT=0x80040e14") == 2


@pytest.mark.parametrize(
    ("where", "service", "reason"),
    [
        ("BTS1", "BTSSvc$ProcessingHost", "BTSSvc$ProcessingHost ran on BTS1"),
        ("BTS2", "RuleEngineUpdateService", "RuleEngineUpdateService ran on BTS2"),
        ("BTS3", "W3SVC", "W3SVC ran on BTS3"),
        ("SQL1", "SQLSERVERAGENT", "SQLSERVERAGENT ran on SQL1"),
    ],
)
@pytest.mark.parametrize("state", ["running", "start_pending", "stop_pending"])
def test_a_service_that_runs_anywhere_damages_every_database_that_a_script_changes(
    where: str,
    service: str,
    reason: str,
    state: t.Literal["running", "start_pending", "stop_pending"],
    world: World,
    computer: Computer,
    sql: FakeSqlInstance,
) -> None:
    disturber = world.computers[where].services.get(service)
    assert disturber is not None
    disturber.state = state
    install(computer)
    assert sql.damages == [
        ("BizTalkMsgBoxDb", f"msgboxlogic.sql ran while {reason}"),
        ("BizTalkDTADb", f"tracking.sql ran while {reason}"),
    ]


def test_a_session_damages_the_database_that_it_uses(world: World, computer: Computer, sql: FakeSqlInstance) -> None:
    world.computers["BTS2"].processes.start("mmc.exe", user=r"LAB\alice", databases=("BizTalkDTADb",))
    install(computer)
    assert sql.damages == [("BizTalkDTADb", "tracking.sql ran while mmc on BTS2 used it")]


def test_an_update_without_sql_damages_nothing(world: World, computer: Computer, sql: FakeSqlInstance) -> None:
    agent = world.computers["SQL1"].services.get("SQLSERVERAGENT")
    assert agent is not None
    agent.state = "running"
    assert install(computer, WITHOUT_SQL) == 0
    assert (sql.scripts, sql.damages) == ([], [])
