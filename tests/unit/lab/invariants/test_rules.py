# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that keeps every rule, spoiled in one way at a time: just the rules that this breaks must say so, and where."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.invariants import RULES as ALL_RULES
from tests.lab.invariants import broken, judge_all
from tests.unit.lab.invariants.runs import (
    ACCOUNT,
    AGENT,
    COMPUTERS,
    DATABASES,
    ENGINE,
    HOST,
    IDLE_HOST,
    IIS,
    KB,
    RULES,
    SCRIPT,
    SPOOLER,
    SSO,
    Log,
    backup,
    event,
    good_run,
    install,
    package,
    start,
    stop,
)

Spoil = t.Callable[[Log], t.Any]
Broken = dict[str, tuple[str, ...]]

# What a rule with SQL and one without have to say where there is nothing of the kind.
NO_SQL = "no update with SQL was installed"
NOTHING = "nothing was installed"


def not_applicable(log: Log) -> dict[str, str]:
    return {verdict.rule: verdict.not_applicable for verdict in judge_all(log) if verdict.not_applicable}


def spoiled(log: Log, spoil: Spoil) -> Broken:
    spoil(log)
    return broken(log)


def at_install(text: str, computers: tuple[str, ...] = COMPUTERS) -> tuple[str, ...]:
    return tuple(f"{text} when KB{KB} was installed on {computer}" for computer in computers)


def case(name: str, spoil: Spoil, **expected: tuple[str, ...]) -> t.Any:
    return pytest.param(spoil, expected, id=name)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        pytest.param(
            good_run(SCRIPT),
            {
                "R1": "no update with only an x86 download was installed",
                "R8": "an update with SQL was installed",
            },
            id="with SQL",
        ),
        pytest.param(
            good_run(),
            {
                "R1": "no update with only an x86 download was installed",
                "R4": "no installer ran a script",
                **dict.fromkeys(("R5", "R6", "R7", "R20"), NO_SQL),
            },
            id="without SQL",
        ),
        pytest.param(
            good_run(SCRIPT, packages=("x86",), architectures={"BTS1": "x64", "BTS2": "x86"}),
            {
                "R2": "no update with separate downloads was installed",
                "R8": "an update with SQL was installed",
            },
            id="with only an x86 download",
        ),
        pytest.param(
            good_run(updated=COMPUTERS),
            {"R4": "no installer ran a script", **dict.fromkeys(ALL_RULES.keys() - {"R4", "R17"}, NOTHING)},
            id="nothing to install",
        ),
    ],
)
def test_a_good_run_breaks_no_rule(log: Log, expected: dict[str, str]) -> None:
    assert broken(log) == {}
    assert not_applicable(log) == expected


def test_every_rule_has_its_text() -> None:
    verdicts = judge_all(good_run())
    assert [verdict.rule for verdict in verdicts] == list(ALL_RULES)
    assert all(verdict.text.endswith(".") and "\n" not in verdict.text for verdict in verdicts)


def stop_late(log: Log, computer: str, service: str, *, whole: bool) -> None:
    """Let a service stop, or become stopped, only after the first install has begun."""
    events = log.drop_service(computer, service, only="stop")
    if not whole:
        log.put_before(events[:1], "backup.forced")
    log.put_after(events if whole else events[1:], "install.started", computer="BTS1")


def start_early(log: Log, computer: str, service: str) -> None:
    log.put_after(log.drop_service(computer, service, only="start"), "install.finished", computer="BTS1")


def fail_to_start(log: Log, computer: str, service: str) -> None:
    failed = event("service.start_failed", computer=computer, service=service, role="host_instance", reason="damaged")
    log.put_after([failed], "service.started", computer=computer, service=service)
    log.drop("service.started", computer=computer, service=service)


