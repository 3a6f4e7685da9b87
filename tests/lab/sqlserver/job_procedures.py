# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedures about jobs: msdb's, and the one that a message box's own job runs forever."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver import errors
from tests.lab.tds.interface import Message, Reply, SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.jobs import Job
    from tests.lab.sqlserver.runner import Runner

FOREVER = 10.0


def manage_ref_count_log(runner: Runner) -> t.Iterator[Reply]:
    """Runs until it is cancelled, by design."""
    yield from ()
    while True:
        runner.pause(FOREVER)


def sp_start_job(runner: Runner, **values: t.Any) -> t.Iterator[Reply]:
    job = job_of(runner, values)
    runner.instance.agent.start_job(job, requested_by=runner.login)
    yield Message(f"Job '{job.name}' started successfully.", 14243)


def sp_stop_job(runner: Runner, **values: t.Any) -> t.Iterator[Reply]:
    job = job_of(runner, values)
    runner.instance.agent.stop_job(job, requested_by=runner.login)
    yield Message(f"Job '{job.name}' stopped successfully.", 14254)


def sp_update_job(runner: Runner, **values: t.Any) -> t.Iterator[Reply]:
    job = job_of(runner, values)
    if values["new_name"] is not None:
        raise errors.unknown_to_the_lab("new names for jobs")
    if values["enabled"] is not None:
        runner.instance.agent.set_enabled(job, enabled=bool(values["enabled"]))
    yield from ()


def job_of(runner: Runner, values: dict[str, t.Any]) -> Job:
    name, identifier = values["job_name"], values["job_id"]
    if (name is None) == (identifier is None):
        raise SqlServerError(
            14294, "Supply either @job_id or @job_name to identify the job.", procedure="sp_verify_job_identifiers"
        )
    job = runner.instance.agent.find(name=name, identifier=identifier)
    if job is None:
        parameter, value = ("@job_name", name) if name else ("@job_id", identifier)
        text = f"The specified {parameter} ('{value}') does not exist."
        raise SqlServerError(14262, text, procedure="sp_verify_job_identifiers")
    return job
