# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollback with SQL that keeps every rule, spoiled in one way at a time: R19, R21, R22."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.invariants import RULES, judge_all
from tests.lab.invariants import broken as broken_rules
from tests.unit.lab.invariants.runs import (
    AGENT,
    COMPUTERS,
    DATABASES,
    HOST,
    IIS,
    KB,
    MASTER,
    NO_ROLLBACK,
    SCRIPT,
    SSO,
    Broken,
    Log,
    Spoil,
    case,
    event,
    good_run,
    install,
    start,
    stop,
)
from tests.unit.lab.invariants.runs import (
    RULES as RULE_ENGINE,
)

if t.TYPE_CHECKING:
    from tests.lab.events import Event

ROLLBACK = ("R19", "R21", "R22")
OTHER_COMPUTERS = [computer for computer in COMPUTERS if computer != MASTER]


def file_of(database: str, number: int = 8) -> str:
    return f"D:\\Backup\\{database}_{number}.bak"


def saved(number: int) -> list[Event]:
    return [
        event(
            "backup.database", instance="SQL1", database=name, backup_set=number, type="db", file=file_of(name, number)
        )
        for name in DATABASES
    ]


def uninstall(computer: str, exit_code: int = 0) -> list[Event]:
    return [
        event("uninstall.started", computer=computer, kb=KB, account="x"),
        event("uninstall.finished", computer=computer, kb=KB, exit_code=exit_code),
    ]


def restore(number: int = 8) -> list[Event]:
    log = []
    for name in reversed(DATABASES):
        common = {"instance": "SQL1", "database": name, "file": file_of(name, number)}
        log += [event("restore.started", **common), event("restore.database", **common, recovered=False)]
    log += [
        event("restore.database", instance="SQL1", database=name, file=None, recovered=True)
        for name in reversed(DATABASES)
    ]
    return log


def rolled_back() -> Log:
    """An update was installed and is taken back, as the KB says."""
    log = good_run(SCRIPT)
    end = log.pop()
    for number in (8, 9):
        log[1:1] = saved(number)
    for computer in COMPUTERS:
        for service in (IIS, HOST, RULE_ENGINE):
            log += stop(computer, service)
    log += stop("SQL1", AGENT)
    for computer in (*OTHER_COMPUTERS, MASTER):
        log += stop(computer, SSO)
    for computer in COMPUTERS:
        log += uninstall(computer)
    log += restore()
    for computer in COMPUTERS:
        for service in (SSO, RULE_ENGINE, HOST, IIS):
            log += start(computer, service)
    log += start("SQL1", AGENT)
    log.append(end)
    return log


def last(log: Log, kind: str, **fields: t.Any) -> int:
    return log.where(kind, **fields)[-1]


def without(log: Log, *positions: int) -> list[Event]:
    taken = [log[position] for position in positions]
    for position in sorted(positions, reverse=True):
        del log[position]
    return taken


def to_the_end(log: Log, *kinds: str, **fields: t.Any) -> None:
    """The last events of these kinds happen after everything was started again."""
    log[-1:-1] = without(log, *(last(log, kind, **fields) for kind in kinds))


def elsewhere(log: Log) -> None:
    for kind in ("restore.started", "restore.database"):
        log.change({"instance": "SQL2"}, kind, database="SSODB")


def from_file(log: Log, file: str) -> None:
    log.change({"file": file}, "restore.started", database="SSODB")
    log.change({"file": file}, "restore.database", database="SSODB", recovered=False)


def uninstall_fails(log: Log) -> None:
    log.change({"exit_code": 1603}, "uninstall.finished")
    for kind in ("restore.started", "restore.database"):
        log.drop(kind)


def broken(log: Log) -> Broken:
    """The other rules are about installs, and have their own tests."""
    return {verdict.rule: verdict.broken for verdict in judge_all(log) if verdict.rule in ROLLBACK and not verdict.held}


def test_a_good_rollback_breaks_no_rule() -> None:
    log = rolled_back()
    assert broken(log) == {}
    assert not NO_ROLLBACK.keys() & {verdict.rule for verdict in judge_all(log) if verdict.not_applicable}
    assert set(ROLLBACK) <= RULES.keys()