def keep_running(log: Log, computer: str, service: str) -> None:
    log.drop_service(computer, service)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        # What is stopped: R6, R11, R12, R13
        case(
            "SQL Server Agent is left running",
            lambda log: keep_running(log, "SQL1", AGENT),
            R6=at_install("SQLSERVERAGENT on SQL1 was running"),
            R13=at_install("SQLSERVERAGENT on SQL1 was running"),
        ),
        case(
            "a host instance is left running",
            lambda log: keep_running(log, "BTS3", HOST),
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
            lambda log: keep_running(log, "BTS1", IIS),
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
        # What runs all the time: R14
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
        # sp_who2: R15
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
        # The backup: R5, R20
        case(
            "the backup set lacks a database",
            lambda log: log.change({"databases": [("SQL1", name) for name in DATABASES[:2]]}, "backup.set"),
            R5=("SSODB on SQL1 is not in backup set 8",),
        ),
        case(
            "the backup set has the database of another instance",
            lambda log: log.change(
                {"databases": [("SQL1", "BizTalkMgmtDb"), ("SQL1", "BizTalkMsgBoxDb"), ("SQL2", "SSODB")]}, "backup.set"
            ),
            R5=("SSODB on SQL1 is not in backup set 8",),
        ),
        case(
            "the newest backup set lacks what an older one has",
            lambda log: log.put_after(backup("BizTalkMgmtDb", "SSODB", identity=9), "job.finished"),
            R5=("BizTalkMsgBoxDb on SQL1 is not in backup set 9",),
        ),
        case(
            "the backup set is not complete",
            lambda log: log.change({"complete": False}, "backup.set"),
            R5=("no complete full backup set was made before the first install",),
        ),
        case(
            "the backup set is one of the logs",
            lambda log: log.change({"type": "lg"}, "backup.set"),
            R5=("no complete full backup set was made before the first install",),
        ),
        case(
            "the backup set is made after the first install has begun",
            lambda log: log.put_after(log.drop("backup.set"), "install.started", computer="BTS1"),
            R5=("no complete full backup set was made before the first install",),
        ),
        case(
            "the backup set was made before the force",
            lambda log: log.put_before(log.drop("backup.set"), "backup.forced"),
            R20=("sp_ForceFullBackup was not run before the backup",),
        ),
        case(
            "no full backup is forced",
            lambda log: log.drop("backup.forced"),
            R9=tuple(f"KB{KB} has SQL, but was installed on {name} as if it had none" for name in COMPUTERS),
            R20=("sp_ForceFullBackup was not run before the backup",),
        ),
        case(
            "the job is not run",
            lambda log: log.drop("job.started"),
            R20=("the job Backup BizTalk Server did not run between sp_ForceFullBackup and the backup set",),
        ),
        case(
            "another job is run",
            lambda log: log.change({"job": "DTA Purge and Archive"}, "job.started"),
            R20=("the job Backup BizTalk Server did not run between sp_ForceFullBackup and the backup set",),
        ),
        case(
            "the job was started before the force",
            lambda log: log.put_before(log.drop("job.started"), "backup.forced"),
            R20=("the job Backup BizTalk Server did not run between sp_ForceFullBackup and the backup set",),
        ),
        # What is installed where: R2, R3, R4, R9, R10, R16
        case(
            "a computer gets the download of another architecture",
            lambda log: log.change({"architecture": "x86", "sha256": f"{KB}-x86"}, "install.started", computer="BTS2"),
            R2=("BTS2 is x64, but got the x86 download",),
        ),
        case(
            "an account that is no administrator installs",
            lambda log: log.change({"administrator": False}, "install.started", computer="BTS3"),
            R3=(rf"{ACCOUNT} is no administrator of BTS3",),
        ),
        case(
            "a script runs without sysadmin",
            lambda log: log.change({"sysadmin": False}, "install.script", computer="BTS2"),
            R4=(rf"msgboxlogic.sql ran as {ACCOUNT}, which is not sysadmin on SQL1",),
        ),
        case(
            "a script runs that Setup.xml does not name",
            lambda log: log.change({"script": "surprise.sql"}, "install.script", computer="BTS2"),
            R9=(f"KB{KB} ran ['surprise.sql'] on BTS2, which Setup.xml does not name",),
        ),
        case(
            "a computer is forgotten",
            lambda log: [log.drop(f"install.{kind}", computer="BTS3") for kind in ("started", "script", "finished")],
            R10=(f"BTS3 did not get KB{KB}",),
        ),
        case(
            "two installs overlap",
            lambda log: log.put_after(
                log.drop("install.finished", computer="BTS1"), "install.started", computer="BTS2"
            ),
            R16=("the install on BTS2 began before the one on BTS1 had ended",),
        ),
        case(
            "all installs overlap",
            lambda log: log.put_after(
                log.drop("install.finished", computer="BTS1") + log.drop("install.finished", computer="BTS2"),
                "install.started",
                computer="BTS3",
            ),
            R16=(
                "the install on BTS2 began before the one on BTS1 had ended",
                "the install on BTS3 began before the one on BTS1 had ended",
                "the install on BTS3 began before the one on BTS2 had ended",
            ),
        ),
        # What runs afterwards: R7, R17
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
def test_a_spoiled_run_with_sql(spoil: Spoil, expected: Broken) -> None:
    assert spoiled(good_run(SCRIPT), spoil) == expected


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
            lambda log: keep_running(log, "BTS2", HOST),
            R8=(f"BTSSvc$A on BTS2 was not started after the install of KB{KB}",),
            R11=at_install("BTSSvc$A on BTS2 was running"),
        ),
        case(
            "a host instance is started while its computer's install still runs",
            lambda log: log.put_after(log.drop_service("BTS3", HOST, only="start"), "install.started", computer="BTS3"),
            R8=(f"BTSSvc$A on BTS3 was not started after the install of KB{KB}",),
        ),
        case("no backup is made, and none is needed", lambda log: log.drop("backup.forced")),
        case(
            "a script runs nevertheless",
            lambda log: log.put_after(install("BTS1", "x64", SCRIPT)[1:2], "install.started", computer="BTS1"),
            R9=(f"KB{KB} ran ['msgboxlogic.sql'] on BTS1, which Setup.xml does not name",),
        ),
        case(
            "IIS is left running",
            lambda log: keep_running(log, "BTS1", IIS),
            R12=at_install("W3SVC on BTS1 was running"),
        ),
    ],
)
def test_a_spoiled_run_without_sql(spoil: Spoil, expected: Broken) -> None:
    assert spoiled(good_run(), spoil) == expected


