# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._record import serialise
from ansible_collections.biztalk.patching.plugins.module_utils._report_files import (
    NoRunError,
    newest_run,
    report_folder,
    write_report,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.journals import begun, ended, failed, good_patch, installed

if t.TYPE_CHECKING:
    from pathlib import Path

RUN = "20261122T013000Z-KB5009901"


def journal(folder: Path, name: str, *, age: int = 0) -> Path:
    path = folder / f"{name}.journal"
    path.write_text("".join(f"\n{json.dumps(entry)}" for entry in good_patch()), encoding="utf-8")
    os.utime(path, (1000 - age, 1000 - age))
    return path


def test_the_run_that_was_written_to_last_is_the_newest(tmp_path: Path) -> None:
    journal(tmp_path, "b", age=50)
    last = journal(tmp_path, "a")

    assert newest_run(tmp_path) == last


def test_a_group_without_a_run_says_which_groups_have_one(tmp_path: Path) -> None:
    (tmp_path / "sql1-biztalkmgmtdb").mkdir()

    with pytest.raises(NoRunError, match="Groups that have a folder there: sql1-biztalkmgmtdb"):
        newest_run(tmp_path / "sql9-biztalkmgmtdb")


def test_the_last_run_and_each_run_have_their_reports(tmp_path: Path) -> None:
    source = journal(tmp_path, f"{RUN}-patch")
    (tmp_path / f"{RUN}-bts1-KB5009901.log").write_text("begin\nHRESULT=0x80040e14\nend", encoding="utf-8")

    files = write_report(source, lambda _report: "<!DOCTYPE html>", tmp_path / "reports")

    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [
        f"{RUN}-patch-report.html",
        f"{RUN}-patch-report.json",
        "report.html",
        "report.json",
    ]
    data = json.loads(files.json.read_text(encoding="utf-8"))
    assert data["outcome"]["state"] == "succeeded"
    assert files.json.stat().st_mode & 0o777 == 0o600
    assert files.html.read_text(encoding="utf-8") == "<!DOCTYPE html>"


def test_setup_logs_of_the_run_are_told_with_their_errors(tmp_path: Path) -> None:
    source = journal(tmp_path, f"{RUN}-patch")
    record = installed("bts1")["id"]
    (tmp_path / f"{record}-bts1-KB5009901.log").write_text("begin\n\nHRESULT=0x80040e14\nend\n", encoding="utf-8")
    (tmp_path / "other-bts1-KB5009901.log").write_text("of another run", encoding="utf-8")

    (log,) = write_report(source, lambda _report: "", tmp_path).report.data["logs"]

    assert log["errors"] == ["HRESULT=0x80040e14"]
    assert (log["lines"], log["excerpt"]) == (3, ["begin", "HRESULT=0x80040e14", "end"])


def test_a_run_without_a_journal_is_told_from_its_record(tmp_path: Path) -> None:
    record = installed("bts1")
    (tmp_path / "run.json").write_text(serialise(record), encoding="utf-8")

    report = write_report(newest_run(tmp_path), lambda _report: "", tmp_path).report

    assert report.outcome.state == "interrupted"
    assert report.outcome.next == record["next"]
    assert [computer["name"] for computer in report.data["computers"]] == ["BTS1", "BTS2"]


def test_a_refused_run_tells_of_the_one_that_was_left_open(tmp_path: Path) -> None:
    record = installed("bts1")
    (tmp_path / "run.json").write_text(serialise(record), encoding="utf-8")
    source = tmp_path / "20261123T013000Z-patch.journal"
    refused = [*begun(), failed(5, "bts1", "Nothing was touched."), ended(6, succeeded=False)]
    source.write_text("".join(f"\n{json.dumps(entry)}" for entry in refused), encoding="utf-8")

    outcome = write_report(source, lambda _report: "", tmp_path).report.outcome

    assert outcome.sentence.endswith(f"The run {record['id']} before it is still open, at the step installing.")
    assert (outcome.state, outcome.cause, outcome.next) == ("refused", "Nothing was touched.", record["next"])


def test_a_record_that_is_not_whole_makes_no_report(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{", encoding="utf-8")

    with pytest.raises(NoRunError, match="no whole run record"):
        write_report(newest_run(tmp_path), lambda _report: "", tmp_path)


def test_reports_in_a_folder_of_their_own_keep_the_groups_apart(tmp_path: Path) -> None:
    source = tmp_path / "records" / "sql1-biztalkmgmtdb" / "run.journal"

    assert report_folder(source, "") == source.parent
    assert report_folder(source, str(tmp_path / "out")) == tmp_path / "out" / "sql1-biztalkmgmtdb"
