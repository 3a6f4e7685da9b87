# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _phases
from ansible_collections.biztalk.patching.plugins.module_utils._phases import PHASES, file_of_task, phase_of

ROLES = Path(__file__).parents[4] / "roles"


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/c/ansible_collections/biztalk/patching/roles/stop/tasks/main.yml:12", "stop/main"),
        (r"C:\c\roles\backup\tasks\idle.yaml", "backup/idle"),
        ("/c/playbooks/patch.yml:30", ""),
        ("", ""),
    ],
)
def test_the_file_of_a_task_is_named_by_its_role(path: str, file: str) -> None:
    assert file_of_task(path) == file


@pytest.mark.parametrize(
    ("file", "before", "phase"),
    [
        ("stop/main", "stage", "stop"),
        ("stop/services", "stop", "stop"),
        ("stop/services", "check", "check"),
        ("install/wait", "install", "install"),
        ("install/wait", "uninstall", "uninstall"),
        ("record/step", "install", ""),
        ("", "install", "install"),
    ],
)
def test_a_file_begins_a_phase_or_goes_on_with_the_one_before(file: str, before: str, phase: str) -> None:
    assert phase_of(file, before) == phase


def test_every_file_that_is_listed_is_there_and_its_phase_has_words() -> None:
    for file, phase in {**_phases._OF_FILE, **dict.fromkeys(_phases._OF_NONE, "plan")}.items():  # noqa: SLF001
        role, name = file.split("/")
        assert (ROLES / role / "tasks" / f"{name}.yml").is_file(), file
        assert phase in PHASES
