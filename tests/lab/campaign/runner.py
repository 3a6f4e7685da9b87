# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs cases: a run that is struck, and the next command for as long as there is one."""

from __future__ import annotations

import re
import time
import typing as t
from dataclasses import dataclass

from tests.lab.campaign.controller import Controller
from tests.lab.campaign.moment import Trigger
from tests.lab.campaign.operator import next_command, record, wait_until_quiet
from tests.lab.campaign.scenarios import SCENARIOS
from tests.lab.campaign.strikes import Scene
from tests.lab.campaign.verdict import Before, Ending, ending
from tests.lab.lab import Lab

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.campaign.steps import Case
    from tests.lab.packages.library import Library
    from tests.lab.topology import Topology

# A run that takes longer hangs, on a busy computer too.
RUN_TIMEOUT = 900.0
# From the moment of a strike to its end: the controller is killed before all of its processes are.
STRIKE_TIMEOUT = 10.0
# Some commands are refused once, as while a restart is going on.
MOST_COMMANDS = 4
# Time-outs that a hanging step reaches soon; everything else has time enough.
SETTINGS = {
    "biztalk_close_applications": "true",
    "biztalk_poll_interval": "1",
    "biztalk_backup_poll_interval": "1",
    "biztalk_backup_timeout": "8",
    "biztalk_idle_interval": "1",
    "biztalk_idle_timeout": "5",
    "biztalk_start_timeout": "5",
    "biztalk_stop_timeout": "5",
    "biztalk_close_timeout": "1",
    "biztalk_settle_time": "1",
    "biztalk_install_poll_interval": "1",
    "biztalk_install_timeout": "8",
    "biztalk_restart_timeout": "20",
}


@dataclass(frozen=True)
class Result:
    """`commands` are the playbooks in the order in which they were run, `exits` their exit codes."""

    case: Case
    commands: tuple[str, ...]
    exits: tuple[int | None, ...]
    ending: Ending
    seconds: float

    @property
    def good(self) -> bool:
        return not self.ending.problems


def run_round(cases: t.Sequence[Case], topology: Topology, folder: Path, library: Library) -> list[Result]:
    """Cases one after the other on one lab. After a bad ending the others begin on a lab of their own.

    `folder` takes the labs' files and what each run says.
    """
    with Lab(topology, folder / _file_name(cases[0]), library) as lab:
        group = _Group(lab, Before.of(lab), Controller())
        group.run(SCENARIOS[cases[0].scenario].before)
        results = [group.strike(cases[0])]
        while results[-1].good and len(results) < len(cases):
            results.append(group.strike(cases[len(results)]))
    remaining = cases[len(results) :]
    return results + (run_round(remaining, topology, folder, library) if remaining else [])


@dataclass(frozen=True)
class _Group:
    """The group of a lab with its operator; `before` is what it was like in the beginning."""

    lab: Lab
    before: Before
    controller: Controller

    def run(self, playbooks: t.Iterable[str]) -> None:
        """What comes before the run that is struck."""
        for playbook in playbooks:
            if self._command(playbook, f"before-{playbook}") != 0:
                raise RuntimeError(
                    f"{playbook}.yml, which comes before the run that is struck, did not succeed: {self.lab.folder}"
                )

    def strike(self, case: Case) -> Result:
        began = time.monotonic()
        scenario = SCENARIOS[case.scenario]
        commands: list[str] = []
        exits: list[int | None] = []
        if scenario.fault:
            scenario.fault.arm(self.lab)
        trigger = self._arm(case)
        command: str | None = scenario.playbook
        while command and len(commands) < MOST_COMMANDS:
            commands.append(command)
            output = f"{_file_name(case)}-{len(commands)}"
            exits.append(self._command(command, output, scenario.settings))
            if trigger:
                trigger.fired.wait(STRIKE_TIMEOUT)
            if case.fault:
                case.fault.mend(self.lab)
            problems = list(wait_until_quiet(self.lab))
            command = None if exits[-1] == 0 else next_command(command, self.lab)
        found = ending(self.lab, self.before)
        if trigger and not trigger.fired.is_set():
            problems.append("the strike never came")
        if found.level != scenario.level:
            problems.append(f"the group is on the {found.level} update")
        problems += [*_of_commands(commands, exits), *found.problems]
        return Result(
            case, tuple(commands), tuple(exits), Ending(found.level, tuple(problems)), time.monotonic() - began
        )

    def _command(self, playbook: str, output: str, settings: t.Mapping[str, str] | None = None) -> int | None:
        path = self.lab.folder / f"{output}.txt"
        arguments = _arguments(self.lab, playbook, settings)
        return self.controller.run(self.lab, playbook, arguments, output=path, timeout=RUN_TIMEOUT)

    def _arm(self, case: Case) -> Trigger | None:
        """None where the fault is there before the run."""
        if case.moment is None:
            self._happen(case)
            return None
        return Trigger(self.lab.events, case.moment, lambda: self._happen(case))

    def _happen(self, case: Case) -> None:
        if case.fault:
            case.fault.arm(self.lab)
        if case.strike:
            case.strike(Scene(self.lab, self.controller, case.computer))


def not_judged(case: Case, error: BaseException) -> Result:
    """The result of a case in which the lab itself or its operator failed: the others go on."""
    return Result(
        case, (SCENARIOS[case.scenario].playbook,), (None,), Ending("unknown", (f"not judged: {error!r}",)), 0.0
    )


def _of_commands(commands: list[str], exits: list[int | None]) -> t.Iterator[str]:
    if None in exits:
        yield f"{commands[exits.index(None)]}.yml did not end within {RUN_TIMEOUT:.0f} s"
    if len(exits) == MOST_COMMANDS and exits[-1] != 0:
        yield f"no command out of {MOST_COMMANDS} succeeded"


def _file_name(case: Case) -> str:
    return re.sub(r"\W+", "-", case.name)


def _arguments(lab: Lab, command: str, more: t.Mapping[str, str] | None = None) -> list[str]:
    settings = SETTINGS | dict(more or {})
    if command == "rollback":
        settings["biztalk_confirm_restore"] = record(lab)["id"]
    return [text for name, value in settings.items() for text in ("-e", f"{name}={value}")]
