# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._journal import Journal, read_journal
from ansible_collections.biztalk.patching.plugins.module_utils._run_watch import RunWatch

if t.TYPE_CHECKING:
    from pathlib import Path


def watch_of(path: Path) -> RunWatch:
    journal = Journal()
    journal.move(path)
    return RunWatch(journal)


def told(path: Path) -> list[tuple[t.Any, ...]]:
    return [(entry["event"], entry["lane"], entry["phase"], entry["at"]) for entry in read_journal(path)]


def do(watch: RunWatch, host: str, began: float, ended: float, *, skipped: bool = False, **place: str) -> None:
    watch.begins(host, "task", began)
    watch.ends(host, "task", ended, skipped=skipped, **place)


def test_a_phase_lasts_from_its_first_task_to_its_last_on_each_host(tmp_path: Path) -> None:
    watch = watch_of(tmp_path / "journal")
    watch.comes_to("stop/main")
    do(watch, "bts1", 1, 2)
    watch.comes_to("stop/services")
    do(watch, "bts1", 3, 5)
    do(watch, "bts2", 3, 9)
    watch.comes_to("start/main")
    do(watch, "bts1", 20, 30)
    watch.all_leave()

    assert sorted(told(tmp_path / "journal")) == [
        ("began", "bts1", "start", 20),
        ("began", "bts1", "stop", 1),
        ("began", "bts2", "stop", 3),
        ("ended", "bts1", "start", 30),
        ("ended", "bts1", "stop", 5),
        ("ended", "bts2", "stop", 9),
    ]


def test_a_phase_whose_tasks_were_all_skipped_is_dropped(tmp_path: Path) -> None:
    watch = watch_of(tmp_path / "journal")
    watch.comes_to("stop/main")
    do(watch, "bts1", 1, 2, skipped=True)
    watch.all_leave()

    assert [line[0] for line in told(tmp_path / "journal")] == ["began", "dropped"]


def test_what_looks_at_the_databases_has_a_lane_of_its_own(tmp_path: Path) -> None:
    watch = watch_of(tmp_path / "journal")
    watch.comes_to("backup/idle")
    do(watch, "bts1", 1, 2)
    watch.all_leave()

    assert told(tmp_path / "journal") == [("began", "databases", "idle", 1), ("ended", "databases", "idle", 2)]


def test_the_agent_belongs_to_the_computer_that_its_task_was_delegated_to(tmp_path: Path) -> None:
    watch = watch_of(tmp_path / "journal")
    watch.comes_to("stop/agent_service")
    do(watch, "bts1", 1, 2, delegated_to="sql1", service="SQLSERVERAGENT")

    (entry,) = read_journal(tmp_path / "journal")
    assert (entry["lane"], entry["service"], entry["began"], entry["at"]) == ("sql1", "SQLSERVERAGENT", 1, 2)


def test_the_records_own_tasks_belong_to_no_phase(tmp_path: Path) -> None:
    watch = watch_of(tmp_path / "journal")
    watch.comes_to("install/run")
    watch.comes_to("record/step")
    do(watch, "bts1", 1, 2)

    assert told(tmp_path / "journal") == []
