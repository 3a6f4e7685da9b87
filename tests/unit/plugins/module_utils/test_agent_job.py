# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import datetime

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_job
from ansible_collections.biztalk.patching.plugins.module_utils._agent_job import (
    Job,
    Step,
    agent_running,
    outcome_of,
    read_job,
    start_job,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    BACKUP_STEP,
    JOB,
    FakeServer,
    management_answers,
    refused,
)

NOW = datetime(2026, 11, 22)


@pytest.mark.parametrize(
    ("commands", "configured"),
    [
        ([BACKUP_STEP], True),
        ([BACKUP_STEP.upper()], True),
        pytest.param(["exec sp_SetBackupCompression 0", BACKUP_STEP], True, id="found by its command, not its number"),
        (["exec [dbo].[sp_BackupAllFull_Schedule] 'd', 'BTS', '<destination path>'"], False),
        ([BACKUP_STEP, "exec [dbo].[sp_MarkAll] 'BTS', '<destination path>'"], False),
        (["exec something_else"], False),
        ([], False),
    ],
)
def test_the_path_is_configured(commands: list[str], configured: bool) -> None:
    steps = tuple(Step(number, "step", command) for number, command in enumerate(commands))
    assert Job(JOB, steps=steps).path_configured is configured


@pytest.mark.parametrize(
    ("activity", "agent_up", "running"),
    [
        ([{"started": NOW, "stopped": None}], True, True),
        ([{"started": NOW, "stopped": None}], None, True),
        pytest.param([{"started": NOW, "stopped": None}], False, False, id="the Agent's end left the run open"),
        ([{"started": NOW, "stopped": NOW}], True, False),
        ([{"started": None, "stopped": None}], True, False),
        ([], True, False),
    ],
)
def test_a_job_runs(activity: list[dict[str, t.Any]], agent_up: bool | None, running: bool) -> None:
    rows = [{"next_run": None} | row for row in activity]
    server = FakeServer(management_answers() | {_tsql_job.JOB_ACTIVITY: rows})
    assert read_job(server, JOB, agent_up=agent_up).running is running


@pytest.mark.parametrize(
    ("status", "outcome"), [(0, "failed"), (1, "succeeded"), (2, "retry"), (3, "canceled"), (4, "in_progress")]
)
def test_the_last_outcome_is_a_word(status: int, outcome: str) -> None:
    answers = management_answers() | {_tsql_job.LAST_JOB_OUTCOME: [{"run_status": status, "message": ""}]}
    assert read_job(FakeServer(answers), JOB, agent_up=True).last_outcome == outcome


def test_a_job_that_is_not_there() -> None:
    job = read_job(FakeServer(management_answers() | {_tsql_job.JOB: []}), JOB, agent_up=True)
    assert job == Job(JOB)
    assert not job.exists


def history(step: int, status: int, message: str = "") -> dict[str, t.Any]:
    return {"step_id": step, "step_name": f"Step{step}", "run_status": status, "message": message}


@pytest.mark.parametrize(
    ("rows", "status", "failed"),
    [
        ([history(1, 1), history(0, 1)], "succeeded", ()),
        ([history(1, 1), history(4, 0, " no space "), history(0, 0)], "failed", ("Step4: no space",)),
        ([history(0, 3)], "canceled", ()),
        ([history(0, 1), history(0, 0)], "failed", ()),
    ],
)
def test_how_a_run_ended(rows: list[dict[str, t.Any]], status: str, failed: tuple[str, ...]) -> None:
    outcome = outcome_of(rows)
    assert outcome is not None
    assert (outcome.status, outcome.failed_steps) == (status, failed)


@pytest.mark.parametrize("rows", [[], [history(1, 1)]])
def test_a_run_without_its_end_has_no_outcome(rows: list[dict[str, t.Any]]) -> None:
    assert outcome_of(rows) is None


@pytest.mark.parametrize(
    ("answer", "running"),
    [
        ([{"status": 4}], True),
        ([{"status": 1}], False),
        ([], False),
        (refused(Kind.PERMISSION_MISSING), None),
    ],
)
def test_the_agent_runs(answer: t.Any, running: bool | None) -> None:
    assert agent_running(FakeServer({_tsql.AGENT_SERVICE: answer})) is running


def test_an_error_that_is_no_missing_permission_is_raised() -> None:
    with pytest.raises(SqlError):
        agent_running(FakeServer({_tsql.AGENT_SERVICE: refused(Kind.CONNECTION_LOST)}))


def test_start_job_tells_a_refusal_from_an_error() -> None:
    assert start_job(FakeServer({}), JOB) is True
    assert start_job(FakeServer({_tsql_job.START_JOB: refused(Kind.AGENT_REFUSED)}), JOB) is False
    with pytest.raises(SqlError):
        start_job(FakeServer({_tsql_job.START_JOB: refused(Kind.PERMISSION_MISSING)}), JOB)