@pytest.mark.parametrize(
    ("architectures", "updated", "expected"),
    [
        pytest.param({"BTS1": "x64", "BTS2": "x86"}, (), {}, id="both kinds of computers get it"),
        pytest.param({"BTS1": "x64", "BTS2": "x86"}, ("BTS2",), {}, id="the 32-bit computer had it before"),
        pytest.param({"BTS1": "x64", "BTS2": "x64"}, (), {}, id="there is one kind of computers"),
        pytest.param(
            {"BTS1": "x64", "BTS2": "x86"},
            None,
            {
                "R1": (f"KB{KB} has only an x86 download, and no x86 computer got it",),
                "R10": (f"BTS2 did not get KB{KB}",),
            },
            id="the 32-bit computer is forgotten",
        ),
    ],
)
def test_an_update_with_only_an_x86_download(
    architectures: dict[str, str], updated: tuple[str, ...] | None, expected: Broken
) -> None:
    log = good_run(architectures=architectures, packages=("x86",), updated=("BTS2",) if updated is None else updated)
    if updated is None:
        log[0]["computers"][1]["updates"].clear()
    assert broken(log) == expected


def test_a_computer_that_has_the_update_needs_no_install() -> None:
    assert broken(good_run(SCRIPT, updated=("BTS1",))) == {}


def test_a_computer_outside_the_group_needs_no_install() -> None:
    log = good_run(SCRIPT)
    for kind in ("started", "script", "finished"):
        log.drop(f"install.{kind}", computer="BTS3")
    log[0]["computers"][2]["in_group"] = False
    assert broken(log) == {}


def test_each_of_several_updates_is_judged() -> None:
    log = good_run(SCRIPT)
    log[0]["packages"].append(package("x64", kb="7000000"))
    log.put_after(install("BTS2", "x64", kb="7000000"), "install.finished", computer="BTS2")
    assert broken(log) == {"R10": ("BTS1 did not get KB7000000", "BTS3 did not get KB7000000")}


UNFINISHED = ("R7", "R10")


def fail(log: Log, exit_code: int | None) -> None:
    """The install on BTS2 fails, or never ends, and the run ends with it: the group stays down."""
    end = log.where("install.finished", computer="BTS2")[0]
    del log[end + (0 if exit_code is None else 1) :]
    if exit_code is not None:
        log.change({"exit_code": exit_code}, "install.finished", computer="BTS2")


@pytest.mark.parametrize(("exit_code"), [1603, 1618, None])
def test_a_run_that_stops_at_a_failed_install_breaks_no_rule(exit_code: int | None) -> None:
    log = good_run(SCRIPT)
    fail(log, exit_code)
    assert broken(log) == {}
    reason = f"an install did not succeed: KB{KB} on BTS2 ({exit_code})"
    assert {rule: text for rule, text in not_applicable(log).items() if rule in UNFINISHED} == dict.fromkeys(
        UNFINISHED, reason
    )


def test_an_install_that_never_ends_is_no_time_to_stop_enterprise_sso() -> None:
    log = good_run(SCRIPT)
    fail(log, None)
    log += stop("BTS1", SSO)
    assert broken(log) == {"R14": ("ENTSSO on BTS1 was stopped between the installs",)}


@pytest.mark.parametrize("exit_code", [3010, 1641])
def test_a_restart_that_is_needed_is_a_success(exit_code: int) -> None:
    log = good_run(SCRIPT)
    log.change({"exit_code": exit_code}, "install.finished", computer="BTS2")
    assert broken(log) == {}
    assert "R10" not in not_applicable(log)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (start("BTS1", IDLE_HOST), {"R17": ("BTSSvc$B on BTS1 was started, though it did not run before",)}),
        (
            install("BTS3", "x64", SCRIPT),
            {},
        ),
        (
            install("BTS3", "x86", SCRIPT),
            {"R2": ("BTS3 is x64, but got the x86 download",)},
        ),
    ],
    ids=["a service is started", "the others are installed", "the others get the wrong download"],
)
def test_what_is_done_after_a_failed_install_is_judged(events: list[t.Any], expected: Broken) -> None:
    log = good_run(SCRIPT)
    fail(log, 1603)
    log += events
    assert broken(log) == expected


@pytest.mark.parametrize("exit_code", [1603, None], ids=["failed", "cut off"])
def test_an_install_that_succeeds_at_the_second_attempt_is_finished(exit_code: int | None) -> None:
    log = good_run(SCRIPT)
    attempt = install("BTS2", "x64", SCRIPT, exit_code=1603)
    log.put_before(attempt[:-1] if exit_code is None else attempt, "install.started", computer="BTS2")
    assert broken(log) == {}
    assert "R10" not in not_applicable(log)


def test_an_install_that_never_ends_overlaps_with_the_next() -> None:
    log = good_run(SCRIPT)
    log.drop("install.finished", computer="BTS1")
    assert broken(log) == {
        "R16": tuple(f"the install on {name} began before the one on BTS1 had ended" for name in ("BTS2", "BTS3"))
    }
