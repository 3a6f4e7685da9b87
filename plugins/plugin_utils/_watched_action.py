# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that takes long, and what it is at in the output of the playbook.

A module cannot speak before it ends. So it appends a line to a file whenever it comes to something new, and this side,
which stays with the task, looks into that file. On the controller itself a thread does, while the module runs. On
another computer the module runs as one of Ansible's asynchronous jobs, which outlasts a connection that drops, and the
task looks over its connection at the file and at the job every few seconds.
"""

from __future__ import annotations

import json
import posixpath
import shlex
import tempfile
import time
import typing as t
from pathlib import Path

from ansible.errors import AnsibleConnectionFailure

from ansible_collections.biztalk.patching.plugins.module_utils._progress import meanwhile
from ansible_collections.biztalk.patching.plugins.plugin_utils._posix_action import PosixAction
from ansible_collections.biztalk.patching.plugins.plugin_utils._shown import INTERVAL, Shown

# The job's own limit. The module has one; this is for a job that nobody waits for any more.
JOB_SECONDS: t.Final = 7 * 24 * 3600
FIRST_PAUSE: t.Final = 0.5
# Between two looks into a file on the controller.
LOOK_SECONDS: t.Final = 0.5
LONGEST_PAUSE: t.Final = 2.0
# How often in a row the connection may fail before it is given up.
FAILURES: t.Final = 10
BETWEEN: t.Final = "--- the job:"
OF_THE_JOB: t.Final = ("ansible_job_id", "started", "finished", "results_file", "stdout", "stderr")


class WatchedAction(PosixAction):
    """Runs the module of the same name and shows what it is at; it has the options of the fragment ``progress``."""

    # Most modules only ask in check mode, which is soon done.
    long_in_check_mode = False

    def _execute(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        interval = self._interval()
        is_short = self._task.check_mode and not self.long_in_check_mode
        # What runs asynchronously already has nobody who waits for it here.
        if interval <= 0 or is_short or self._task.async_val:
            return super()._execute(task_vars)
        if self._connection.transport == "local" and not self._connection.become:
            return self.watched_here(interval, task_vars)
        return self.watched_there(interval, task_vars)

    def _interval(self) -> float:
        try:
            return float(self._task.args.get("progress_interval", INTERVAL))
        except (TypeError, ValueError):
            # The module itself has the words for a wrong value.
            return 0

    def watched_here(self, interval: float, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        shown = Shown(interval)
        with tempfile.TemporaryDirectory(prefix="biztalk_progress_") as folder:
            path = self._task.args.get("progress_file") or str(Path(folder, "progress"))
            arguments = self._task.args | {"progress_file": path}
            with meanwhile(lambda: shown.update(_lines(path)), LOOK_SECONDS):
                result = self._execute_module(module_args=arguments, task_vars=task_vars)
            shown.update(_lines(path))
        return t.cast("dict[str, t.Any]", result)

    def watched_there(self, interval: float, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        arguments = dict(self._task.args)
        # Ansible removes that folder when the job has ended.
        path = arguments.get("progress_file") or posixpath.join(self._make_tmp_path(), "progress")
        job = self._start(arguments | {"progress_file": path}, task_vars)
        if "ansible_job_id" not in job:
            return job
        return self._await(job, Shown(interval), path, task_vars)

    def _start(self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        self._task.async_val = JOB_SECONDS
        try:
            return t.cast(
                "dict[str, t.Any]",
                self._execute_module(module_args=arguments, task_vars=task_vars, wrap_async=True),
            )
        finally:
            # Else Ansible would wait for the task's result a second time.
            self._task.async_val = 0

    def _await(self, job: dict[str, t.Any], shown: Shown, path: str, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        pause, failures = FIRST_PAUSE, 0
        while True:
            time.sleep(min(pause, shown.interval))
            pause = min(pause * 1.5, LONGEST_PAUSE)
            try:
                lines, runs = self._look(path, job["results_file"])
                shown.update(lines)
                status = {} if runs else self._status(job, task_vars)
                failures = 0
            except AnsibleConnectionFailure as error:
                failures += 1
                if failures >= FAILURES:
                    raise
                shown.tell(f"no connection to where the module runs, trying again ({error})")
                continue
            if status.get("finished"):
                # What async_status would do too, with a process of Python for it.
                self._low_level_execute_command(f"rm -f {shlex.quote(job['results_file'])}")
                return {name: value for name, value in status.items() if name not in OF_THE_JOB}

    def _look(self, path: str, results_file: str) -> tuple[list[str], bool]:
        """What the module has said so far, and whether its job certainly still runs.

        Only the module async_status may say that a job has ended, but it costs a process of Python each time; the job's
        file says in JSON that it has not.
        """
        files = [shlex.quote(path), shlex.quote(results_file)]
        answer = self._low_level_execute_command(f"cat {files[0]}; echo {shlex.quote(BETWEEN)}; cat {files[1]}")
        said, _between, job = str(answer.get("stdout", "")).partition(f"{BETWEEN}\n")
        return said.splitlines(), _still_runs(job)

    def _status(self, job: dict[str, t.Any], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        arguments = {"jid": job["ansible_job_id"], "_async_dir": posixpath.dirname(job["results_file"])}
        return t.cast(
            "dict[str, t.Any]",
            self._execute_module(module_name="ansible.legacy.async_status", module_args=arguments, task_vars=task_vars),
        )


def _lines(path: str) -> list[str]:
    """What the module has said so far; nothing before it has said something."""
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _still_runs(text: str) -> bool:
    try:
        job = json.loads(text)
    except ValueError:
        return False
    return isinstance(job, dict) and "finished" in job and not job["finished"]
