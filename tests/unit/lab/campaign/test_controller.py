# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that is gone takes all processes of its run along."""

from __future__ import annotations

import typing as t
import uuid

from tests.lab.campaign import controller as module
from tests.lab.campaign.controller import Controller, processes_with

if t.TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.lab.lab import Lab

# A worker in a session of its own, as Ansible's are; the shell waits for it.
WITH_A_WORKER = ["bash", "-c", "setsid sleep 600 & echo ready; wait"]


def test_a_run_gives_its_exit_code_and_what_it_said(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "command_line", lambda *_words: ["bash", "-c", "echo done; exit 3"])

    assert Controller().run(lab, "patch", [], output=tmp_path / "run.txt", timeout=60) == 3
    assert (tmp_path / "run.txt").read_text() == "done\n"


def test_a_run_that_does_not_end_is_killed_with_its_workers(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "command_line", lambda *_words: WITH_A_WORKER)
    monkeypatch.setattr(uuid, "uuid4", lambda: "the-run-of-this-test")

    assert Controller().run(lab, "patch", [], output=tmp_path / "run.txt", timeout=0.5) is None
    assert (tmp_path / "run.txt").read_text() == "ready\n"
    assert processes_with(b"BIZTALK_LAB_CONTROLLER=the-run-of-this-test") == []
