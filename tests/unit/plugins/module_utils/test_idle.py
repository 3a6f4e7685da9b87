# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import typing as t
from dataclasses import replace

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_sessions
from ansible_collections.biztalk.patching.plugins.module_utils._activity import MayStay
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._idle import (
    IdleOptions,
    IdleOutcome,
    end_remaining,
    sample,
    wait_for_idle,
)
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Silence
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    FakeClock,
    FakeServer,
    FakeServers,
    Told,
    instance_answers,
    management_answers,
)


def who(spid: int, program: str, database: str, host: str = "BTS1") -> dict[str, t.Any]:
    return {
        "SPID": f"{spid} ",
        "Status": "sleeping",
        "Login": "LAB\\svc",
        "HostName": host,
        "DBName": database,
        "ProgramName": program,
    }


OWN = who(55, "biztalk.patching", "BizTalkMgmtDb", "CONTROLLER")
SSO = who(56, "ENTSSO", "SSODB")
HOST = who(61, "BTSNTSvc64", "BizTalkMsgBoxDb")
OPTIONS = IdleOptions(timeout=60, interval=5, quiet_samples=2, may_stay=MayStay(sso_programs=("ENTSSO*",)))


def run(samples: list[list[dict[str, t.Any]]], options: IdleOptions = OPTIONS, told: Told | None = None) -> IdleOutcome:
    """Waits while sp_who2 of SQL1 gives one sample after the other, the last one for ever."""
    left = list(samples)
    answers = management_answers() | {_tsql_sessions.WHO: lambda: left.pop(0) if len(left) > 1 else left[0]}
    servers = FakeServers(FakeServer(answers))
    return wait_for_idle(servers, read_group(servers), options, FakeClock(), told or Silence())


def test_the_own_session_and_sso_are_idle() -> None:
    outcome = run([[OWN, SSO]])
    nobody: dict[str, list[t.Any]] = {"offenders": [], "culprits": [], "killed": [], "seen": []}
    assert outcome.as_result() == {"idle": True, "samples": 2, "waited": 5.0, **nobody}


def test_it_waits_for_pooled_connections_to_go() -> None:
    outcome = run([[HOST], [HOST], [OWN]])
    assert (outcome.idle, outcome.samples, outcome.waited) == (True, 4, 15.0)


def test_those_who_have_gone_were_seen_nevertheless() -> None:
    console = who(62, "mmc", "BizTalkMgmtDb", "BTS2")
    seen = run([[HOST, console], [console], [HOST], [OWN]]).as_result()["seen"]
    assert [(one["host"], one["program"], one["sessions"]) for one in seen] == [
        ("BTS1", "BTSNTSvc64", 1),
        ("BTS2", "mmc", 1),
    ]


def test_quiet_samples_count_in_a_row() -> None:
    assert run([[OWN], [HOST], [OWN]]).samples == 4


def test_on_time_out_it_names_everybody_and_what_to_do() -> None:
    outcome = run([[HOST, who(62, "mmc", "BizTalkMgmtDb", "BTS2"), who(63, "mmc", "SSODB", "BTS2"), SSO]])
    assert not outcome.idle
    assert outcome.waited == 60
    assert [offender["spid"] for offender in outcome.as_result()["offenders"]] == [61, 62, 63]
    summary = outcome.summary()
    assert summary.count("mmc on BTS2") == 1
    assert "spid 62 in BizTalkMgmtDb, spid 63 in SSODB" in summary
    assert "stop the host instances" in summary
    assert "close the BizTalk Administration Console" in summary


def test_the_operator_learns_for_whom_it_waits() -> None:
    told = Told()
    run([[HOST, SSO], [HOST], [], [HOST], [OWN]], replace(OPTIONS, quiet_samples=3), told)
    assert told.texts == [
        "waiting up to 60 s for 1 session: BTSNTSvc64 on BTS1 (1)",
        "nobody uses the databases, 1 of 3 looks",
        # Ten seconds later; what was between two looks is not told.
        "nobody uses the databases, 1 of 3 looks",
    ]


def test_ten_thousand_sessions_cost_little() -> None:
    """Without the driver, which the benchmark has too: 10,000 sessions may cost 0.3 s."""
    crowd = [who(spid, "App", "tempdb" if spid % 100 else "BizTalkMsgBoxDb") for spid in range(60, 10_060)]
    servers = FakeServers(FakeServer(management_answers() | {_tsql_sessions.WHO: crowd}))
    group, begin = read_group(servers), time.process_time()
    assert len(sample(servers, group, OPTIONS)) == 100
    assert time.process_time() - begin < 0.15


