# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""patch.yml with one rule broken on purpose: the invariants over the event log must catch it."""

from __future__ import annotations

import shutil
import typing as t
from dataclasses import dataclass

import pytest
import yaml

from tests.integration.runs import CLOSE_APPLICATIONS, run
from tests.lab.invariants import broken
from tests.lab.paths import SINGLE_TOPOLOGY, SMALL_TOPOLOGY
from tests.setup.paths import ROOT

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.lab import Lab

Yaml = list[dict[str, t.Any]]
FILES = ("patch.yml", "tasks/outage.yml")
STOP, INSTALL = "Stop the group and back it up", "Install the update on one computer after the other"
START = "Start the group again"
SERVICE = "ansible.windows.win_service"
IDLE = "See that the databases are idle"


@dataclass(frozen=True)
class Patch:
    """patch.yml in a copy of the folder `playbooks`, with the tasks that stop the group and back it up."""

    folder: Path
    plays: Yaml
    outage: Yaml

    @classmethod
    def in_copy(cls, folder: Path) -> Patch:
        shutil.copytree(ROOT / "playbooks", folder)
        return cls(folder, *(yaml.safe_load((folder / file).read_text(encoding="utf-8")) for file in FILES))

    def save(self) -> str:
        """The path of the playbook."""
        for file, content in zip(FILES, (self.plays, self.outage), strict=True):
            (self.folder / file).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return str(self.folder / FILES[0])

    def play(self, name: str) -> dict[str, t.Any]:
        return next(play for play in self.plays if play.get("name") == name)


def without(*names: str) -> Callable[[Patch], None]:
    """Leave tasks out that stop the group and back it up, by their names."""

    def mutate(patch: Patch) -> None:
        block = patch.outage[0]["block"]
        left = [task for task in block if task["name"] not in names]
        assert len(left) == len(block) - len(names)
        block[:] = left

    return mutate


def before_install(task: dict[str, t.Any]) -> Callable[[Patch], None]:
    """Do something else on each computer right before its install."""
    return lambda patch: patch.play(INSTALL).update(pre_tasks=[task])


def all_at_once(patch: Patch) -> None:
    install = patch.play(INSTALL)
    del install["serial"]
    # The role does not begin before the computers ahead are proved to have the update: pretend that they are.
    install["pre_tasks"] = [{"ansible.builtin.set_fact": {"install_proved": True}}]


def forget_the_last_computer(patch: Patch) -> None:
    order = next(task for task in patch.play(STOP)["tasks"] if "ansible.builtin.add_host" in task)
    order["loop"] = "{{ preflight_plan.install_order[:-1] }}"


def leave_it_down(patch: Patch) -> None:
    patch.plays.remove(patch.play(START))


def start_too_much(patch: Patch) -> None:
    patch.play(START)["tasks"].append({SERVICE: {"name": "BTSSvc$ReceiveHost", "state": "started"}})


@dataclass(frozen=True)
class Mutation:
    name: str
    mutate: Callable[[Patch], None]
    rules: frozenset[str]
    topology: Path = SINGLE_TOPOLOGY
    long: bool = True


MUTATIONS = [
    Mutation("serial: 1 removed", all_at_once, frozenset({"R16"}), SMALL_TOPOLOGY),
    Mutation("agent left running", without("Stop SQL Server Agent", IDLE), frozenset({"R6", "R13"}), long=False),
    Mutation("nobody looks at sp_who2", without(IDLE), frozenset({"R15"})),
    Mutation(
        "no backup",
        without("Back up the databases", "Record the backup set"),
        frozenset({"R5", "R9", "R20"}),
        long=False,
    ),
    # With the Agent's stop goes the second look at the services, which would stop them all.
    Mutation(
        "nothing stopped",
        without("Stop everything on all computers", "Stop SQL Server Agent", IDLE),
        frozenset({"R6", "R11", "R12"}),
    ),
    Mutation("a computer forgotten", forget_the_last_computer, frozenset({"R10"}), SMALL_TOPOLOGY),
    Mutation("left down", leave_it_down, frozenset({"R7", "R17"})),
    Mutation("too much started", start_too_much, frozenset({"R17"})),
    Mutation(
        "Enterprise SSO stopped", before_install({SERVICE: {"name": "ENTSSO", "state": "stopped"}}), frozenset({"R14"})
    ),
    Mutation(
        "a service started early", before_install({SERVICE: {"name": "W3SVC", "state": "started"}}), frozenset({"R12"})
    ),
]


@pytest.mark.parametrize(
    "mutation",
    [pytest.param(it, id=it.name, marks=[pytest.mark.long] if it.long else []) for it in MUTATIONS],
)
def test_a_broken_rule_is_caught(mutation: Mutation, open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    patch = Patch.in_copy(tmp_path / "playbooks")
    mutation.mutate(patch)
    playbook = patch.save()

    with open_lab(mutation.topology, computers=[{"name": "BTS1", "host_instances": {"ReceiveHost": "stopped"}}]) as lab:
        result = run(playbook, lab, *CLOSE_APPLICATIONS)

    assert mutation.rules <= broken(lab.events.events).keys(), result.stdout
