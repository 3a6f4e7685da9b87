# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._full_backup import (
    BackupError,
    BackupOptions,
    full_backup,
)
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Silence
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    BACKUP_STEP,
    JOB,
    FakeClock,
    FakeServer,
    FakeServers,
    identity,
    management_answers,
    refused,
)

NOW = datetime(2026, 11, 22, 10, 0)
DATABASES = [row["database_name"] for row in management_answers()[_tsql.BACKUP_DATABASES]]
OPTIONS = BackupOptions(timeout=600, interval=5, verify="none")


@dataclass
class JobModel:
    """The Agent's job in a few variables: a run takes ``length`` seconds and does what the settings say."""

    length: float = 20
    busy_until: float = 0
    busy_sees_force: bool = False
    writes: bool = True
    lacking: tuple[str, ...] = ()
    complete: bool = True
    status: int = 1
    agent_stops_at: float = 1e9
    now: float = 0
    forced: bool = False
    sets: list[dict[str, t.Any]] = field(default_factory=list)
    history: list[dict[str, t.Any]] = field(default_factory=list)
    ends: float | None = None
    starts: int = 0
    forced_at: float | None = None

    def __post_init__(self) -> None:
        self.ends = self.busy_until or None
        self.doomed = bool(self.busy_until) and not self.busy_sees_force

    def tick(self, now: float) -> None:
        self.now = now
        if self.ends is not None and now >= self.ends:
            self.ends = None
            self._finish()

    def _finish(self) -> None:
        if self.forced and self.writes and not self.doomed:
            self.write_set()
        self.doomed = False
        for step, status in ((2, self.status), (0, self.status)):
            entry = {"instance_id": len(self.history) + 1, "step_id": step, "step_name": "Backup"}
            self.history.append(entry | {"run_status": status, "message": "words"})

    def write_set(self) -> None:
        number = 100 + self.starts
        self.sets += [
            {
                "backup_set_id": number,
                "server_name": "SQL1",
                "database_name": name,
                "location": "D:\\Backup",
                "file_name": f"{name}.bak",
                "backup_type": "db",
                "backup_time": NOW,
                "set_complete": self.complete,
            }
            for name in DATABASES
            if name not in self.lacking
        ]
        self.forced = not self.complete

    def force(self) -> None:
        self.forced = True
        self.forced_at = self.now

    def start(self, _name: str) -> SqlError | None:
        if self.ends is not None:
            return refused(Kind.AGENT_REFUSED)
        self.starts += 1
        self.ends = self.now + self.length
        return None

    def answers(self) -> dict[str, t.Any]:
        return management_answers() | {
            _tsql.AGENT_SERVICE: lambda: [{"status": 4 if self.now < self.agent_stops_at else 1}],
            _tsql.JOB_ACTIVITY: lambda _name: [
                {"started": NOW, "stopped": None if self.ends is not None else NOW, "next_run": None, "last_step_id": 1}
            ],
            _tsql.LAST_JOB_HISTORY: lambda _name: [{"instance_id": len(self.history) or None}],
            _tsql.JOB_HISTORY_AFTER: lambda _name, after: self.history[int(after) :],
            _tsql.LAST_BACKUP_SET: lambda: [
                {"backup_set_id": max((r["backup_set_id"] for r in self.sets), default=None)}
            ],
            _tsql.BACKUP_SETS_AFTER: lambda after: [row for row in self.sets if row["backup_set_id"] > after],
            _tsql.FORCE_FLAG: lambda: [{"force_full": self.forced}],
            _tsql.FORCE_FULL_BACKUP: self.force,
            _tsql.START_JOB: self.start,
        }


class Told:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def tell(self, text: str) -> None:
        self.texts.append(text)


def run(
    model: JobModel, options: BackupOptions = OPTIONS, told: Told | None = None, **files: t.Any
) -> dict[str, t.Any]:
    servers = FakeServers(FakeServer(model.answers() | files))
    return full_backup(servers, read_group(servers), options, FakeClock(model.tick), told or Silence())


