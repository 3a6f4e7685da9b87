# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._record_store import (
    Store,
    owner_of_this_run,
    owner_state,
)

if t.TYPE_CHECKING:
    from pathlib import Path


def test_each_group_has_a_folder_of_its_own(tmp_path: Path) -> None:
    one = Store(str(tmp_path), server=r"SQL1\\BTS", database="BizTalkMgmtDb")
    two = Store(str(tmp_path), server="SQL2,1433", database="../BizTalkMgmtDb")
    assert {one.folder.parent, two.folder.parent} == {tmp_path}
    assert one.folder != two.folder


def test_the_copy_is_replaced_at_one_stroke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(str(tmp_path), server="SQL1", database="BizTalkMgmtDb")
    assert store.read() is None
    store.write("first", "run-a")
    store.write("second", "run-b")
    assert store.read() == "second"
    assert (store.folder / "run-a.json").read_text() == "first"
    assert store.path.stat().st_mode & 0o077 == 0

    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.write("third", "run-b")
    assert store.read() == "second"


def test_a_log_lies_beside_the_record(tmp_path: Path) -> None:
    store = Store(str(tmp_path), server="SQL1", database="BizTalkMgmtDb")
    store.write("record", "run")
    store.keep_log("run-bts1/../x-KB1.log", "Größe")
    path = store.log_path("run-bts1/../x-KB1.log")
    assert (path.parent, path.read_text(encoding="utf-8")) == (store.folder, "Größe")


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "sql1-biztalkmgmtdb").write_text("")
    with pytest.raises(OSError, match="sql1-biztalkmgmtdb"):
        Store(str(tmp_path), server="SQL1", database="BizTalkMgmtDb").write("text", "run")


def test_this_process_is_alive() -> None:
    assert owner_state(owner_of_this_run(os.getpid())) == "alive"


def test_a_process_that_ended_is_dead() -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], stdout=subprocess.PIPE, check=True)
    assert owner_state({**owner_of_this_run(os.getpid()), "pid": int(ended.stdout)}) == "dead"


def test_another_process_with_the_same_number_is_not_the_owner() -> None:
    assert owner_state({**owner_of_this_run(os.getpid()), "born": "1"}) == "dead"


def test_what_runs_on_another_controller_cannot_be_seen() -> None:
    assert owner_state({**owner_of_this_run(os.getpid()), "host": "elsewhere"}) == "unknown"
