# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarts: what stops, what comes back, and who hears of it."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from tests.lab.windows.power import AlreadyScheduledError
from tests.lab.windows.service import Definition, Program

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.world import World
    from tests.unit.lab.windows.fakes import FakeSqlInstance

TIMEOUT = 5.0
HOUR = 3600.0


@pytest.fixture
def computer(world: World) -> Computer:
    return world.computers["BTS2"]


class Endpoint:
    def __init__(self) -> None:
        self.told: list[str] = []

    def drop_connections(self) -> None:
        self.told.append("dropped")

    def go_dark(self) -> None:
        self.told.append("dark")

    def come_back(self) -> None:
        self.told.append("back")


def restarted(computer: Computer) -> bool:
    return any(event.kind == "computer.restarted" for event in computer.world.events.events)


def wait_for_boot(computer: Computer) -> None:
    assert computer.services.wait(lambda: restarted(computer) and settled(computer), TIMEOUT)


def settled(computer: Computer) -> bool:
    return all(service.state in ("running", "stopped") for service in computer.services.all())


def test_everything_stops_while_the_computer_is_down(world: World, computer: Computer, sql: FakeSqlInstance) -> None:
    world.delays = dataclasses.replace(world.delays, restart=HOUR)
    endpoint = Endpoint()
    computer.power.endpoints.append(endpoint)
    computer.restart("test")
    assert (computer.power.up, endpoint.told) == (False, ["dark"])
    assert {service.state for service in computer.services.all()} == {"stopped"}
    assert computer.processes.all() == []
    assert [session for session in sql.sessions if session.host == "BTS2"] == []
    stops = {event["origin"] for event in world.events.events if event.kind == "service.stop_requested"}
    assert stops == {"shutdown"}
    assert computer.event_logs.newest_first("System")[-1].id == 1074
    computer.restart("twice")
    assert [event["origin"] for event in world.events.events if event.kind == "computer.restarting"] == ["test"]


def test_what_starts_by_itself_comes_back(world: World, computer: Computer) -> None:
    endpoint, boot_time = Endpoint(), computer.power.boot_time
    computer.power.endpoints.append(endpoint)
    computer.pending_restart = True
    computer.services.add(Definition("Off", "Off", "other", (Program("off.exe"),), start_mode="disabled"))
    computer.restart("test")
    wait_for_boot(computer)
    assert (computer.power.up, computer.pending_restart, endpoint.told) == (True, False, ["dark", "back"])
    assert computer.power.boot_time > boot_time
    states = {service.name: service.state for service in computer.services.all()}
    # Disabled in BizTalk Server and disabled in Windows; WAS is manual, but W3SVC needs it.
    assert {name for name, state in states.items() if state == "stopped"} == {"BTSSvc$ReceiveHost", "Off"}
    assert not [process for process in computer.processes.all() if process.image == "mmc.exe"]
    origins = {event["origin"] for event in world.events.events if event.kind == "service.start_requested"}
    assert origins == {"boot"}


def test_a_start_of_before_does_not_end_after_a_restart(world: World, computer: Computer) -> None:
    service = computer.services.add(Definition("Slow", "Slow", "other", (Program("slow.exe"),)))
    world.delays = dataclasses.replace(world.delays, service_start=0.05, restart=HOUR)
    service.start("test")
    computer.restart("test")
    assert not service.wait_for("running", 0.2)


def test_a_restart_that_was_asked_for_later(world: World, computer: Computer) -> None:
    computer.power.schedule(HOUR, "test")
    with pytest.raises(AlreadyScheduledError):
        computer.power.schedule(0.0, "test")
    assert [computer.power.abort(), computer.power.abort()] == [True, False]
    computer.power.schedule(0.0, "shutdown.exe")
    assert computer.services.wait(lambda: restarted(computer), TIMEOUT)


def test_connections_break_while_the_computer_stays_up(computer: Computer) -> None:
    endpoint = Endpoint()
    computer.power.endpoints.append(endpoint)
    computer.lose_connections()
    assert (endpoint.told, computer.power.up) == (["dropped"], True)
