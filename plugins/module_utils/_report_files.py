# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the journals and the reports of a group's runs lie.

`<run>.journal` and the setup logs lie beside the run record. The reports lie there too, or in a folder of their own:
`<run>-report.html` and `.json` of each run, and `report.html` and `report.json`, which are those of the last one.
"""

from __future__ import annotations

import contextlib
import json
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.biztalk.patching.plugins.module_utils._journal import read_journal
from ansible_collections.biztalk.patching.plugins.module_utils._record import Record, RecordError, is_open, parse
from ansible_collections.biztalk.patching.plugins.module_utils._record_store import owner_state, replace_file
from ansible_collections.biztalk.patching.plugins.module_utils._report import Report, make_report
from ansible_collections.biztalk.patching.plugins.module_utils._report_parts import SetupLog
from ansible_collections.biztalk.patching.plugins.module_utils._story import Story

JOURNAL: t.Final = ".journal"


@dataclass(frozen=True)
class ReportFiles:
    """`report` is what is in them."""

    html: Path
    json: Path
    report: Report


class NoRunError(Exception):
    """There is nothing to make a report of."""


def report_folder(source: Path, folder: str) -> Path:
    """In a folder of their own the reports of each group have one that is called as that of its records."""
    return Path(folder).expanduser() / source.parent.name if folder else source.parent


def newest_run(folder: Path) -> Path:
    """The journal of the last run on a group, or else its run record. Raises `NoRunError`."""
    journals = sorted(folder.glob(f"*{JOURNAL}"), key=lambda path: path.stat().st_mtime)
    record = folder / "run.json"
    if not journals and not record.exists():
        known = ", ".join(sorted(path.name for path in folder.parent.glob("*/") if path.is_dir())) or "none"
        raise NoRunError(f"{folder} has neither a journal nor a run record. Groups that have a folder there: {known}")
    return journals[-1] if journals else record


def write_report(source: Path, render: t.Callable[[Report], str], folder: Path) -> ReportFiles:
    """Make the report of a journal, or of a run record where there is none, in `folder`.

    Raises OSError where a file cannot be read or written, and `NoRunError` where the record is not whole.
    """
    report = report_from(source)
    texts = {".html": render(report), ".json": json.dumps(report.data, indent=1, sort_keys=True)}
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, text in texts.items():
        for name in (f"{source.stem}-report", "report"):
            replace_file(folder / f"{name}{suffix}", text)
    return ReportFiles(folder / "report.html", folder / "report.json", report)


def report_from(source: Path) -> Report:
    """Of a journal or of a run record. Raises as `write_report` does."""
    story = story_of(source)
    logs = _logs(source.parent, (story.record or {}).get("id"))
    before = _left_open(source.parent / "run.json")
    return make_report(story, run=source.stem, made=time.time(), alive=_alive(story), logs=logs, before=before)


def story_of(source: Path) -> Story:
    if source.suffix == JOURNAL:
        return Story.parse(read_journal(source))
    try:
        record = parse(source.read_text(encoding="utf-8"))
    except RecordError as error:
        raise NoRunError(f"{source} is no whole run record: {error}") from error
    return Story.parse([{"event": "fact", "at": source.stat().st_mtime, "name": "record", "value": record}])


def _left_open(path: Path) -> Record | None:
    with contextlib.suppress(FileNotFoundError, RecordError):
        record = parse(path.read_text(encoding="utf-8"))
        return record if is_open(record) else None
    return None


def _alive(story: Story) -> bool:
    last = story.executions[-1] if story.executions else None
    return last is not None and last.ended is None and owner_state(last.owner) != "dead"


def _logs(folder: Path, run: str | None) -> list[SetupLog]:
    if not run:
        return []
    paths = sorted(folder.glob(f"{run}-*.log"))
    return [SetupLog(path.name, path.read_text(encoding="utf-8", errors="replace")) for path in paths]
