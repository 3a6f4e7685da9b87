# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that keeps every rule, spoiled in one way at a time: just the rules that this breaks must say so, and where."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.invariants import broken
from tests.unit.lab.invariants.runs import (
    AGENT,
    ENGINE,
    HOST,
    IDLE_HOST,
    IIS,
    KB,
    ROLES,
    SCRIPT,
    SPOOLER,
    SSO,
    Broken,
    Log,
    Spoil,
    at_install,
    case,
    event,
    good_run,
    start,
    stop,
)

if t.TYPE_CHECKING:
    from tests.lab.events import Event


def start_early(log: Log, computer: str, service: str) -> None:
    log.put_after(log.drop_service(computer, service, only="start"), "install.finished", computer="BTS1")


def start_mode(service: str, before: str, after: str) -> Event:
    role = {"computer": "BTS2", "service": service, "role": ROLES[service]}
    return event("service.start_mode", **role, origin="test", before=before, after=after)


def fail_to_start(log: Log, computer: str, service: str) -> None:
    failed = event("service.start_failed", computer=computer, service=service, role="host_instance", reason="damaged")
    log.put_after([failed], "service.started", computer=computer, service=service)
    log.drop("service.started", computer=computer, service=service)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case(
            "a host instance is left stopped",
            lambda log: log.drop_service("BTS2", HOST, only="start"),
            R7=("BTSSvc$A on BTS2 ran before and is stopped now",),
            R17=("BTSSvc$A on BTS2 ran before and is stopped now",),
        ),
        case(
            "a host instance is still starting",
            lambda log: log.drop("service.started", computer="BTS2", service=HOST),
            R7=("BTSSvc$A on BTS2 ran before and is start_pending now",),
            R17=("BTSSvc$A on BTS2 ran before and is start_pending now",),
        ),
        case(
            "a host instance fails to start",
            lambda log: fail_to_start(log, "BTS2", HOST),
            R7=("BTSSvc$A on BTS2 ran before and is stopped now",),
            R17=("BTSSvc$A on BTS2 ran before and is stopped now",),
        ),
        case(
            "SQL Server Agent is left stopped",
            lambda log: log.drop_service("SQL1", AGENT, only="start"),
            R7=("SQLSERVERAGENT on SQL1 ran before and is stopped now",),
            R17=("SQLSERVERAGENT on SQL1 ran before and is stopped now",),
        ),
        case(
            "IIS is left stopped",
            lambda log: log.drop_service("BTS3", IIS, only="start"),
            R17=("W3SVC on BTS3 ran before and is stopped now",),
        ),
        case(
            "services that nobody had to stop are left stopped",
            lambda log: log.put_before(stop("BTS1", SSO) + stop("BTS2", SPOOLER) + stop("SQL1", ENGINE), "lab.stopped"),
            R17=(
                "ENTSSO on BTS1 ran before and is stopped now",
                "Spooler on BTS2 ran before and is stopped now",
                "MSSQLSERVER on SQL1 ran before and is stopped now",
            ),
        ),
        case(
            "a service is started that did not run before",
            lambda log: log.put_before(start("BTS3", IDLE_HOST), "lab.stopped"),
            R17=("BTSSvc$B on BTS3 was started, though it did not run before",),
        ),
        case(
            "a service does not start with Windows any more",
            lambda log: log.put_before([start_mode(HOST, "auto", "manual")], "install.started", computer="BTS2"),
            R17=("the start mode of BTSSvc$A on BTS2 was auto and is manual now",),
        ),
        case(
            "a service is kept from starting with Windows for a while",
            lambda log: log.put_before(
                [start_mode(HOST, "delayed", "manual"), start_mode(HOST, "manual", "delayed")],
                "install.started",
                computer="BTS2",
            ),
        ),
        case(
            "IIS is started between two installs",
            lambda log: start_early(log, "BTS1", IIS),
            R12=at_install("W3SVC on BTS1 was running", ("BTS2", "BTS3")),
            R17=("W3SVC on BTS1 was started before the last install",),
        ),
        case(
            "SQL Server Agent is started between two installs",
            lambda log: start_early(log, "SQL1", AGENT),
            R6=at_install("SQLSERVERAGENT on SQL1 was running", ("BTS2", "BTS3")),
            R13=at_install("SQLSERVERAGENT on SQL1 was running", ("BTS2", "BTS3")),
            R17=("SQLSERVERAGENT on SQL1 was started before the last install",),
        ),
    ],
)
def test_what_runs_afterwards_with_sql(spoil: Spoil, expected: Broken) -> None:
    log = good_run(SCRIPT)
    spoil(log)
    assert broken(log) == expected


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case(
            "a host instance is not started again",
            lambda log: log.drop_service("BTS2", HOST, only="start"),
            R8=(
                "BTSSvc$A on BTS2 ran before and is stopped now",
                f"BTSSvc$A on BTS2 was not started after the install of KB{KB}",
            ),
            R17=("BTSSvc$A on BTS2 ran before and is stopped now",),
        ),
        case(
            "a host instance is never restarted",
            lambda log: log.drop_service("BTS2", HOST),
            R8=(f"BTSSvc$A on BTS2 was not started after the install of KB{KB}",),
            R11=at_install("BTSSvc$A on BTS2 was running"),
        ),
        case(
            "a host instance is started while its computer's install still runs",
            lambda log: log.put_after(log.drop_service("BTS3", HOST, only="start"), "install.started", computer="BTS3"),
            R8=(f"BTSSvc$A on BTS3 was not started after the install of KB{KB}",),
        ),
    ],
)
def test_what_runs_afterwards_without_sql(spoil: Spoil, expected: Broken) -> None:
    log = good_run()
    spoil(log)
    assert broken(log) == expected
