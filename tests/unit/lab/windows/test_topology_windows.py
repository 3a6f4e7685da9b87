# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a topology file may say of a BizTalk computer, and the computer that comes of it."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab import topology
from tests.lab.paths import TOPOLOGIES
from tests.lab.topology import Behaviour, CustomProcess, CustomService, Topology, TopologyError
from tests.lab.windows.computer import biztalk_computer
from tests.unit.lab.windows.conftest import DEFAULT

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.windows.computer import Computer
    from tests.lab.world import World
    from tests.unit.lab.windows.fakes import FakeSqlInstance


def states(computer: Computer) -> dict[str, tuple[str, str, str]]:
    return {
        service.name: (service.definition.role, service.start_mode, service.state)
        for service in computer.services.all()
    }


def test_a_file_may_say_all_of_it() -> None:
    computer = {
        "name": "BTS9",
        "services": [{"name": "Adapter", "databases": ["BizTalkMsgBoxDb"], "state": "stopped"}],
        "processes": [{"image": "Receiver.exe", "user": r"LAB\svc-biztalk"}],
        "features": ["tms", "hl7"],
        "iis": False,
        "updates": ["KB5007969", "5009901"],
        "pending_restart": True,
        "free_space": 1.5,
        "behaviours": {"ENTSSO": {"stop_seconds": 4.0, "hangs": "start"}},
        "install": {"exit_codes": [1618, 0], "hangs": True, "hresult": "0x80040e14", "needs_restart": True},
    }
    parsed = Topology.load(DEFAULT, overrides={"computers": [computer]}).computers[-1]
    assert parsed.kb_numbers == ["5007969", "5009901"]
    assert parsed.behaviours["ENTSSO"] == Behaviour(stop_seconds=4.0, hangs="start")
    assert parsed.install.exit_codes == (1618, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"features": ["exchange"]},
        {"behaviours": {"ENTSSO": {"hangs": "always"}}},
        {"install": {"exit_code": 1}},
        {"services": [{"display_name": "nameless"}]},
        {"updates": [5009901]},
    ],
)
def test_what_it_may_not_say(wrong: dict[str, t.Any]) -> None:
    with pytest.raises(TopologyError, match=r"computers\.0"):
        Topology.load(DEFAULT, overrides={"computers": [{"name": "BTS1", **wrong}]})


def test_custom_services_are_adapters_in_the_states_of_the_topology(world: World, sql: FakeSqlInstance) -> None:
    spec = topology.Computer(
        "BTS9",
        services=(
            CustomService("Contoso", "Contoso Adapter", databases=("BizTalkMsgBoxDb",), depends_on=("ENTSSO",)),
            CustomService("Idle", state="stopped"),
            CustomService("Off", state="disabled"),
        ),
    )
    found = states(biztalk_computer(world, spec))
    assert [found[name] for name in ("Contoso", "Idle", "Off")] == [
        ("adapter", "auto", "running"),
        ("adapter", "auto", "stopped"),
        ("adapter", "disabled", "stopped"),
    ]
    assert "CustomAdapter on BTS9" in sql.sessions_of("BizTalkMsgBoxDb")


def test_custom_processes_run_without_a_service(world: World, sql: FakeSqlInstance) -> None:
    spec = topology.Computer("BTS9", processes=(CustomProcess("Receiver.exe", r"LAB\svc", ("BizTalkMsgBoxDb",)),))
    computer = biztalk_computer(world, spec)
    assert [process.session for process in computer.processes.all() if process.image == "Receiver.exe"] == [0]
    assert "Receiver on BTS9" in sql.sessions_of("BizTalkMsgBoxDb")


def test_features_are_services_of_biztalk(world: World) -> None:
    computer = biztalk_computer(world, topology.Computer("BTS9", features=("tms", "bam_alerts", "edi", "hl7")))
    names = [service.display_name for service in computer.services.all() if service.definition.role == "biztalk"]
    assert names == ["BizTalk TMS", "BAMAlerts", "BizTalk Base EDI Service", "HL7 Logging Service"]


@pytest.mark.parametrize(
    ("host", "iis", "there"),
    [("WebHost", None, True), ("WebHost", False, False), ("ReceiveHost", None, False), ("ReceiveHost", True, True)],
)
def test_iis_is_there_unless_the_topology_says_otherwise(
    host: str, iis: bool | None, there: bool, world: World
) -> None:
    computer = biztalk_computer(world, topology.Computer("BTS9", host_instances={host: "running"}, iis=iis))
    assert ("W3SVC" in states(computer)) is there


@pytest.mark.parametrize(("state", "mode"), [("running", "auto"), ("stopped", "auto"), ("disabled", "manual")])
def test_a_disabled_host_instance_does_not_start_by_itself(
    state: topology.InstanceState, mode: str, world: World
) -> None:
    computer = biztalk_computer(world, topology.Computer("BTS9", host_instances={"ReceiveHost": state}))
    assert states(computer)["BTSSvc$ReceiveHost"][1] == mode


def test_a_behaviour_of_a_service_that_is_not_there(world: World) -> None:
    spec = topology.Computer("BTS9", behaviours={"Nothing": Behaviour()})
    with pytest.raises(TopologyError, match=r"BTS9 has no services \['Nothing'\]"):
        biztalk_computer(world, spec)


def test_the_state_of_the_computer(world: World) -> None:
    computer = biztalk_computer(world, topology.Computer("BTS9", pending_restart=True, free_space=2.5))
    assert (computer.pending_restart, computer.free_space) == (True, 2.5)


@pytest.mark.parametrize("path", sorted(TOPOLOGIES.glob("*.yml")), ids=lambda path: path.stem)
def test_every_topology_of_the_lab_is_a_good_one(path: Path) -> None:
    topology = Topology.load(path)
    assert topology.group.master_secret_server in {computer.name for computer in topology.computers}


def test_a_mixed_group() -> None:
    computers = {computer.name: computer for computer in Topology.load(TOPOLOGIES / "mixed.yml").computers}
    assert {computer.architecture for computer in computers.values()} == {"x64", "x86"}
    assert computers["ADM1"].host_instances == {}
    assert [service.name for service in computers["BTS2"].services] == ["ContosoAdapter", "ContosoSpare"]
    assert len(Topology.load(TOPOLOGIES / "eight.yml").computers) == 8
