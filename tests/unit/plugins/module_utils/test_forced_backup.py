# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_job, _tsql_sessions
from ansible_collections.biztalk.patching.plugins.module_utils._full_backup import BackupError, full_backup
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Silence
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    BACKUP_STEP,
    JOB,
    FakeClock,
    FakeServer,
    FakeServers,
    Told,
    identity,
    refused,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.job_model import DATABASES, OPTIONS, JobModel, run


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

    return {_tsql_job.START_JOB: start}


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

    answers: dict[str, t.Any] = {_tsql_job.JOB_STEPS: steps, _tsql.BACKUP_SETS_AFTER: first_half}
    run(model, told=told, **answers)
    assert told.texts[0] == f"job '{JOB}' is at step 2 'Full', 3 of 6 databases backed up"


def test_a_running_backup_shows_its_database_and_percent() -> None:
    told = Told()
    running = [
        {"spid": 71, "database_name": "BizTalkDTADb", "percent_complete": 47.9},
        {"spid": 72, "database_name": "SomebodyElses", "percent_complete": 12.0},
    ]
    answers: dict[str, t.Any] = {_tsql_sessions.RUNNING_BACKUPS: running}
    run(JobModel(), told=told, **answers)
    assert told.texts[0] == f"job '{JOB}' is at its end, 0 of 6 databases backed up, BizTalkDTADb 45 %"


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
    start: dict[str, t.Any] = {_tsql_job.START_JOB: None}
    with pytest.raises(SqlError, match="neither runs nor has ended"):
        run(model, OPTIONS, None, **start)
    assert model.now == 60
