# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
import typing as t

from tests.lab.winrm.jobs import Jobs

FOLDER = r"C:\Users\patchadmin\.ansible_async"
ID = "j1.9002"


def wait_for(condition: t.Callable[[], bool]) -> None:
    done = threading.Event()
    for _ in range(500):
        if condition():
            return
        done.wait(0.01)
    raise AssertionError("the job never finished")


def finished(jobs: Jobs) -> bool:
    return bool((jobs.status(FOLDER, ID) or {})["finished"])


def test_a_job_from_start_to_end() -> None:
    jobs, gate = Jobs(), threading.Event()

    def work() -> dict[str, t.Any]:
        gate.wait(5)
        return {"changed": True, "rc": 0}

    started = jobs.start(FOLDER, "j1", work, 60)
    assert (started["started"], started["finished"], started["ansible_job_id"]) == (True, False, ID)
    assert not finished(jobs)
    gate.set()
    wait_for(lambda: finished(jobs))
    result = jobs.status(FOLDER.upper(), ID.upper())
    assert result is not None
    assert (result["changed"], result["rc"], result["results_file"]) == (True, 0, rf"{FOLDER}\{ID}")


def test_a_job_that_takes_too_long() -> None:
    jobs, gate = Jobs(), threading.Event()

    def work() -> dict[str, t.Any]:
        gate.wait(5)
        return {"changed": True}

    jobs.start(FOLDER, "j1", work, 0.01)
    wait_for(lambda: finished(jobs))
    gate.set()
    for thread in threading.enumerate():
        if thread.name == f"async-{ID}":
            thread.join(5)
    result = jobs.status(FOLDER, ID)
    assert result is not None
    assert result["failed"]
    assert "timed out waiting for module completion" in result["msg"]
    assert "changed" not in result


def test_a_job_that_breaks() -> None:
    def work() -> dict[str, t.Any]:
        raise RuntimeError("broken")

    jobs = Jobs()
    jobs.start(FOLDER, "j1", work, 60)
    wait_for(lambda: finished(jobs))
    assert (jobs.status(FOLDER, ID) or {})["msg"] == "failure during async watchdog: RuntimeError: broken"


def test_a_job_that_is_removed_or_never_was() -> None:
    jobs = Jobs()
    jobs.start(FOLDER, "j1", dict, 60)
    assert jobs.remove(FOLDER, ID) == rf"{FOLDER}\{ID}"
    assert jobs.remove(FOLDER, ID) is None
    assert jobs.status(FOLDER, ID) is None


def test_a_job_that_is_cut_off_never_finishes() -> None:
    jobs, gate = Jobs(), threading.Event()

    def work() -> dict[str, t.Any]:
        gate.wait(5)
        return {"changed": True}

    jobs.start(FOLDER, "j1", work, 60)
    jobs.abandon()
    gate.set()
    for thread in threading.enumerate():
        if thread.name == f"async-{ID}":
            thread.join(5)
    assert not finished(jobs)
