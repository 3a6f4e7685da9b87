# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one case: a run that is struck, and the next command for as long as there is one."""

from __future__ import annotations

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


def run_case(case: Case, topology: Topology, folder: Path, library: Library) -> Result:
    """`folder` takes the lab's files and what each run says."""
    began = time.monotonic()
    scenario = SCENARIOS[case.scenario]
    commands: list[str] = []
    exits: list[int | None] = []
    with Lab(topology, folder, library) as lab:
        before = Before.of(lab)
        controller = Controller()
        for earlier in scenario.before:
            output = folder / "before.txt"
            if controller.run(lab, earlier, _arguments(lab, earlier), output=output, timeout=RUN_TIMEOUT) != 0:
                raise RuntimeError(
                    f"{earlier}.yml, which comes before the run that is struck, did not succeed: {output}"
                )
        if scenario.fault:
            scenario.fault.arm(lab)
        trigger = _arm(case, lab, controller)
        command: str | None = scenario.playbook
        while command and len(commands) < MOST_COMMANDS:
            commands.append(command)
            output = folder / f"run-{len(commands)}.txt"
            arguments = _arguments(lab, command, scenario.settings)
            exits.append(controller.run(lab, command, arguments, output=output, timeout=RUN_TIMEOUT))
            if case.fault:
                case.fault.mend(lab)
            problems = list(wait_until_quiet(lab))
            command = None if exits[-1] == 0 else next_command(command, lab)
        found = ending(lab, before)
    if trigger and not trigger.fired.is_set():
        problems.append("the strike never came")
    if found.level != scenario.level:
        problems.append(f"the group is on the {found.level} update")
    problems += [*_of_commands(commands, exits), *found.problems]
    return Result(case, tuple(commands), tuple(exits), Ending(found.level, tuple(problems)), time.monotonic() - began)


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


def _arm(case: Case, lab: Lab, controller: Controller) -> Trigger | None:
    """None where the fault is there before the run."""
    if case.moment is None:
        _happen(case, lab, controller)
        return None
    return Trigger(lab.events, case.moment, lambda: _happen(case, lab, controller))


def _happen(case: Case, lab: Lab, controller: Controller) -> None:
    if case.fault:
        case.fault.arm(lab)
    if case.strike:
        case.strike(Scene(lab, controller, case.computer))


def _arguments(lab: Lab, command: str, more: t.Mapping[str, str] | None = None) -> list[str]:
    settings = SETTINGS | dict(more or {})
    if command == "rollback":
        settings["biztalk_confirm_restore"] = record(lab)["id"]
    return [text for name, value in settings.items() for text in ("-e", f"{name}={value}")]
