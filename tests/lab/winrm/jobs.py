# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asynchronous tasks of a computer: what their result files hold."""

from __future__ import annotations

import itertools
import ntpath
import threading
import typing as t

Result = dict[str, t.Any]


class Jobs:
    """The result files of `async_wrapper`, by path; they are none of the files that the event log tells of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pids = itertools.count(9002, 4)
        self._results: dict[str, Result] = {}
        self._abandoned: set[str] = set()

    def start(self, folder: str, name: str, run: t.Callable[[], Result], timeout: float) -> Result:
        """Run something in the background; its result, or the time-out, is what `status` answers from then on."""
        job_id = f"{name}.{next(self._pids)}"
        path = ntpath.join(folder, job_id)
        started: Result = {
            "started": True,
            "finished": False,
            "results_file": path,
            "ansible_job_id": job_id,
            "_ansible_suppress_tmpdir_delete": True,
        }
        with self._lock:
            self._results[_key(path)] = dict(started)
        watchdog = threading.Timer(timeout, self._finish, (path, _timed_out()))
        watchdog.daemon = True
        watchdog.start()

        def work() -> None:
            try:
                result = run()
            except Exception as error:  # the client asks until there is an end
                result = {"failed": True, "msg": f"failure during async watchdog: {type(error).__name__}: {error}"}
            watchdog.cancel()
            self._finish(path, result)

        threading.Thread(target=work, name=f"async-{job_id}", daemon=True).start()
        return started

    def status(self, folder: str, job_id: str) -> Result | None:
        with self._lock:
            result = self._results.get(_key(ntpath.join(folder, job_id)))
            return dict(result) if result else None

    def remove(self, folder: str, job_id: str) -> str | None:
        """Delete a result file and return its path, or None where there is none."""
        with self._lock:
            result = self._results.pop(_key(ntpath.join(folder, job_id)), None)
            return str(result["results_file"]) if result else None

    def abandon(self) -> None:
        """Cut off what is not finished: its result file stays as it is, for ever."""
        with self._lock:
            self._abandoned |= {path for path, job in self._results.items() if not job["finished"]}

    def _finish(self, path: str, result: Result) -> None:
        with self._lock:
            job = self._results.get(_key(path))
            if job and not job["finished"] and _key(path) not in self._abandoned:
                job.update(result, finished=True)


def _timed_out() -> Result:
    return {"failed": True, "msg": "failure during async watchdog: timed out waiting for module completion"}


def _key(path: str) -> str:
    return ntpath.normcase(ntpath.normpath(path))
