# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that do not do what they are told: slow, hanging, dying and resurrecting ones."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from tests.lab.topology import Behaviour

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.windows.service import Service
    from tests.lab.world import World

TIMEOUT = 5.0
HOST, RULES, SPOOLER = "BTSSvc$ProcessingHost", "RuleEngineUpdateService", "Spooler"


@pytest.fixture
def computer(world: World) -> Computer:
    world.topology = dataclasses.replace(
        world.topology, delays=dataclasses.replace(world.topology.delays, scale=0.0001)
    )
    return world.computers["BTS1"]


def behaving(computer: Computer, name: str, **behaviour: t.Any) -> Service:
    service = computer.services.get(name)
    assert service is not None
    service.behaviour = Behaviour(**behaviour)
    return service


def stop(service: Service) -> None:
    service.stop("test")
    assert service.wait_for("stopped", TIMEOUT)


def origins(world: World, service: Service) -> list[str]:
    return [
        event["origin"]
        for event in world.events.events
        if event.kind == "service.start_requested" and event["service"] == service.name
    ]


def messages(computer: Computer, log: str = "System") -> list[tuple[int, str]]:
    return [(entry.id, entry.message) for entry in computer.event_logs.newest_first(log)]


def test_a_behaviour_of_the_topology_lives_by_its_scale(world: World, computer: Computer) -> None:
    definition = computer.services.all()[0].definition
    service = computer.services.add(definition, Behaviour(stop_seconds=2000.0, dies_after=10.0, start_failures=3))
    assert service.behaviour == Behaviour(stop_seconds=0.2, dies_after=0.001, start_failures=3)


@pytest.mark.parametrize("verb", ["start", "stop"])
def test_a_service_has_its_own_time(
    verb: t.Literal["start", "stop"], world: World, computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[float] = []
    service = behaving(computer, SPOOLER, start_seconds=40.0, stop_seconds=50.0)
    if verb == "start":
        service.state = "stopped"
    monkeypatch.setattr(world.scheduler, "after", lambda seconds, _action: delays.append(seconds))
    getattr(service, verb)("test")
    assert delays == [40.0 if verb == "start" else 50.0]


def test_a_stop_that_hangs_ends_with_the_process(computer: Computer) -> None:
    service = behaving(computer, HOST, hangs="stop")
    service.stop("test")
    assert not service.wait_for("stopped", 0.05)
    computer.processes.end(service.pid, "taskkill.exe")
    assert (service.state, service.pid, service.exit_code) == ("stopped", 0, 0)


def test_a_start_that_hangs_has_a_process_and_dies_with_it(computer: Computer) -> None:
    service = behaving(computer, SPOOLER, hangs="start")
    stop(service)
    service.start("test")
    assert not service.wait_for("running", 0.05)
    assert (service.state, service.pid > 0) == ("start_pending", True)
    computer.processes.end(service.pid, "taskkill.exe")
    assert (service.state, service.exit_code) == ("stopped", 1067)


def test_somebody_starts_a_service_again_but_only_once(world: World, computer: Computer) -> None:
    service = behaving(computer, RULES, resurrects_after=0.01)
    stop(service)
    assert service.wait_for("running", TIMEOUT)
    stop(service)
    assert not service.wait_for("running", 0.05)
    assert origins(world, service) == ["somebody"]


def test_a_service_that_is_up_again_is_not_resurrected(world: World, computer: Computer) -> None:
    service = behaving(computer, RULES, resurrects_after=0.05)
    stop(service)
    service.start("test")
    assert service.wait_for("running", TIMEOUT)
    assert not service.wait_for("stopped", 0.1)
    assert origins(world, service) == ["test"]


def test_a_service_dies_some_time_after_its_start(world: World, computer: Computer) -> None:
    service = behaving(computer, RULES, dies_after=0.01)
    stop(service)
    service.start("test")
    assert service.wait_for("running", TIMEOUT)
    assert service.wait_for("stopped", TIMEOUT)
    assert (service.exit_code, service.pid) == (1067, 0)
    assert messages(computer) == [
        (7034, "The Rule Engine Update Service service terminated unexpectedly.  It has done this 1 time(s).")
    ]
    (died,) = [event for event in world.events.events if event.kind == "service.died"]
    assert died.fields == {"computer": "BTS1", "service": RULES, "role": "rule_engine", "reason": "it ended by itself"}
    service.start("test")
    assert service.wait_for("running", TIMEOUT)
    assert not service.wait_for("stopped", 0.05)


def test_a_host_instance_that_was_killed_is_started_again(world: World, computer: Computer) -> None:
    service = behaving(computer, HOST)
    computer.processes.end(service.pid, "taskkill.exe")
    assert service.state == "stopped"
    assert service.wait_for("running", TIMEOUT)
    assert origins(world, service) == ["recovery"]
    ((number, message),) = messages(computer)
    assert number == 7031
    assert message.endswith("in 60000 milliseconds: Restart the service.")


def test_the_first_starts_may_fail(computer: Computer) -> None:
    service = behaving(computer, SPOOLER, start_failures=2)
    stop(service)
    codes = []
    for _attempt in range(3):
        service.start("test")
        computer.services.wait(lambda: service.state in ("running", "stopped"), TIMEOUT)
        codes.append((service.state, service.exit_code))
    assert codes == [("stopped", 1053), ("stopped", 1053), ("running", 0)]
    assert messages(computer)[0] == (
        7000,
        "The Print Spooler service failed to start due to the following error: \n"
        "The service did not respond to the start or control request in a timely fashion.",
    )


def test_an_inconsistent_database_is_told_in_the_application_log(world: World, computer: Computer) -> None:
    service = behaving(computer, RULES)
    stop(service)
    world.instances["SQL1"].damage("BizTalkMsgBoxDb", "test")
    service.start("test")
    assert service.wait_for("stopped", TIMEOUT)
    assert service.exit_code == 1066
    ((number, message),) = messages(computer, "Application")
    assert number == 5410
    assert "inconsistent databases: BizTalkMsgBoxDb on SQL1" in message
    assert messages(computer)[0][0] == 7024


@pytest.mark.parametrize(("state", "code"), [("running", 0), ("stopped", 1077)])
def test_a_service_that_was_never_started_says_so(state: str, code: int, world: World) -> None:
    services = [service for service in world.computers["BTS3"].services.all() if service.state == state]
    assert services
    assert {service.exit_code for service in services} == {code}