class Instance(FakeServer):
    """SQL1 with these sessions; a killed one is gone, unless its program connects again."""

    def __init__(self, *sessions: dict[str, t.Any], stubborn: bool = False, gone: tuple[int, ...] = ()) -> None:
        self.sessions = list(sessions)
        super().__init__(management_answers() | {_tsql_sessions.WHO: lambda: self.sessions})
        self.stubborn = stubborn
        self.gone = gone

    def execute(self, statement: str, *parameters: object, timeout: int | None = None) -> None:
        super().execute(statement, *parameters, timeout=timeout)
        spid = int(statement.removeprefix("KILL "))
        if not self.stubborn:
            self.sessions = [one for one in self.sessions if int(one["SPID"]) != spid]
        if spid in self.gone:
            raise SqlError("Process ID is not an active process ID", Kind.SESSION_GONE)


def end(instance: Instance, told: Told | None = None) -> IdleOutcome:
    servers = FakeServers(instance)
    return end_remaining(servers, read_group(servers), OPTIONS, FakeClock(), told or Silence())


def test_who_is_left_is_ended_and_nobody_else() -> None:
    instance = Instance(OWN, SSO, HOST, who(62, "mmc", "BizTalkMgmtDb"))
    told = Told()
    outcome = end(instance, told)
    assert instance.executed == [("KILL 61",), ("KILL 62",)]
    assert told.texts[0] == "ending 2 sessions: BTSNTSvc64 on BTS1 (1), mmc on BTS1 (1)"
    assert (outcome.idle, [session.spid for session in outcome.killed]) == (True, [61, 62])


def test_each_is_ended_on_his_own_instance() -> None:
    one, two = Instance(HOST), Instance(who(61, "mmc", "BizTalkMsgBoxDb"))
    one.answers[_tsql.MESSAGE_BOXES] = [{"server_name": "SQL2", "database_name": "BizTalkMsgBoxDb"}]
    one.sessions = [who(70, "mmc", "SSODB")]
    two.answers |= instance_answers("SQL2", "BizTalkMsgBoxDb") | {_tsql_sessions.WHO: lambda: two.sessions}
    servers = FakeServers(one, {"SQL2": two})
    outcome = end_remaining(servers, read_group(servers), OPTIONS, FakeClock(), Silence())
    assert (one.executed, two.executed) == ([("KILL 70",)], [("KILL 61",)])
    assert outcome.idle


def test_who_went_by_himself_was_not_ended() -> None:
    outcome = end(Instance(HOST, who(62, "mmc", "BizTalkMgmtDb"), gone=(61,)))
    assert (outcome.idle, [session.spid for session in outcome.killed]) == (True, [62])


def test_who_comes_back_is_not_ended_again() -> None:
    instance = Instance(HOST, stubborn=True)
    outcome = end(instance)
    assert instance.executed == [("KILL 61",)]
    assert (outcome.idle, outcome.waited) == (False, 60)
    assert [session.spid for session in outcome.offenders] == [61]


def test_without_time_it_looks_once() -> None:
    outcome = run([[HOST]], IdleOptions(timeout=0, quiet_samples=1))
    assert (outcome.idle, outcome.samples) == (False, 1)


def test_further_databases_are_watched_when_asked() -> None:
    custom = who(70, "app", "Orders")
    assert run([[custom]]).idle
    assert not run([[custom]], IdleOptions(timeout=0, databases=("orders",))).idle


def test_every_instance_is_asked() -> None:
    answers = management_answers()
    answers[_tsql.MESSAGE_BOXES] = [{"server_name": "SQL2\\BTS", "database_name": "BizTalkMsgBoxDb"}]
    second = instance_answers("SQL2\\BTS", "BizTalkMsgBoxDb") | {_tsql_sessions.WHO: [HOST]}
    servers = FakeServers(FakeServer(answers), {"SQL2\\BTS": FakeServer(second)})
    outcome = wait_for_idle(servers, read_group(servers), IdleOptions(timeout=0), FakeClock(), Silence())
    assert [offender.instance for offender in outcome.offenders] == ["SQL2\\BTS"]