def test_a_rollback_that_stops_in_the_middle_and_starts_nothing_breaks_no_rule() -> None:
    log = rolled_back()
    del log[last(log, "restore.started", database="BizTalkMgmtDb") + 1 :]
    assert broken(log) == {}


def test_a_restore_that_is_repeated_counts_with_its_last_time() -> None:
    log = rolled_back()
    position = log.where("restore.started")[0]
    log[position:position] = restore()[:3]
    assert broken(log) == {}


STARTED = f"was started after KB{KB} was uninstalled, and not all databases were restored"
HALF = "was not restored when the group was started again"
EVERY_START = tuple(
    f"{service} on {computer} {STARTED}" for computer in COMPUTERS for service in (RULE_ENGINE, HOST, IIS)
)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        case(
            "nothing is restored at all",
            lambda log: (log.drop("restore.started"), log.drop("restore.database")),
            R19=EVERY_START,
        ),
        case(
            "one database is not restored",
            lambda log: (
                log.drop("restore.started", database="SSODB"),
                log.drop("restore.database", database="SSODB"),
            ),
            R19=EVERY_START,
            R21=(f"SSODB on SQL1 {HALF}",),
        ),
        case(
            "one database is left restoring",
            lambda log: log.drop("restore.database", database="SSODB", recovered=True),
            R19=EVERY_START,
            R21=(f"SSODB on SQL1 {HALF}",),
        ),
        case(
            "one database is restored again and left half",
            lambda log: log.put_after(
                [event("restore.started", instance="SQL1", database="SSODB", file=file_of("SSODB"))],
                "restore.database",
                database="BizTalkMgmtDb",
                recovered=True,
            ),
            R19=EVERY_START,
            R21=(f"SSODB on SQL1 {HALF}",),
        ),
        case(
            "the database of the same name on another instance is restored",
            elsewhere,
            R19=EVERY_START,
            R21=(f"SSODB on SQL1 {HALF}", "the databases come from several backup sets: a set from before, set 8"),
        ),
        case(
            "one database comes from another set",
            lambda log: from_file(log, file_of("SSODB", 9)),
            R21=("the databases come from several backup sets: set 8, set 9",),
        ),
        case(
            "one database comes from a set from before",
            lambda log: from_file(log, "D:\\old.bak"),
            R21=("the databases come from several backup sets: a set from before, set 8",),
        ),
        case(
            "a host instance is started too early",
            lambda log: log.put_before(start("BTS1", HOST), "restore.database", database="BizTalkMgmtDb"),
            R19=(f"{HOST} on BTS1 {STARTED}",),
            R21=(
                "BizTalkMgmtDb on SQL1 was not restored when the group was started again",
                "BizTalkMsgBoxDb on SQL1 was not restored when the group was started again",
                "SSODB on SQL1 was not restored when the group was started again",
            ),
        ),
        case(
            "the Agent is not stopped",
            lambda log: without(
                log, *(last(log, f"service.{kind}", service=AGENT) for kind in ("stop_requested", "stopped"))
            ),
            R21=(f"{AGENT} on SQL1 was running when SSODB was restored",),
        ),
        case(
            "Enterprise SSO is not stopped",
            lambda log: log.drop_service("BTS2", SSO, only="stop"),
            R21=(
                f"{SSO} on BTS2 was running when SSODB was restored",
                f"{SSO} on BTS2 was running when that of the master secret server BTS1 was stopped",
            ),
        ),
        case(
            "the master secret server stops before another computer",
            lambda log: log.put_after(
                log.drop_service("BTS3", SSO, only="stop"), "service.stopped", computer=MASTER, service=SSO
            ),
            R21=(f"{SSO} on BTS3 was running when that of the master secret server BTS1 was stopped",),
        ),
        case(
            "the master secret server starts after another computer",
            lambda log: log.put_after(
                log.drop_service(MASTER, SSO, only="start"), "service.started", computer="BTS2", service=SSO
            ),
            R21=(f"{SSO} on BTS2 was started while that of the master secret server BTS1 was stopped",),
        ),
        case(
            "it is uninstalled after the restore",
            lambda log: to_the_end(log, "uninstall.started", "uninstall.finished", computer="BTS3"),
            R21=(f"KB{KB} was uninstalled from BTS3 after the restore had begun",),
        ),
        case(
            "somebody runs a script",
            lambda log: log.put_after(
                [event("process.started", computer="SQL1", image="sqlcmd.exe", pid=1, user="x")],
                "uninstall.finished",
            ),
            R22=("sqlcmd.exe ran on SQL1",),
        ),
        case(
            "a script of the update runs by itself",
            lambda log: log.put_after(
                [item for item in install("BTS1", "x64", SCRIPT) if item.kind == "install.script"],
                "restore.database",
            ),
            R22=(f"{SCRIPT} ran in BizTalkMsgBoxDb on SQL1",),
        ),
    ],
)  # fmt: skip
def test_a_rollback(spoil: Spoil, expected: Broken) -> None:
    log = rolled_back()
    spoil(log)
    assert broken(log) == expected


