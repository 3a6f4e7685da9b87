# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command of the documentation, run against a lab; what changes a group, in the order in which one would."""

from __future__ import annotations

import itertools
import json
import re
import typing as t

import pytest

from tests.documents.commands import Command, commands
from tests.documents.markdown import Page, pages
from tests.documents.offered import settings
from tests.integration.conftest import SCALE
from tests.integration.documented import (
    execute,
    execute_in_checkout,
    playbook_of,
    words_for,
    write_inventory,
    write_overrides,
)
from tests.integration.runs import record_of
from tests.lab.invariants import broken
from tests.lab.lab import Lab
from tests.lab.paths import SINGLE_TOPOLOGY, SMALL_TOPOLOGY
from tests.lab.topology import Topology
from tests.setup.gates import select
from tests.setup.paths import ROOT

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.lab.packages.library import Library

COMMANDS = commands(pages())
PLAYBOOKS = [command for command in COMMANDS if command.program == "ansible-playbook"]
# Those that look at a group from before the update; the others want one that was patched, or patch it.
LOOKING = [
    command
    for command in PLAYBOOKS
    if playbook_of(command) in ("plan", "status")
    or (playbook_of(command) == "patch" and {"--check", "--tags"} & set(command.words))
]
ROLLBACKS = [command for command in PLAYBOOKS if playbook_of(command) == "rollback"]
QUESTIONS = [command for command in COMMANDS if command.program in ("ansible", "ansible-inventory", "ansible-doc")]
# The plan says by its exit code that there is something to do.
SOMETHING_TO_DO = "This is no error"


def of(program: str) -> list[Command]:
    return [command for command in COMMANDS if command.program == program]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[Lab]:
    """A group without the update, which the tests that share it leave so."""
    topology = Topology.load(SINGLE_TOPOLOGY, overrides={"delays": {"scale": SCALE}})
    with Lab(topology, tmp_path_factory.mktemp("documented") / "lab", library) as lab:
        # The variables of AWX's guide.
        (variables,) = (fence for fence in Page.read(ROOT / "docs" / "awx.md").fences if "awx_git_url:" in fence.text)
        (lab.folder / "awx.yml").write_text(variables.text, encoding="utf-8")
        yield lab


def looks(lab: Lab, command: Command) -> None:
    result = execute(lab, words_for(lab, command))
    assert result.returncode == 0 or SOMETHING_TO_DO in result.stdout, f"{command.where}: {command}\n{result.stdout}"


@pytest.mark.parametrize("command", QUESTIONS, ids=str)
def test_a_question_is_answered(before: Lab, command: Command) -> None:
    looks(before, command)


@pytest.mark.parametrize("command", PLAYBOOKS, ids=str)
def test_a_playbook_and_its_options_are_there(before: Lab, command: Command) -> None:
    result = execute(before, [*words_for(before, command), "--syntax-check"])
    assert result.returncode == 0, f"{command.where}: {command}\n{result.stdout}"


@pytest.mark.long
@pytest.mark.parametrize("command", LOOKING, ids=str)
def test_a_playbook_that_looks(before: Lab, command: Command) -> None:
    looks(before, command)


@pytest.mark.long
def test_the_playbooks_that_change_a_group(single_lab: Lab) -> None:
    (patch,) = (command for command in PLAYBOOKS if playbook_of(command) == "patch" and command not in LOOKING)
    result = execute(single_lab, words_for(single_lab, patch))
    assert result.returncode == 0, result.stdout

    record = record_of(single_lab)
    # One that takes nothing back comes first: the run can be taken back once.
    for command in sorted(ROLLBACKS, key=lambda command: "--check" not in command.words):
        words = words_for(single_lab, command, run_id=record["id"])
        words = [word.replace("4712", str(record["backup_set"]["id"])) for word in words]
        result = execute(single_lab, words)
        assert result.returncode == 0, f"{command.where}: {command}\n{result.stdout}"
    assert record_of(single_lab)["operation"] == "rollback"
    assert record_of(single_lab)["step"] == "done"
    assert broken(single_lab.events.events) == {}


def test_the_inventory_of_the_guide_makes_a_plan(open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    folder, overrides = tmp_path / "inventory", tmp_path / "overrides.yml"
    write_inventory(Page.read(ROOT / "docs" / "getting-started.md"), folder)
    with open_lab(SMALL_TOPOLOGY) as lab:
        write_overrides(lab, overrides)
        inventories = ("-i", str(folder), "-i", str(overrides))
        result = execute(lab, ["ansible-playbook", *inventories, "biztalk.patching.plan"])

    output = " ".join(result.stdout.split())
    assert SOMETHING_TO_DO in output, result.stdout
    assert "PASS group: the inventory is the group" in output
    assert "PASS group: the variables have known names" in output


def test_the_inventory_of_the_readme_has_all_that_is_required(before: Lab, tmp_path: Path) -> None:
    (fence,) = (fence for fence in Page.read(ROOT / "README.md").fences if fence.language == "yaml")
    path = tmp_path / "inventory.yml"
    path.write_text(fence.text, encoding="utf-8")
    result = execute(before, ["ansible-inventory", "-i", str(path), "--list"])
    assert result.returncode == 0, result.stdout

    listed = json.loads(result.stdout)
    assert listed["biztalk"]["hosts"] == ["bts1.example.org", "bts2.example.org"]
    required = {name for name, option in settings().items() if option.get("required")}
    assert required - listed["_meta"]["hostvars"]["bts1.example.org"].keys() == set()


@pytest.mark.parametrize("command", of("make"), ids=str)
def test_a_make_target_is_there(command: Command) -> None:
    result = execute_in_checkout([*command.words, "--dry-run"])
    assert result.returncode == 0, f"{command.where}: {command}\n{result.stdout}"


@pytest.mark.parametrize("command", of("python"), ids=str)
def test_a_python_program_has_the_documented_options(command: Command) -> None:
    dash, module, *rest = command.words[1:]
    assert dash == "-m"
    if module == "tests.setup.gate_runner":
        assert [gate.name for gate in select(rest)] == rest
        return
    assert [word for word in rest if word.startswith("tests/") and not (ROOT / word).exists()] == []
    command_of_its_own = itertools.takewhile(lambda word: not word.startswith("-"), rest)
    result = execute_in_checkout(["python", "-m", module, *command_of_its_own, "--help"])
    assert result.returncode == 0, f"{command.where}: {command}\n{result.stdout}"
    described = set(re.findall(r"-{1,2}[\w-]+|\w+", result.stdout))
    assert {word for word in rest if word.startswith("-")} <= described
