# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""wait_for_idle over pyodbc."""

from __future__ import annotations

import typing as t

import pyodbc
import pytest

if t.TYPE_CHECKING:
    from tests.integration.sql.targets import LabTarget, OpenLab, Target

# Of a real server whose Agent runs only this program is of interest.
AT_ONCE: dict[str, t.Any] = {"timeout": 0, "quiet_samples": 1, "allowed": [{"program": "SQLAgent*"}]}


def test_nobody(target: Target) -> None:
    result = target.run("wait_for_idle", **AT_ONCE)
    assert (result["idle"], result["changed"], result["samples"]) == (True, False, 1)


@pytest.mark.parametrize("database", ["BizTalkMgmtDb", "BizTalkMsgBoxDb", "SSODB"])
def test_somebody_is_named_with_what_to_do(target: Target, database: str) -> None:
    with target.client("mmc", "BTS9", database), target.client("mmc", "BTS9", database):
        result = target.run("wait_for_idle", **AT_ONCE)
    assert result["failed"]
    assert "mmc on BTS9 (spid " in result["msg"]
    assert "close the BizTalk Administration Console" in result["msg"]
    (culprit,) = result["culprits"]
    assert (culprit["host"], culprit["program"], culprit["sessions"]) == ("BTS9", "mmc", 2)
    assert culprit["databases"] == [database]
    assert {offender["login"] for offender in result["offenders"]} == {target.options["login_user"]}


@pytest.mark.parametrize(
    ("program", "host", "database", "idle"),
    [
        ("ENTSSO", "BTS1", "SSODB", True),
        ("Enterprise SSO", "bts1.lab.example", "SSODB", True),
        ("ENTSSO", "BTS1", "BizTalkMgmtDb", False),
        ("ENTSSO", "ELSEWHERE", "SSODB", False),
        ("monitor", "BTS1", "master", True),
    ],
)
def test_who_may_stay(lab: LabTarget, program: str, host: str, database: str, idle: bool) -> None:
    with lab.client(program, host, database):
        assert lab.run("wait_for_idle", **AT_ONCE)["idle"] is idle


def test_the_operator_allows_more(target: Target) -> None:
    allowed = [*AT_ONCE["allowed"], {"program": "Backup*", "host": "vault?", "database": "BizTalk*"}]
    with target.client("Backup Agent", "VAULT1", "BizTalkMgmtDb"):
        assert target.run("wait_for_idle", **{**AT_ONCE, "allowed": allowed})["idle"]


def test_it_waits_until_they_are_gone(lab: LabTarget) -> None:
    session = lab.first.open_session(host="BTS1", program="BTSNTSvc64", login="x", database="BizTalkMsgBoxDb")
    lab.first.world.scheduler.after(1.0, lambda: lab.first.sessions.close(session))
    result = lab.run("wait_for_idle", timeout=60, interval=1, quiet_samples=2, allowed=AT_ONCE["allowed"])
    assert result["idle"]
    assert result["samples"] >= 3


def test_the_job_that_never_ends_goes_with_the_agent(lab: LabTarget) -> None:
    result = lab.run("wait_for_idle", timeout=0, quiet_samples=1)
    assert {offender["kind"] for offender in result["offenders"]} == {"sql_agent"}
    assert "stop the SQL Server Agent service; do not disable single jobs" in result["msg"]
    lab.agents(running=False)
    assert lab.run("wait_for_idle", timeout=20, interval=1, quiet_samples=1)["idle"]


def test_who_is_left_is_ended_when_asked(target: Target) -> None:
    with target.client("mmc", "BTS9", "BizTalkMgmtDb") as victim:
        planned = target.run("wait_for_idle", **AT_ONCE, kill=True, _ansible_check_mode=True)
        assert [session["program"] for session in planned["killed"]] == ["mmc"]
        assert victim.execute("SELECT 1").fetchval() == 1
        result = target.run("wait_for_idle", **AT_ONCE, interval=1, kill=True)
        assert (result["idle"], result["changed"]) == (True, True)
        assert [(session["program"], session["host"]) for session in result["killed"]] == [("mmc", "BTS9")]
        with pytest.raises(pyodbc.Error):
            victim.execute("SELECT 1")


def test_all_instances_are_asked(open_lab: OpenLab) -> None:
    lab = open_lab("two-instances.yml")
    with lab.client("mmc", "BTS1", "BizTalkMgmtDb"):
        lab.instances["SQL2"].open_session(host="BTS2", program="w3wp", login="x", database="BizTalkMsgBoxDb2")
        result = lab.run("wait_for_idle", **AT_ONCE)
    found = {(offender["instance"], offender["program"]) for offender in result["offenders"]}
    assert found == {("SQL1", "mmc"), ("SQL2", "w3wp")}
