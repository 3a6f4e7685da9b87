# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import threading
import typing as t

import pytest

from tests.lab.windows.service import Definition, Program, Service, ServiceControlError

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.world import World
    from tests.unit.lab.windows.fakes import FakeSqlInstance

TIMEOUT = 5.0
HOUR = 3600.0


@pytest.fixture
def computer(world: World) -> Computer:
    return world.computers["BTS1"]


def get(computer: Computer, name: str) -> Service:
    service = computer.services.get(name)
    assert service is not None
    return service


def stop(computer: Computer, *names: str) -> None:
    for name in names:
        service = get(computer, name)
        service.stop("test")
        assert service.wait_for("stopped", TIMEOUT)


def log_of(world: World, *names: str) -> list[tuple[str, str]]:
    return [
        (event.kind.removeprefix("service."), event["service"])
        for event in world.events.events
        if event.kind.startswith("service.") and event["service"] in names
    ]


def test_a_service_is_found_by_either_name_in_any_case(computer: Computer) -> None:
    assert get(computer, "entsso") is get(computer, "enterprise single sign-on SERVICE")
    assert computer.services.get("Nothing") is None


def test_a_service_tells_what_it_is(computer: Computer) -> None:
    service = get(computer, "BTSSvc$ProcessingHost")
    assert service.display_name == "BizTalk Service BizTalk Group : ProcessingHost"
    assert (service.start_mode, service.account) == ("auto", r"LAB\svc-biztalk")
    assert (service.depends_on, service.description) == (("ENTSSO",), "")
    assert service.path.endswith('BTSNTSvc64.exe" -group "BizTalkGroup" -name "ProcessingHost"')
    assert service.pid in {process.pid for process in computer.processes.all()}
    assert {other.name for other in get(computer, "ENTSSO").dependents()} == {
        "RuleEngineUpdateService",
        "BTSSvc$ProcessingHost",
        "BTSSvc$ReceiveHost",
    }


def test_a_stop_takes_its_time_and_frees_the_sessions(world: World, computer: Computer, sql: FakeSqlInstance) -> None:
    world.delays = dataclasses.replace(world.delays, service_stop=HOUR)
    service = get(computer, "BTSSvc$ProcessingHost")
    pid, connected = service.pid, [session for session in sql.sessions if session.host == "BTS1"]
    service.stop("test")
    assert service.state == "stop_pending"
    assert not service.wait_for("stopped", 0.01)
    assert [session for session in sql.sessions if session.host == "BTS1"] == connected
    world.delays = dataclasses.replace(world.delays, service_stop=0.0)
    stop(computer, "BTSSvc$ReceiveHost")
    assert service.pid == pid
    assert len([session for session in sql.sessions if session.host == "BTS1"]) == len(connected) - 2


def test_a_stopped_service_has_no_process(world: World, computer: Computer) -> None:
    stop(computer, "BTSSvc$ProcessingHost")
    service = get(computer, "BTSSvc$ProcessingHost")
    assert (service.pid, service.processes) == (0, [])
    assert log_of(world, service.name) == [("stop_requested", service.name), ("stopped", service.name)]
    (ended,) = [event for event in world.events.events if event.kind == "process.ended"]
    assert (ended["image"], ended["origin"]) == ("BTSNTSvc64.exe", "service BTSSvc$ProcessingHost")


def test_a_start_takes_its_time_and_connects(world: World, computer: Computer, sql: FakeSqlInstance) -> None:
    stop(computer, "BTSSvc$ProcessingHost")
    before = len(sql.sessions)
    service = get(computer, "BTSSvc$ProcessingHost")
    service.start("sc.exe")
    assert service.wait_for("running", TIMEOUT)
    assert service.pid != 0
    assert sorted(session.database for session in sql.sessions[before:]) == ["BizTalkMgmtDb", "BizTalkMsgBoxDb"]
    requested, started = [event for event in world.events.events if event.kind.startswith("service.start")]
    assert requested.fields == {
        "computer": "BTS1",
        "service": "BTSSvc$ProcessingHost",
        "role": "host_instance",
        "origin": "sc.exe",
    }
    assert started.kind == "service.started"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        pytest.param(lambda computer: get(computer, "ENTSSO").stop("test"), 1051, id="others depend on it"),
        pytest.param(lambda computer: get(computer, "WAS").stop("test"), 1051, id="IIS depends on WAS"),
        pytest.param(lambda computer: get(computer, "Spooler").start("test"), 1056, id="it runs"),
        pytest.param(lambda computer: get(computer, "Off").start("test"), 1058, id="it is disabled"),
        pytest.param(lambda computer: get(computer, "Idle").stop("test"), 1062, id="it does not run"),
        pytest.param(lambda computer: get(computer, "Lost").start("test"), 1075, id="what it needs does not exist"),
    ],
)
def test_the_service_control_manager_refuses(
    act: t.Callable[[Computer], None], code: int, world: World, computer: Computer
) -> None:
    computer.services.add(Definition("Off", "Off", "other", (), start_mode="disabled"))
    computer.services.add(Definition("Idle", "Idle", "other", ()))
    computer.services.add(Definition("Lost", "Lost", "other", (), depends_on=("Nowhere",)))
    states = [service.state for service in computer.services.all()]
    with pytest.raises(ServiceControlError) as caught:
        act(computer)
    assert caught.value.code == code
    assert [service.state for service in computer.services.all()] == states
    assert not [event for event in world.events.events if event.kind.startswith("service.")]


