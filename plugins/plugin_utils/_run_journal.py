# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follows a run from its controller: no task of it costs anything, and no failure of it goes by unseen."""

from __future__ import annotations

import functools
import os
import time
import typing as t
from datetime import datetime, timezone
from pathlib import Path

from ansible import context
from ansible.plugins.callback import CallbackBase

from ansible_collections.biztalk.patching.plugins.module_utils._journal import Journal
from ansible_collections.biztalk.patching.plugins.module_utils._journal_facts import facts_of
from ansible_collections.biztalk.patching.plugins.module_utils._phases import file_of_task
from ansible_collections.biztalk.patching.plugins.module_utils._record_store import owner_of_this_run
from ansible_collections.biztalk.patching.plugins.module_utils._report_files import (
    JOURNAL,
    ReportFiles,
    report_folder,
    write_report,
)
from ansible_collections.biztalk.patching.plugins.module_utils._run_watch import RunWatch
from ansible_collections.biztalk.patching.plugins.plugin_utils._report_page import page

# They say or decide something, but do nothing to a computer.
_IDLE_ACTIONS: t.Final = frozenset(
    (
        "add_host",
        "assert",
        "debug",
        "fail",
        "import_role",
        "import_tasks",
        "include_role",
        "include_tasks",
        "meta",
        "run_record",
        "run_report",
        "set_fact",
    )
)


def _never_in_the_way(method: t.Callable[..., None]) -> t.Callable[..., None]:
    """A journal that cannot be written is told once, and the run is not followed any more: it goes on as ever."""

    @functools.wraps(method)
    def careful(self: RunJournal, *arguments: t.Any, **options: t.Any) -> None:
        try:
            if self.follows:
                method(self, *arguments, **options)
        except OSError as error:
            self.follows = False
            self._display.warning(f"The report tells nothing of this run from here on: {error}")

    return careful


class RunJournal(CallbackBase):  # type: ignore[misc]  # ansible-core has no types
    """A run is followed from the task of `run_report` that begins its report, so plan.yml and others are left alone."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "biztalk_run_journal"

    def __init__(self) -> None:
        super().__init__()
        self._begun: dict[str, t.Any] = {}
        self.follows = True
        self._writes = True
        self._named = False
        self._journal = Journal()
        self._watch = RunWatch(self._journal)

    @_never_in_the_way
    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        self._watch.all_leave()

    @_never_in_the_way
    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        before = self._watch.phase
        self._watch.comes_to(file_of_task(task.get_path() or ""))
        # What belongs to no phase, as writing the record does, is over soon, and what comes next is told then.
        if self._watch.phase not in ("", before) and self._named:
            self._write()

    @_never_in_the_way
    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        if self._begun and _module(task) not in _IDLE_ACTIONS:
            self._watch.begins(host.get_name(), task._uuid, time.time())  # noqa: SLF001

    @_never_in_the_way
    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._end(result)

    @_never_in_the_way
    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._end(result, skipped=True)

    @_never_in_the_way
    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._end(result)
        self._fail(result, "failed", ignored=ignore_errors)

    @_never_in_the_way
    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._end(result)
        self._fail(result, "unreachable", ignored=bool(_task(result).ignore_unreachable))

    @_never_in_the_way
    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        if not self._begun:
            return
        self._watch.all_leave()
        totals = [stats.summarize(host) for host in stats.processed]
        succeeded = not any(total["failures"] or total["unreachable"] for total in totals)
        self._journal.note("end", time.time(), succeeded=succeeded)
        paths = self._write()
        if paths:
            self._display.display(f"Report: {paths.html}")

    def _end(self, result: t.Any, *, skipped: bool = False) -> None:
        task, content = _task(result), _content(result)
        module = _module(task)
        if module == "run_report" and content.get("state") == "begun" and not self._begun:
            self._begin(content)
        if not self._begun:
            return
        delegated = content.get("_ansible_delegated_vars") or {}
        self._watch.ends(
            _host(result),
            task._uuid,  # noqa: SLF001
            time.time(),
            skipped=skipped,
            delegated_to=str(delegated.get("ansible_delegated_host") or ""),
            service=str(content.get("name") or ""),
        )
        if not skipped:
            self._keep(module, content, file_of_task(task.get_path() or ""), _host(result))

    def _begin(self, content: dict[str, t.Any]) -> None:
        self._begun = content
        self._name(content["folder"], datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ"))
        sources = [str(source) for source in context.CLIARGS.get("inventory") or ()]
        self._journal.note(
            "run",
            time.time(),
            operation=content["operation"],
            inventory=[source for source in sources if "," not in source],
            server=content["server"],
            database=content["database"],
            owner=owner_of_this_run(os.getpid()),
        )

    def _keep(self, module: str, content: dict[str, t.Any], file: str, host: str) -> None:
        now = time.time()
        for name, value in facts_of(module, content, file):
            self._journal.note("fact", now, name=name, value=value, host=host)
        if module == "run_record" and "folder" in content:
            self._follow(content, now)

    def _follow(self, content: dict[str, t.Any], now: float) -> None:
        """The journal lies beside the run record and is called as it is, once there is one."""
        record = content.get("record")
        if record and "open" not in content:
            self._name(content["folder"], record["id"])
            self._named = True
            self._journal.note("fact", now, name="record", value=record)
        elif self._journal.path:
            # The group's own name for its server may not be that of the settings.
            self._journal.move(Path(content["folder"]) / self._journal.path.name)

    def _name(self, folder: str, run: str) -> None:
        self._journal.move(Path(folder) / f"{run}-{self._begun['operation']}{JOURNAL}")

    def _fail(self, result: t.Any, event: str, *, ignored: bool) -> None:
        if not self._begun:
            return
        task, content = _task(result), _content(result)
        self._journal.note(
            event,
            time.time(),
            host=_host(result),
            task=str(task.get_name()),
            phase=self._watch.phase,
            message=_message(content),
            exit_code=content.get("rc"),
            ignored=ignored,
        )
        if self._named:
            self._write()

    def _write(self) -> ReportFiles | None:
        """A report that cannot be made is told once. The journal goes on, and it can be made from that later."""
        source = self._journal.path
        if not source or not self._writes:
            return None
        try:
            return write_report(source, page, report_folder(source, self._begun["report_folder"]))
        except Exception as error:
            self._writes = False
            self._display.warning(
                f"The report of this run cannot be written ({type(error).__name__}: {error}). Once that is mended "
                "biztalk.patching.report makes it"
            )
            return None


def _task(result: t.Any) -> t.Any:
    return result._task  # noqa: SLF001  # ansible-core before 2.19 has no other name


def _host(result: t.Any) -> str:
    return str(result._host.get_name())  # noqa: SLF001


def _content(result: t.Any) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", result._result)  # noqa: SLF001


def _module(task: t.Any) -> str:
    return str(task.action).rpartition(".")[2]


def _message(content: dict[str, t.Any]) -> str:
    """What a task says of its failure, of a loop that of each item."""
    items = [item for item in content.get("results") or () if item.get("failed") or item.get("unreachable")]
    texts = [str(item["msg"]) for item in items if item.get("msg")] or [str(content.get("msg") or "")]
    return "\n".join(texts)