def test_a_good_backup() -> None:
    result = run(JobModel())
    assert result["id"] == 101
    assert [database["name"] for database in result["databases"]] == DATABASES
    assert result["databases"][0]["file"] == "D:\\Backup\\BAMPrimaryImport.bak"
    assert (result["job_outcome"], result["job_messages"], result["seconds"]) == ("succeeded", [], 20.0)
    assert result["started"] == "2026-11-22T10:00:00+00:00"
    assert result["ended"] == "2026-11-22T10:00:20+00:00"


def test_it_waits_for_the_run_in_progress_and_starts_its_own() -> None:
    model = JobModel(busy_until=35)
    assert run(model)["seconds"] == 55
    assert (model.starts, model.forced_at) == (1, 35)


def test_a_failed_last_step_does_not_spoil_a_good_set() -> None:
    result = run(JobModel(status=0))
    assert (result["job_outcome"], result["job_messages"]) == ("failed", ["Backup: words"])


def test_older_sets_do_not_count() -> None:
    model = JobModel(writes=False)
    model.forced, model.starts = True, -50
    model.write_set()
    with pytest.raises(BackupError, match="wrote no new full backup set"):
        run(model)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (JobModel(writes=False), "wrote no new full backup set"),
        (JobModel(lacking=("SSODB",), complete=False, status=0), "lacks SSODB on SQL1.*not marked complete.*words"),
        (JobModel(complete=False), "cannot be restored as a set"),
    ],
)
def test_a_bad_set_fails_with_what_is_known(model: JobModel, message: str) -> None:
    with pytest.raises(BackupError, match=message) as caught:
        run(model)
    assert caught.value.details["job_outcome"] is not None


def slipped_in(model: JobModel) -> dict[str, t.Any]:
    """A scheduled run that starts right before ours: the first start is refused."""

    def start(name: str) -> SqlError | None:
        if model.starts == 0 and model.ends is None:
            model.ends = model.now + model.length
            model.starts += 1
            return refused(Kind.AGENT_REFUSED)
        return model.start(name)

    return {_tsql.START_JOB: start}


def test_a_scheduled_run_that_saw_the_request_is_as_good_as_ours() -> None:
    model = JobModel()
    servers = FakeServers(FakeServer(model.answers() | slipped_in(model)))
    assert full_backup(servers, read_group(servers), OPTIONS, FakeClock(model.tick), Silence())["id"] == 101


def test_a_scheduled_run_that_came_too_early_is_followed_by_ours() -> None:
    model = JobModel()
    model.doomed = True
    servers = FakeServers(FakeServer(model.answers() | slipped_in(model)))
    result = full_backup(servers, read_group(servers), OPTIONS, FakeClock(model.tick), Silence())
    assert (result["id"], model.starts) == (102, 2)


def test_an_agent_that_stops_is_noticed_at_once() -> None:
    with pytest.raises(SqlError, match="Agent stopped while"):
        run(JobModel(agent_stops_at=10))


def test_the_time_limit_is_for_the_whole() -> None:
    with pytest.raises(SqlError, match=r"after 60 s"):
        run(JobModel(busy_until=50, length=50), replace(OPTIONS, timeout=60))


def test_the_operator_learns_what_it_is_at() -> None:
    told = Told()
    run(JobModel(busy_until=10), told=told)
    assert list(dict.fromkeys(told.texts)) == [
        f"waiting for the run that job '{JOB}' is in",
        f"job '{JOB}' is at its end, 0 of 6 databases backed up",
    ]


