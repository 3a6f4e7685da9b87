# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
import typing as t

from tests.lab.winrm.jobs import Jobs

FOLDER = r"C:\Users\patchadmin\.ansible_async"


def wait_for(condition: t.Callable[[], bool]) -> None:
    done = threading.Event()
    for _ in range(500):
        if condition():
            return
        done.wait(0.01)
    raise AssertionError("the job never finished")


def finished(jobs: Jobs) -> bool:
    return bool((jobs.status(FOLDER, "j1") or {})["finished"])


def test_a_job_from_start_to_end() -> None:
    jobs, gate = Jobs(), threading.Event()

    def work() -> dict[str, t.Any]:
        gate.wait(5)
        return {"changed": True, "rc": 0}

    started = jobs.start(rf"{FOLDER}\j1", "j1", work, 60)
    assert (started["started"], started["finished"], started["ansible_job_id"]) == (True, False, "j1")
    assert not finished(jobs)
    gate.set()
    wait_for(lambda: finished(jobs))
    result = jobs.status(FOLDER.upper(), "J1")
    assert result is not None
    assert (result["changed"], result["rc"], result["results_file"]) == (True, 0, rf"{FOLDER}\j1")


def test_a_job_that_takes_too_long() -> None:
    jobs, gate = Jobs(), threading.Event()

    def work() -> dict[str, t.Any]:
        gate.wait(5)
        return {"changed": True}

    jobs.start(rf"{FOLDER}\j1", "j1", work, 0.01)
    wait_for(lambda: finished(jobs))
    gate.set()
    result = jobs.status(FOLDER, "j1")
    assert result is not None
    assert result["failed"]
    assert "timed out waiting for module completion" in result["msg"]
    assert "changed" not in result


def test_a_job_that_is_removed_or_never_was() -> None:
    jobs = Jobs()
    jobs.start(rf"{FOLDER}\j1", "j1", dict, 60)
    assert jobs.remove(FOLDER, "j1") == rf"{FOLDER}\j1"
    assert jobs.remove(FOLDER, "j1") is None
    assert jobs.status(FOLDER, "j1") is None
