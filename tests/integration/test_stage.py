# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages come to the computers from the controller, a share or a web server, and are the inspected ones."""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, READING, changes, run
from tests.lab.inventory import DEFAULT_UPDATE
from tests.lab.windows.network import Network

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.lab import Lab
    from tests.lab.packages.builder import BuiltPackage
    from tests.lab.packages.library import Library

STAGE = "C:\\ProgramData\\BizTalkPatching"
SHARE, SITE = r"\\FILES\Updates\BizTalk", "https://updates.lab.example/biztalk"
ONLY_STAGE = ("--tags", "preflight,stage")


@pytest.fixture
def package(library: Library) -> BuiltPackage:
    """The download that the computer of the lab gets."""
    wanted = (DEFAULT_UPDATE, "x64")
    return next(item for item in library.packages if (item.spec.kb, item.spec.architecture) == wanted)


def offer(lab: Lab, source: str, name: str, content: bytes) -> None:
    if source.startswith("http"):
        lab.world.network.publish(f"{source}/{name}", content)
    else:
        lab.world.network.share(f"{source}\\{name}", content)


@pytest.mark.parametrize(
    "source", [pytest.param(SHARE, id="share"), pytest.param(SITE, id="web", marks=pytest.mark.long)]
)
def test_a_package_is_fetched_once(single_lab: Lab, package: BuiltPackage, source: str) -> None:
    staged = rf"{STAGE}\{package.path.name}"
    files = single_lab.world.computers["BTS1"].files
    files.make_dir(STAGE)
    files.write(staged, b"half of it", "an earlier run that was interrupted")
    offer(single_lab, source, package.path.name, package.path.read_bytes())
    arguments = (*CLOSE_APPLICATIONS, *ONLY_STAGE, "-e", json.dumps({"biztalk_stage_source": source}))

    first = run("patch", single_lab, *arguments)

    assert first.returncode == 0, first.stdout
    assert files.read(staged) == package.path.read_bytes()

    # What is there already is not fetched again, whatever became of its source.
    single_lab.world.network = Network()
    events = len(single_lab.events.events)
    again = run("patch", single_lab, *arguments)

    assert again.returncode == 0, again.stdout
    assert changes(single_lab.events.events[events:]) == []


def test_each_computer_says_why_it_has_no_package_and_nothing_stops(lab: Lab, package: BuiltPackage) -> None:
    sources = {"bts1": SHARE, "bts2": SITE, "bts3": rf"{SHARE}\Old"}
    other = b"another update of the same name"
    offer(lab, sources["bts3"], package.path.name, other)
    offer(lab, SITE, "other.exe", b"")
    variables = {"sources": sources, "biztalk_stage_source": "{{ sources[inventory_hostname] }}"}

    result = run("patch", lab, *CLOSE_APPLICATIONS, "-e", json.dumps(variables))

    output = " ".join(result.stdout.replace("\\n", " ").replace("\\\\", "\\").split())
    assert result.returncode != 0
    file = rf"{STAGE}\{package.path.name} with SHA-256 {package.sha256}"
    for text in (
        "bts1 lacks packages that were inspected on the controller",
        rf"{file}; there is no file after it was fetched from {SHARE}. Cannot copy src file",
        r"see that LAB\patchadmin may read it there",
        rf"{file}; there is no file after it was fetched from {SITE}. Error downloading",
        "(404) Not Found",
        rf"{file}; there is {hashlib.sha256(other).hexdigest()} after it was fetched from {SHARE}\Old",
    ):
        assert text in output
    assert {event.kind for event in lab.run_events()} <= {*READING, "file.written"}


def test_a_source_of_no_known_kind_is_refused(single_lab: Lab) -> None:
    # On the command line one of the two backslashes is lost.
    result = run("patch", single_lab, *CLOSE_APPLICATIONS, "-e", rf"biztalk_stage_source={SHARE}")

    assert result.returncode != 0
    assert "which is neither a folder on a share" in result.stdout
    assert changes(single_lab.run_events()) == []


CLEAN_UP = r"""
- hosts: biztalk
  gather_facts: false
  tasks:
    - {ansible.builtin.import_role: {name: biztalk.patching.preflight}}
    - {ansible.builtin.import_role: {name: biztalk.patching.stage}}
    - {ansible.windows.win_file: {path: 'C:\ProgramData\BizTalkPatching\KB5009901.log', state: touch}}
    - ansible.builtin.include_role: {name: biztalk.patching.stage, tasks_from: cleanup}
      vars: {biztalk_keep_package: true}
    - {ansible.windows.win_stat: {path: 'C:\ProgramData\BizTalkPatching\BTS2020-KB5009901-x64-ENU.exe'}, register: kept}
    - {ansible.builtin.assert: {that: kept.stat.exists}}
    - {ansible.builtin.include_role: {name: biztalk.patching.stage, tasks_from: cleanup}}
"""


@pytest.mark.long
def test_the_packages_are_removed_and_the_logs_stay(single_lab: Lab, tmp_path: Path) -> None:
    playbook = tmp_path / "clean_up.yml"
    playbook.write_text(CLEAN_UP, encoding="utf-8")

    result = run(str(playbook), single_lab, *CLOSE_APPLICATIONS)

    assert result.returncode == 0, result.stdout
    assert [node.path for node in single_lab.world.computers["BTS1"].files.list(STAGE)] == [rf"{STAGE}\KB5009901.log"]
