# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._agent_job import Job
from ansible_collections.biztalk.patching.plugins.module_utils._backup_refusal import job_refusal, native_refusal
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeServer, FakeServers, management_answers

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group

COVERED = {row["database_name"].casefold() for row in management_answers()[_tsql.BACKUP_DATABASES]}


def group() -> Group:
    return read_group(FakeServers(FakeServer(management_answers())))


def with_job(**changes: t.Any) -> Group:
    good = group()
    return replace(good, backup_job=replace(good.backup_job, **changes))


def with_instance(**changes: t.Any) -> Group:
    good = group()
    return replace(good, instances=(replace(good.instances[0], **changes),))


def without_sso() -> Group:
    good = group()
    return replace(good, databases=tuple(found for found in good.databases if found.role != "sso"))


def with_replica(role: str) -> Group:
    good = group()
    databases = [replace(one, availability_group="AG1", replica_role=role) for one in good.databases]
    return replace(good, databases=tuple(databases))


BOTH = [
    (group, None),
    (lambda: with_instance(sysadmin=False), r"not sysadmin: LAB\\installer on SQL1"),
    (lambda: with_instance(writable=False), "secondary replica"),
    (lambda: with_replica("secondary"), "SQL1 holds a secondary replica of BizTalkMgmtDb"),
    (lambda: with_replica("primary"), None),
    (without_sso, "adm_OtherBackupDatabases"),
]


FOLDER = "D:\\Backup"


def check(reason: str | None, message: str | None) -> None:
    assert (reason is None) if message is None else re.search(message, reason or "")


@pytest.mark.parametrize(
    ("state", "message"),
    [
        *BOTH,
        (lambda: with_job(running=True), None),
        (lambda: replace(group(), backup_job=Job("Mine")), "no job 'Mine'"),
        (lambda: with_job(enabled=False), "disabled"),
        (lambda: with_job(steps=()), "<destination path>"),
        (lambda: with_instance(agent_running=False), "Agent of SQL1 is stopped"),
        (lambda: with_instance(agent_running=None), None),
    ],
)
def test_what_the_job_cannot_do(state: t.Callable[[], Group], message: str | None) -> None:
    check(job_refusal(state(), covered=COVERED, databases=(), accept_uncovered_sso=False), message)


@pytest.mark.parametrize(
    ("databases", "message"), [(("SSODB", "bizTalkMgmtDb"), None), (("SSODB", "Orders"), "does not back up Orders:")]
)
def test_the_operators_databases_must_be_covered(databases: tuple[str, ...], message: str | None) -> None:
    check(job_refusal(group(), covered=COVERED, databases=databases, accept_uncovered_sso=False), message)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        *((lambda state=state: stopped(state()), message) for state, message in BOTH),
        (lambda: replace(stopped(group()), backup_job=Job("Mine")), None),
        (lambda: with_instance(agent_running=True), "Agent runs on SQL1"),
        (lambda: with_instance(agent_running=None), "Agent runs on SQL1"),
    ],
)
def test_what_native_cannot_do(state: t.Callable[[], Group], message: str | None) -> None:
    check(native_refusal(state(), folder=FOLDER, accept_uncovered_sso=False, assume_stopped=False), message)


def stopped(group: Group) -> Group:
    return replace(group, instances=tuple(replace(one, agent_running=False) for one in group.instances))


def test_an_uncovered_sso_database_can_be_accepted() -> None:
    state = stopped(without_sso())
    assert native_refusal(state, folder=FOLDER, accept_uncovered_sso=True, assume_stopped=False) is None
    state = without_sso()
    assert job_refusal(state, covered=COVERED, databases=(), accept_uncovered_sso=True) is None


def test_native_can_be_planned_while_all_is_up() -> None:
    assert (
        native_refusal(
            with_instance(agent_running=True), folder=FOLDER, accept_uncovered_sso=False, assume_stopped=True
        )
        is None
    )
    state = with_instance(agent_running=True, sysadmin=False)
    check(native_refusal(state, folder=FOLDER, accept_uncovered_sso=False, assume_stopped=True), "not sysadmin")


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("\\\\nas\\biztalk\\before", None),
        ("d:/backup", None),
        ("https://x.blob.core.windows.net/c", None),
        # What name=value after -e makes of a share.
        ("\\nas\\biztalk", r"'\\nas\\biztalk' is no whole path"),
        ("backup", "no whole path"),
        ("", "no whole path"),
        ("\\\\nas", "no whole path"),
    ],
)
def test_the_folder_is_a_whole_path(folder: str, message: str | None) -> None:
    check(native_refusal(stopped(group()), folder=folder, accept_uncovered_sso=False, assume_stopped=False), message)
