# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._activity import Session
from ansible_collections.biztalk.patching.plugins.module_utils._culprits import culprits, in_short


def session(spid: int, host: str, program: str, database: str = "BizTalkMgmtDb") -> Session:
    return Session("SQL1", spid, host, program, "LAB\\svc", frozenset({database}))


SESSIONS = [
    session(61, "BTS2", "mmc"),
    session(62, "BTS1", "BTSNTSvc64"),
    session(63, "BTS1", "w3wp"),
    session(64, "BTS1", "w3wp", "BizTalkMsgBoxDb"),
    session(65, "BTS2", "mmc"),
]


def test_they_are_grouped_by_computer_and_program() -> None:
    found = [(one.host, one.program, [session.spid for session in one.sessions]) for one in culprits(SESSIONS)]
    assert found == [("BTS1", "w3wp", [63, 64]), ("BTS1", "BTSNTSvc64", [62]), ("BTS2", "mmc", [61, 65])]


def test_as_a_result() -> None:
    assert culprits(SESSIONS)[0].as_result() == {
        "host": "BTS1",
        "program": "w3wp",
        "kind": "iis",
        "remedy": "stop IIS (W3SVC and WAS) on that computer",
        "sessions": 2,
        "logins": ["LAB\\svc"],
        "databases": ["BizTalkMgmtDb", "BizTalkMsgBoxDb"],
        "instances": ["SQL1"],
    }


@pytest.mark.parametrize(
    ("program", "remedy"),
    [
        ("mmc", "close the BizTalk Administration Console"),
        ("w3wp", "stop IIS"),
        ("SQLAgent - TSQL JobStep (Job 0x01 : Step 1)", "stop the SQL Server Agent service"),
        ("BizTalk360 Monitoring", "pause the monitoring tool"),
        ("something", "add it to the option allowed"),
    ],
)
def test_each_kind_has_its_remedy(program: str, remedy: str) -> None:
    (found,) = culprits([session(61, "BTS1", program)])
    assert str(found).startswith(f"{program} on BTS1 (spid 61 in BizTalkMgmtDb): ")
    assert remedy in str(found)


def test_a_thousand_sessions_do_not_make_a_message_of_a_thousand_lines() -> None:
    (found,) = culprits([session(spid, "", "") for spid in range(61, 1061)])
    assert str(found).count("spid") == 5
    assert "unknown program on unknown computer" in str(found)
    assert "and 995 more" in str(found)


def test_in_one_line() -> None:
    assert in_short(SESSIONS) == "5 sessions: w3wp on BTS1 (2), BTSNTSvc64 on BTS1 (1), mmc on BTS2 (2)"
    assert in_short(SESSIONS[:1]) == "1 session: mmc on BTS2 (1)"


def test_a_hundred_programs_do_not_make_a_line_of_a_hundred() -> None:
    line = in_short([session(61 + number, f"BTS{number}", "mmc") for number in range(100)])
    assert line.count("mmc") == 5
    assert line.endswith(" and 95 more programs")
