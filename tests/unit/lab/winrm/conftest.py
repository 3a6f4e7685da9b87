# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated computer whose SQL Server is a fake, and how the tests run modules and programs on it."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab.events import Event, EventLog
from tests.lab.packages.spec import PackageSpec
from tests.lab.scheduler import Scheduler
from tests.lab.topology import Topology
from tests.lab.windows.computer import Computer, biztalk_computer
from tests.lab.winrm.execution import execute
from tests.lab.winrm.jobs import Jobs
from tests.lab.winrm.session import Session
from tests.lab.world import World

DEFAULT = Path(__file__).parents[4] / "tests" / "lab" / "topologies" / "default.yml"
PASSWORD = "Patch-Me-2020!"
DELAYS = {"scale": 1.0, "service_start": 0.02, "service_stop": 0.02, "session_linger": 0.0, "install": 0.02}


@dataclass
class FakeSession:
    spid: int = 51

    def end(self) -> None:
        pass


@dataclass
class FakeInstance:
    """A SQL Server that accepts everybody and runs every script."""

    name: str = "SQL1"
    damage_reports: list[str] = field(default_factory=list)

    def open_session(self, *, host: str, program: str, login: str, database: str) -> FakeSession:
        return FakeSession()

    def sessions_of(self, database: str) -> list[str]:
        return []

    def agent_started(self) -> None:
        pass

    def agent_stopped(self) -> None:
        pass

    def is_sysadmin(self, login: str) -> bool:
        return login == r"LAB\patchadmin"

    def run_update_script(self, *, database: str, script: str, login: str, kb: str) -> None:
        pass

    def damage(self, database: str, reason: str) -> None:
        self.damage_reports.append(reason)

    def damaged(self) -> list[str]:
        return []


@pytest.fixture
def world(tmp_path: Path) -> t.Iterator[World]:
    topology = Topology.load(DEFAULT, overrides={"delays": DELAYS})
    events, scheduler = EventLog(tmp_path / "events.jsonl"), Scheduler()
    world = World(topology, topology.delays.scaled, events, scheduler, instances={"SQL1": FakeInstance()})
    for spec in topology.computers:
        world.computers[spec.name] = biztalk_computer(world, spec)
    yield world
    scheduler.close()
    events.close()


@pytest.fixture
def computer(world: World) -> Computer:
    """BTS2: an Administration Console is open on it, and the instance of ReceiveHost is not running."""
    return world.computers["BTS2"]


@pytest.fixture
def session(computer: Computer) -> Session:
    return Session(computer, computer.logon(r"LAB\patchadmin", PASSWORD))


@dataclass
class Runner:
    """Runs modules as the payload of a task does."""

    session: Session
    jobs: Jobs = field(default_factory=Jobs)

    def __call__(self, module: str, *, check: bool = False, diff: bool = False, **options: t.Any) -> dict[str, t.Any]:
        name = f"ansible_collections.ansible.windows.plugins.modules.{module}"
        return execute(name, {**options, "_ansible_check_mode": check, "_ansible_diff": diff}, self.session, self.jobs)

    def events(self, kind: str) -> list[Event]:
        return [event for event in self.session.computer.world.events.events if event.kind == kind]


@pytest.fixture
def run(session: Session) -> Runner:
    return Runner(session)


@pytest.fixture
def package(world: World, computer: Computer) -> str:
    """The path of an update without SQL on the computer."""
    content = b"MZ an update"
    spec = PackageSpec(
        kb="5007969", title="CU3 [KB 5007969]", version="3.13.812.0", architecture="x64", dlls=("a.dll",)
    )
    world.packages[hashlib.sha256(content).hexdigest()] = spec
    computer.files.make_dir(r"C:\Stage")
    computer.files.write(r"C:\Stage\update.exe", content, "test")
    return r"C:\Stage\update.exe"
