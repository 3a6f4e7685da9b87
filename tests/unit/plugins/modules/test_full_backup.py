# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_job
from ansible_collections.biztalk.patching.plugins.module_utils._arguments import SESSION_OPTIONS
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Silence
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.modules.full_backup import OWN_OPTIONS, make_backup
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    FakeServer,
    FakeServers,
    identity,
    management_answers,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import documented, without_prose

PARAMS = {name: option.get("default") for name, option in (OWN_OPTIONS | SESSION_OPTIONS).items()}


def test_the_options_are_documented_as_they_are() -> None:
    assert without_prose(documented("full_backup")) == without_prose(OWN_OPTIONS)


def test_check_mode_says_what_would_be_done_and_does_nothing() -> None:
    server = FakeServer(management_answers())
    result = make_backup(FakeServers(server), PARAMS, Silence(), check_mode=True)
    assert {"server": "SQL1", "name": "SSODB"} in result["would_back_up"]
    assert len(result["would_back_up"]) == 6
    assert result["last_full_set"] is None
    assert server.executed == []


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({_tsql_job.JOB: []}, "has no job"),
        ({_tsql_job.JOB: [{"name": "x", "enabled": 0}]}, "disabled"),
        ({_tsql.AGENT_SERVICE: [{"status": 1}]}, "stopped"),
        ({_tsql.IDENTITY: [identity("SQL1", "BizTalkMgmtDb", is_sysadmin=0)]}, "not sysadmin"),
        ({_tsql.OTHER_BACKUP_DATABASES: [], _tsql.BACKUP_DATABASES: []}, "does not back up SSODB on SQL1"),
    ],
)
def test_a_refusal_comes_first_in_check_mode_too(change: dict[str, t.Any], message: str, check_mode: bool) -> None:
    server = FakeServer(management_answers() | change)
    with pytest.raises(SqlError, match=f"No backup was made: .*{message}"):
        make_backup(FakeServers(server), PARAMS, Silence(), check_mode=check_mode)
    assert server.executed == []


def test_native_is_planned_while_all_is_up_and_never_made_so() -> None:
    server = FakeServer(management_answers())
    planned = PARAMS | {"method": "native", "folder": "D:\\Backup", "assume_stopped": True}
    assert len(make_backup(FakeServers(server), planned, Silence(), check_mode=True)["would_back_up"]) == 6
    with pytest.raises(SqlError, match="No backup was made: SQL Server Agent runs on SQL1"):
        make_backup(FakeServers(server), planned, Silence(), check_mode=False)
    assert server.executed == []
