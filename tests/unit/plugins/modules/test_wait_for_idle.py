# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql_sessions
from ansible_collections.biztalk.patching.plugins.module_utils._activity import MayStay, Pattern
from ansible_collections.biztalk.patching.plugins.module_utils._arguments import SESSION_OPTIONS
from ansible_collections.biztalk.patching.plugins.module_utils._idle import IdleOptions
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Silence
from ansible_collections.biztalk.patching.plugins.modules.wait_for_idle import OWN_OPTIONS, await_idle, idle_options
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    FakeClock,
    FakeServer,
    FakeServers,
    management_answers,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.modules.module_runner import documented, without_prose


def test_the_options_are_documented_as_they_are() -> None:
    assert without_prose(documented("wait_for_idle")) == without_prose(OWN_OPTIONS)


def test_the_options_arrive() -> None:
    params = {name: option["default"] for name, option in (OWN_OPTIONS | SESSION_OPTIONS).items()}
    entry = {"program": "Backup*", "login": "*", "host": "B1", "database": "*"}
    options = idle_options(params | {"allowed": [entry], "databases": ["Orders"]})
    assert options == IdleOptions(
        timeout=600,
        interval=5,
        quiet_samples=2,
        may_stay=MayStay(
            sso_programs=("ENTSSO*", "*Single Sign-On*", "Enterprise SSO*"),
            sso_hosts=(),
            allowed=(Pattern(program="Backup*", host="B1"),),
        ),
        databases=("Orders",),
    )


MMC = {"SPID": "61", "Status": "", "Login": "x", "HostName": "B", "DBName": "BizTalkMgmtDb", "ProgramName": "mmc"}


@pytest.mark.parametrize(
    ("kill", "check_mode", "executed", "idle", "killed"),
    [
        (False, False, [], False, []),
        (True, True, [], True, [61]),
        (True, False, [("KILL 61",)], True, [61]),
    ],
)
def test_sessions_are_ended_only_when_asked_and_never_in_check_mode(
    kill: bool, check_mode: bool, executed: list[t.Any], idle: bool, killed: list[int]
) -> None:
    server = FakeServer(management_answers())
    server.answers[_tsql_sessions.WHO] = lambda: [] if server.executed else [MMC]
    params = {name: option["default"] for name, option in (OWN_OPTIONS | SESSION_OPTIONS).items()} | {"kill": kill}
    outcome = await_idle(FakeServers(server), params, FakeClock(), Silence(), check_mode=check_mode)
    assert server.executed == executed
    assert (outcome.idle, [session.spid for session in outcome.killed]) == (idle, killed)
