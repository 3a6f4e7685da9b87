# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in which the group stays up, and what others than the run start and stop."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.invariants import broken
from tests.unit.lab.invariants.runs import (
    COMPUTERS,
    HOST,
    IDLE_HOST,
    IIS,
    KB,
    ROLES,
    RULES,
    SSO,
    Log,
    event,
    good_run,
    install,
    lab,
    not_applicable,
    package,
    start,
    stop,
)


def rolling_run(*scripts: str) -> Log:
    """One computer after the other is stopped, updated and started."""
    log = Log([lab(dict.fromkeys(COMPUTERS, "x64"), [package(name, *scripts) for name in ("x86", "x64")])])
    log.append(event("process.ended", computer="BTS2", image="mmc.exe", pid=4711, user=r"LAB\alice", origin="test"))
    for computer in COMPUTERS:
        for service in (IIS, HOST, RULES):
            log += stop(computer, service)
        log += install(computer, "x64", *scripts)
        for service in (RULES, HOST, IIS):
            log += start(computer, service)
    return log


def requested(kind: t.Literal["start", "stop"], computer: str, service: str, origin: str) -> list[t.Any]:
    done = {"start": "service.started", "stop": "service.stopped"}[kind]
    common = {"computer": computer, "service": service, "role": ROLES[service]}
    return [event(f"service.{kind}_requested", **common, origin=origin), event(done, **common)]


def test_a_rolling_run_keeps_its_rules() -> None:
    assert broken(rolling_run(), rolling=True) == {}
    assert {"R11", "R12", "R13", "R15", "R17"} <= broken(rolling_run()).keys()


def test_an_update_with_sql_is_none_for_it() -> None:
    assert {"R5", "R6", "R9"} <= broken(rolling_run("msgboxlogic.sql"), rolling=True).keys()


@pytest.mark.parametrize(
    ("service", "rule"), [(HOST, "R11"), (RULES, "R11"), (IIS, "R12")], ids=["host instance", "rule engine", "IIS"]
)
def test_the_computer_itself_is_stopped(service: str, rule: str) -> None:
    log = rolling_run()
    log.drop_service("BTS2", service)
    found = broken(log, rolling=True)
    assert found[rule] == (f"{service} on BTS2 was running when KB{KB} was installed on BTS2",)


def test_two_computers_are_never_down_together() -> None:
    log = rolling_run()
    back = log.drop_service("BTS1", HOST, only="start")
    log += back
    found = broken(log, rolling=True)
    assert found.keys() == {"rolling"}
    for computer in ("BTS2", "BTS3"):
        position = log.where("service.stop_requested", computer=computer, service=HOST)[0]
        assert f"event {position}: BTS1, {computer} lacked host instances at the same time" in found["rolling"]


@pytest.mark.parametrize("origin", ["somebody", "recovery", "setup", "boot", "cluster"])
def test_what_others_start_is_not_the_runs_doing_but_must_be_undone(origin: str) -> None:
    log = good_run("msgboxlogic.sql")
    log.put_before(requested("start", "BTS1", IDLE_HOST, origin), "install.started", computer="BTS2")
    text = f"{IDLE_HOST} on BTS1 was running"
    found = broken(log)
    assert found["R17"] == (f"{IDLE_HOST} on BTS1 did not run before and is running now",)
    assert [reason.startswith(text) for reason in found["R11"]] == [True, True]
    undone = good_run("msgboxlogic.sql")
    both = requested("start", "BTS1", IDLE_HOST, origin) + requested("stop", "BTS1", IDLE_HOST, "test")
    undone.put_before(both, "install.started", computer="BTS2")
    assert broken(undone) == {}


def test_a_restart_of_a_computer_stops_enterprise_sso_as_well() -> None:
    log = good_run("msgboxlogic.sql")
    restart = requested("stop", "BTS1", SSO, "shutdown") + requested("start", "BTS1", SSO, "boot")
    log.put_after(restart, "install.finished", computer="BTS1")
    assert broken(log) == {}
    late = good_run("msgboxlogic.sql")
    late.put_after(restart[:2], "install.finished", computer="BTS1")
    late.put_before(restart[2:], "install.finished", computer="BTS3")
    assert broken(late)["R14"] == tuple(
        f"{SSO} on BTS1 was stopped when KB{KB} was installed on {computer}" for computer in ("BTS2", "BTS3")
    )


@pytest.mark.parametrize(("reason", "judged"), [("its process was ended", True), ("it ended by itself", False)])
def test_a_service_that_has_died_does_not_run(reason: str, judged: bool) -> None:
    log = good_run("msgboxlogic.sql")
    died = event("service.died", computer="BTS1", service=HOST, role="host_instance", reason=reason)
    log.put_before([died], "lab.stopped")
    text = f"{HOST} on BTS1 ran before and is stopped now"
    assert broken(log) == ({"R7": (text,), "R17": (text,)} if judged else {})


def test_a_damaged_database_leaves_the_group_down_until_it_is_restored() -> None:
    log = good_run("msgboxlogic.sql")
    log.drop_service("BTS1", HOST, only="start")
    assert broken(log).keys() == {"R7", "R17"}
    common = {"instance": "SQL1", "database": "BizTalkMsgBoxDb"}
    log.put_before([event("database.damaged", **common, reason="test")], "install.finished", computer="BTS3")
    assert broken(log) == {}
    assert not_applicable(log)["R7"] == "damaged: BizTalkMsgBoxDb on SQL1"
    log.put_before([event("restore.database", **common, file="x", recovered=True)], "lab.stopped")
    assert broken(log).keys() == {"R7", "R17"}


def test_a_clustered_service_may_run_on_another_node_afterwards() -> None:
    log = good_run("msgboxlogic.sql")
    for item in log[0]["services"]:
        if item["service"] == HOST:
            item["cluster_group"] = "BizTalk Group"
            item["state"] = "running" if item["computer"] == "BTS1" else "stopped"
    for computer in ("BTS2", "BTS3"):
        log.drop_service(computer, HOST)
    moved = log.drop_service("BTS1", HOST, only="start")
    assert broken(log).keys() == {"R7", "R17"}
    assert len(moved) == 2
    log.put_before(start("BTS2", HOST), "lab.stopped")
    assert broken(log) == {}