@pytest.mark.parametrize(
    ("delays", "first", "second", "code"),
    [
        ({"service_stop": HOUR}, "stop", "stop", 1061),
        ({"service_stop": HOUR}, "stop", "start", 1056),
        ({"service_stop": 0.0, "service_start": HOUR}, "start", "start", 1056),
        ({"service_stop": 0.0, "service_start": HOUR}, "start", "stop", 1061),
    ],
)
def test_a_service_on_its_way_takes_no_request(
    delays: dict[str, float], first: str, second: str, code: int, world: World, computer: Computer
) -> None:
    world.delays = dataclasses.replace(world.delays, **delays)
    if first == "start":
        stop(computer, "Spooler")
    service = get(computer, "Spooler")
    getattr(service, first)("test")
    with pytest.raises(ServiceControlError) as caught:
        getattr(service, second)("test")
    assert caught.value.code == code


def test_a_service_is_not_started_while_what_it_needs_is_stopping(world: World, computer: Computer) -> None:
    stop(computer, "W3SVC")
    world.delays = dataclasses.replace(world.delays, service_stop=HOUR)
    get(computer, "WAS").stop("test")
    with pytest.raises(ServiceControlError) as caught:
        get(computer, "W3SVC").start("test")
    assert caught.value.code == 1068
    assert get(computer, "W3SVC").state == "stopped"


def test_a_start_starts_what_the_service_needs_first(world: World, computer: Computer) -> None:
    computer.services.add(Definition("Portal", "Portal", "iis", (Program("portal.exe"),), depends_on=("W3SVC",)))
    stop(computer, "W3SVC", "WAS")
    get(computer, "Portal").start("test")
    assert get(computer, "Portal").wait_for("running", TIMEOUT)
    assert log_of(world, "WAS", "W3SVC", "Portal")[-6:] == [
        ("start_requested", "WAS"),
        ("start_requested", "W3SVC"),
        ("start_requested", "Portal"),
        ("started", "WAS"),
        ("started", "W3SVC"),
        ("started", "Portal"),
    ]


def test_a_service_starts_when_what_it_needs_has_had_its_time(
    world: World, computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.services.add(Definition("Portal", "Portal", "iis", (), depends_on=("W3SVC", "IISADMIN")))
    stop(computer, "W3SVC", "WAS")
    world.delays = dataclasses.replace(world.delays, service_start=1.0)
    delays: list[float] = []
    monkeypatch.setattr(world.scheduler, "after", lambda seconds, _action: delays.append(seconds))
    get(computer, "Portal").start("test")
    assert delays == [1.0, 2.0, 3.0]


def test_a_start_fails_where_what_the_service_needs_has_gone(world: World, computer: Computer) -> None:
    stop(computer, "W3SVC")
    gate = threading.Event()

    def hold() -> None:
        gate.wait(TIMEOUT)

    world.scheduler.after(0.0, hold)
    get(computer, "W3SVC").start("test")
    # As a crash would leave it.
    get(computer, "WAS").state = "stopped"
    gate.set()
    assert get(computer, "W3SVC").wait_for("stopped", TIMEOUT)
    (failed,) = [event for event in world.events.events if event.kind == "service.start_failed"]
    assert (failed["service"], failed["reason"]) == ("W3SVC", "WAS is not running")


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("BTSSvc$ProcessingHost", "stopped"),
        ("RuleEngineUpdateService", "stopped"),
        ("W3SVC", "running"),
        ("Spooler", "running"),
    ],
)
def test_biztalk_services_give_up_on_an_inconsistent_database(
    name: str, state: t.Literal["stopped", "running"], world: World, computer: Computer, sql: FakeSqlInstance
) -> None:
    stop(computer, name)
    sql.damage("BizTalkMsgBoxDb", "test")
    service = get(computer, name)
    service.start("test")
    assert service.wait_for(state, TIMEOUT)
    failed = [event["reason"] for event in world.events.events if event.kind == "service.start_failed"]
    assert failed == ([] if state == "running" else ["inconsistent databases: BizTalkMsgBoxDb on SQL1"])
    assert bool(service.pid) is (state == "running")


def test_the_agent_is_a_service_here_and_an_engine_there(world: World, sql: FakeSqlInstance) -> None:
    computer = world.computers["SQL1"]
    assert sql.agent == ["started"]
    stop(computer, "SQLSERVERAGENT")
    assert sql.agent == ["started", "stopped"]
    get(computer, "SQLSERVERAGENT").start("test")
    assert get(computer, "SQLSERVERAGENT").wait_for("running", TIMEOUT)
    assert sql.agent == ["started", "stopped", "started"]


def test_the_log_has_a_state_before_anybody_sees_it(
    world: World, computer: Computer, sql: FakeSqlInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, seen = get(computer, "BTSSvc$ProcessingHost"), []
    emit = world.events.emit

    def watch(kind: str, **fields: t.Any) -> None:
        if kind.startswith("service."):
            seen.append((kind.removeprefix("service."), service.state))
        emit(kind, **fields)

    monkeypatch.setattr(world.events, "emit", watch)
    stop(computer, service.name)
    service.start("test")
    assert service.wait_for("running", TIMEOUT)
    stop(computer, service.name)
    sql.damage("BizTalkMsgBoxDb", "test")
    service.start("test")
    assert service.wait_for("stopped", TIMEOUT)
    stopping = [("stop_requested", "stop_pending"), ("stopped", "stop_pending")]
    starting = ("start_requested", "start_pending")
    assert seen == [
        *stopping,
        starting,
        ("started", "start_pending"),
        *stopping,
        starting,
        ("start_failed", "start_pending"),
    ]