NO_SQL_ROLLBACK: dict[str, Spoil] = {
    "the update has no SQL": lambda log: (
        [item.update(sql_scripts=[]) for item in log[0]["packages"]],
        [log.drop(kind) for kind in ("install.script", "restore.started", "restore.database")],
    ),
    "the uninstall fails": uninstall_fails,
    "it is installed again afterwards, with its script": lambda log: log.put_before(
        install("BTS1", "x64", SCRIPT), "lab.stopped"
    ),
}


@pytest.mark.parametrize("spoil", NO_SQL_ROLLBACK.values(), ids=NO_SQL_ROLLBACK)
def test_what_is_none(spoil: Spoil) -> None:
    log = rolled_back()
    spoil(log)
    assert broken(log) == {}


SSO_OF_OTHERS: dict[str, Spoil] = {
    "Windows starts it on another computer first": lambda log: log.put_before(
        [
            event("service.start_requested", computer="BTS2", service=SSO, role="sso", origin="boot"),
            event("service.started", computer="BTS2", service=SSO, role="sso"),
            *stop("BTS2", SSO),
        ],
        "uninstall.started",
    ),
    "the master secret server is restarted when its own was started": lambda log: (
        log.put_after(
            [
                event("service.stop_requested", computer=MASTER, service=SSO, role="sso", origin="shutdown"),
                event("service.stopped", computer=MASTER, service=SSO, role="sso"),
            ],
            "service.started",
            computer=MASTER,
            service=SSO,
        ),
        log.put_before(start(MASTER, SSO), "lab.stopped"),
    ),
    "the master secret server is a computer of its own": lambda log: log[0].fields.update(master_secret_server="SSO1"),
}


@pytest.mark.parametrize("spoil", SSO_OF_OTHERS.values(), ids=SSO_OF_OTHERS)
def test_sso_that_is_not_out_of_order(spoil: Spoil) -> None:
    log = rolled_back()
    spoil(log)
    assert broken(log) == {}


def taken_back_after_a_failure() -> Log:
    """The install on the second computer fails, the third one gets none, and the first is rolled back."""
    log = rolled_back()
    log.change({"exit_code": 1603}, "install.finished", computer="BTS2")
    for kind in ("install.started", "install.script", "install.finished"):
        log.drop(kind, computer="BTS3")
    for computer in OTHER_COMPUTERS:
        for kind in ("uninstall.started", "uninstall.finished"):
            log.drop(kind, computer=computer)
    return log


def test_after_a_rollback_everything_runs_again_whatever_failed_before() -> None:
    log = taken_back_after_a_failure()
    assert broken_rules(log) == {}
    log.drop_service("BTS3", HOST, only="start")
    left = (f"{HOST} on BTS3 ran before and is stopped now",)
    assert broken_rules(log) == {"R7": left, "R17": left}


def test_a_rollback_that_is_followed_by_another_failed_install_leaves_the_group_down() -> None:
    log = taken_back_after_a_failure()
    log.drop_service("BTS3", HOST, only="start")
    log.put_before(install("BTS2", "x64", SCRIPT, exit_code=1603), "lab.stopped")
    assert not broken_rules(log).keys() & {"R7"}
