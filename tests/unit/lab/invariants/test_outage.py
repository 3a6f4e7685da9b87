# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that keeps every rule, spoiled in one way at a time: just the rules that this breaks must say so, and where."""

from __future__ import annotations

import pytest

from tests.lab.invariants import broken
from tests.unit.lab.invariants.runs import (
    ACCOUNT,
    AGENT,
    HOST,
    IIS,
    KB,
    RULES,
    SCRIPT,
    SSO,
    Broken,
    Log,
    Spoil,
    at_install,
    case,
    fail,
    good_run,
    start,
    stop,
)


def stop_late(log: Log, computer: str, service: str, *, whole: bool) -> None:
    """Let a service stop, or become stopped, only after the first install has begun."""
    events = log.drop_service(computer, service, only="stop")
    if not whole:
        log.put_before(events[:1], "backup.forced")
    log.put_after(events if whole else events[1:], "install.started", computer="BTS1")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case(
            "SQL Server Agent is left running",
            lambda log: log.drop_service("SQL1", AGENT),
            R6=at_install("SQLSERVERAGENT on SQL1 was running"),
            R13=at_install("SQLSERVERAGENT on SQL1 was running"),
        ),
        case(
            "a host instance is left running",
            lambda log: log.drop_service("BTS3", HOST),
            R6=at_install("BTSSvc$A on BTS3 was running"),
            R11=at_install("BTSSvc$A on BTS3 was running"),
        ),
        case(
            "one service of one computer is stopped late",
            lambda log: stop_late(log, "BTS2", RULES, whole=True),
            R6=at_install("RuleEngineUpdateService on BTS2 was running", ("BTS1",)),
            R11=at_install("RuleEngineUpdateService on BTS2 was running", ("BTS1",)),
        ),
        case(
            "one service of one computer is still stopping",
            lambda log: stop_late(log, "BTS2", RULES, whole=False),
            R6=at_install("RuleEngineUpdateService on BTS2 was stop_pending", ("BTS1",)),
            R11=at_install("RuleEngineUpdateService on BTS2 was stop_pending", ("BTS1",)),
        ),
        case(
            "IIS is left running",
            lambda log: log.drop_service("BTS1", IIS),
            R12=at_install("W3SVC on BTS1 was running"),
        ),
        case(
            "the console is left open",
            lambda log: log.drop("process.ended"),
            R11=(f"mmc.exe was open on BTS2 during KB{KB}",) * 3,
        ),
        case(
            "the console is closed after the first install has begun",
            lambda log: log.put_after(log.drop("process.ended"), "install.started", computer="BTS1"),
            R11=(f"mmc.exe was open on BTS2 during KB{KB}",),
        ),
        case(
            "another process of that id was ended elsewhere",
            lambda log: log.change({"computer": "BTS1"}, "process.ended"),
            R11=(f"mmc.exe was open on BTS2 during KB{KB}",) * 3,
        ),
        case(
            "Enterprise SSO is stopped for the outage",
            lambda log: log.put_before(stop("BTS1", SSO), "backup.forced").put_before(
                start("BTS1", SSO), "service.start_requested", service=AGENT
            ),
            R14=at_install("ENTSSO on BTS1 was stopped"),
        ),
        case(
            "Enterprise SSO is restarted between two installs",
            lambda log: log.put_after(stop("BTS3", SSO) + start("BTS3", SSO), "install.finished", computer="BTS1"),
            R14=("ENTSSO on BTS3 was stopped between the installs",),
        ),
        case(
            "Enterprise SSO stops during the last install",
            lambda log: log.put_after(stop("BTS3", SSO), "install.started", computer="BTS3").put_before(
                start("BTS3", SSO), "service.start_requested", service=AGENT
            ),
            R14=("ENTSSO on BTS3 was stopped between the installs",),
        ),
        case(
            "nobody looks at sp_who2",
            lambda log: log.drop("sql.who"),
            R15=("nobody looked at sp_who2 of SQL1 between the last stop and the first install",),
        ),
        case(
            "the look at sp_who2 comes before the last stop",
            lambda log: log.put_before(log.drop("sql.who"), "service.stop_requested", service=AGENT),
            R15=("nobody looked at sp_who2 of SQL1 between the last stop and the first install",),
        ),
        case(
            "the look at sp_who2 comes after the first install has begun",
            lambda log: log.put_after(log.drop("sql.who"), "install.started", computer="BTS1"),
            R15=("nobody looked at sp_who2 of SQL1 between the last stop and the first install",),
        ),
        case(
            "the last look is a busy one",
            lambda log: log.change({"busy": 2}, "sql.who", busy=0),
            R15=("2 sessions used the BizTalk databases of SQL1 when the first install began",),
        ),
        case(
            "one of two instances is neither backed up nor looked at",
            lambda log: log[0]["databases"].append({"instance": "SQL2", "name": "BizTalkDTADb"}),
            R5=("BizTalkDTADb on SQL2 is not in backup set 8",),
            R15=("nobody looked at sp_who2 of SQL2 between the last stop and the first install",),
        ),
        case(
            "a script runs without sysadmin",
            lambda log: log.change({"sysadmin": False}, "install.script", computer="BTS2"),
            R4=(rf"msgboxlogic.sql ran as {ACCOUNT}, which is not sysadmin on SQL1",),
        ),
    ],
)
def test_the_state_of_the_group_with_sql(spoil: Spoil, expected: Broken) -> None:
    log = good_run(SCRIPT)
    spoil(log)
    assert broken(log) == expected


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case(
            "IIS is left running",
            lambda log: log.drop_service("BTS1", IIS),
            R12=at_install("W3SVC on BTS1 was running"),
        ),
    ],
)
def test_the_state_of_the_group_without_sql(spoil: Spoil, expected: Broken) -> None:
    log = good_run()
    spoil(log)
    assert broken(log) == expected


def test_an_install_that_never_ends_is_no_time_to_stop_enterprise_sso() -> None:
    log = good_run(SCRIPT)
    fail(log, None)
    log += stop("BTS1", SSO)
    assert broken(log) == {"R14": ("ENTSSO on BTS1 was stopped between the installs",)}


def test_a_clustered_enterprise_sso_runs_on_one_node() -> None:
    log = good_run(SCRIPT)
    for item in log[0]["services"]:
        if item["service"] == SSO and item["computer"] != "BTS3":
            item["cluster_group"] = "SSO"
            item["state"] = "running" if item["computer"] == "BTS1" else "stopped"
    assert broken(log) == {}
    for item in log[0]["services"]:
        if item["service"] == SSO and item["computer"] == "BTS1":
            item["state"] = "stopped"
    assert set(broken(log)) == {"R14"}