def test_steps_and_databases_are_counted() -> None:
    told = Told()
    model = JobModel()
    model.forced = True
    steps = [
        {"step_id": 1, "step_name": "Compress", "command": ""},
        {"step_id": 2, "step_name": "Full", "command": BACKUP_STEP},
    ]

    def first_half(_after: int) -> list[dict[str, t.Any]]:
        # A log backup of a scheduled run counts for nothing.
        kinds = ["db"] * 3 + ["lg"] * 3
        return model.sets or [
            {"server_name": "SQL1", "database_name": name, "backup_type": kind}
            for name, kind in zip(DATABASES, kinds, strict=True)
        ]

    answers: dict[str, t.Any] = {_tsql.JOB_STEPS: steps, _tsql.BACKUP_SETS_AFTER: first_half}
    run(model, told=told, **answers)
    assert told.texts[0] == f"job '{JOB}' is at step 2 'Full', 3 of 6 databases backed up"


def test_a_fail_over_is_noticed_at_once() -> None:
    model = JobModel()
    answers = model.answers() | {
        _tsql.IDENTITY: lambda: [identity("SQL1" if model.now < 10 else "SQL2", "BizTalkMgmtDb")]
    }
    servers = FakeServers(FakeServer(answers))
    with pytest.raises(SqlError, match="failed over from SQL1 to SQL2"):
        full_backup(servers, read_group(servers), OPTIONS, FakeClock(model.tick), Silence())
    assert model.now == 10


def test_a_run_that_an_agent_forgot_is_not_waited_for() -> None:
    model = JobModel()
    start: dict[str, t.Any] = {_tsql.START_JOB: None}
    with pytest.raises(SqlError, match="neither runs nor has ended"):
        run(model, OPTIONS, None, **start)
    assert model.now == 60


def header(name: str, **changes: t.Any) -> list[dict[str, t.Any]]:
    row: dict[str, t.Any] = {
        "DatabaseName": name,
        "BackupType": 1,
        "IsDamaged": 0,
        "BackupStartDate": NOW,
        "BackupFinishDate": NOW + timedelta(seconds=21),
        "BackupSize": 4000,
        "CompressedBackupSize": 1000,
    }
    return [row | changes]


def headers() -> dict[str, t.Any]:
    return {_tsql.backup_header(f"D:\\Backup\\{name}.bak"): header(name) for name in DATABASES}


SSO_HEADER = _tsql.backup_header("D:\\Backup\\SSODB.bak")
SSO_VERIFY = _tsql.verify_backup("D:\\Backup\\SSODB.bak")


@pytest.mark.parametrize("how", ["header", "full"])
def test_good_files_pass(how: str) -> None:
    assert run(JobModel(), replace(OPTIONS, verify=how), **headers())["verification"] == how


@pytest.mark.parametrize(
    ("how", "change", "message"),
    [
        ("header", {SSO_HEADER: SqlError("cannot open")}, r"SSODB\.bak: cannot open"),
        ("header", {SSO_HEADER: header("Other")}, "a backup of Other, not of SSODB"),
        ("header", {SSO_HEADER: header("SSODB", BackupType=2)}, "no full database backup"),
        ("header", {SSO_HEADER: header("SSODB") * 2}, "holds 2 backups"),
        ("full", {SSO_VERIFY: SqlError("checksum")}, "checksum"),
    ],
)
def test_a_bad_file_spoils_the_set(how: str, change: dict[str, t.Any], message: str) -> None:
    with pytest.raises(BackupError, match=message):
        run(JobModel(), replace(OPTIONS, verify=how), **(headers() | change))


def test_the_headers_tell_size_and_seconds() -> None:
    result = run(JobModel(), replace(OPTIONS, verify="header"), **headers())
    assert [(database["size"], database["seconds"]) for database in result["databases"]] == [(1000, 21.0)] * 6
    assert run(JobModel())["databases"][0]["size"] is None


def test_a_backup_of_a_damaged_database_is_not_good() -> None:
    damaged = {SSO_HEADER: header("SSODB", IsDamaged=1)}
    with pytest.raises(BackupError, match=r"SSODB\.bak was made of a damaged database"):
        run(JobModel(), replace(OPTIONS, verify="header"), **(headers() | damaged))
