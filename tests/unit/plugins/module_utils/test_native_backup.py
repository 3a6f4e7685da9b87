# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_job, _tsql_sessions
from ansible_collections.biztalk.patching.plugins.module_utils._activity import MayStay, Pattern
from ansible_collections.biztalk.patching.plugins.module_utils._full_backup import (
    BackupError,
    BackupOptions,
    expected,
    full_backup,
)
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._native_backup import Attempt, NativeOptions
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Silence
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    FakeClock,
    FakeServer,
    FakeServers,
    Told,
    instance_answers,
    management_answers,
)

OPTIONS = BackupOptions(method="native", folder="\\\\nas\\before\\", verify="none", timeout=600)
STOPPED = {_tsql.AGENT_SERVICE: [{"status": 1}], _tsql.COMPRESSION: [{"use_compression": 0}], _tsql_job.JOB: []}
STATEMENT = re.compile(r"BACKUP DATABASE \[(.+)\] TO DISK = N'(.+)' WITH CHECKSUM(, COMPRESSION)?")
MMC = {"SPID": "61", "Status": "", "Login": "x", "HostName": "B", "DBName": "SSODB", "ProgramName": "mmc"}


class Backing(FakeServer):
    """An instance that notes what it is to back up; each takes ten seconds, and the database ``failing`` fails."""

    def __init__(self, answers: dict[str, t.Any], clock: FakeClock, failing: str = "") -> None:
        super().__init__(answers | STOPPED)
        self.clock = clock
        self.failing = failing
        self.made: list[tuple[str, str, bool]] = []
        self.limits: list[int | None] = []
        self.during: t.Callable[[], None] = lambda: None

    def execute(self, statement: str, *parameters: object, timeout: int | None = None) -> None:
        match = STATEMENT.fullmatch(statement)
        assert match, statement
        self.limits.append(timeout)
        if match[1] == self.failing:
            raise SqlError("the disk is full")
        self.answers[_tsql_sessions.RUNNING_BACKUPS] = [
            # Somebody else's, and the own one, which is known by its session.
            {"spid": 99, "database_name": match[1], "percent_complete": 90.0},
            {"spid": 55, "database_name": "master", "percent_complete": 40.0},
        ]
        self.during()
        self.clock.sleep(10)
        self.made.append((match[1], match[2], bool(match[3])))


def group_of(
    failing: str = "", changes: t.Mapping[str, t.Any] | None = None
) -> tuple[FakeServers, Backing, Backing, FakeClock]:
    """SQL1 with all databases but the message box and a custom one, which are on SQL2."""
    answers = management_answers() | {
        _tsql.MESSAGE_BOXES: [{"server_name": "SQL2", "database_name": "BizTalkMsgBoxDb"}]
    }
    clock = FakeClock()
    one = Backing(answers, clock, failing)
    two = Backing(instance_answers("SQL2", "BizTalkMsgBoxDb", "Orders"), clock, failing)
    one.answers |= changes or {}
    return FakeServers(one, {"SQL2": two}), one, two, clock


def run(
    options: BackupOptions = OPTIONS, failing: str = "", changes: t.Mapping[str, t.Any] | None = None
) -> tuple[dict[str, t.Any], Backing, Backing]:
    servers, one, two, clock = group_of(failing, changes)
    return full_backup(servers, read_group(servers), options, clock, Silence()), one, two


def test_every_database_is_backed_up_by_its_instance() -> None:
    result, one, two = run()
    assert [database for database, _file, _compressed in two.made] == ["BizTalkMsgBoxDb"]
    assert len(one.made) == 5
    assert (result["id"], result["method"], result["job_outcome"]) == (None, "native", None)
    found = {database["name"]: database for database in result["databases"]}
    assert set(found) >= {"BizTalkMgmtDb", "SSODB", "BizTalkMsgBoxDb"}
    assert found["BizTalkMsgBoxDb"]["server"] == "SQL2"
    assert found["BizTalkMsgBoxDb"]["file"].startswith("\\\\nas\\before\\SQL2_BizTalkMsgBoxDb_Full_2026_11_22_10_00_00")
    assert found["BizTalkMsgBoxDb"]["seconds"] >= 10
    assert [file for _name, file, _compressed in two.made] == [found["BizTalkMsgBoxDb"]["file"]]


@pytest.mark.parametrize("configured", [0, 1])
def test_it_is_compressed_as_the_job_would(configured: int) -> None:
    _result, one, _two = run(changes={_tsql.COMPRESSION: [{"use_compression": configured}]})
    assert {compressed for _name, _file, compressed in one.made} == {bool(configured)}


def test_further_databases_are_found_and_covered() -> None:
    _result, one, two = run(replace(OPTIONS, databases=("orders", "ssodb")))
    assert [database for database, _file, _compressed in one.made].count("SSODB") == 1
    assert [database for database, _file, _compressed in two.made] == ["BizTalkMsgBoxDb", "Orders"]


def test_a_further_database_that_is_nowhere_is_refused() -> None:
    with pytest.raises(SqlError, match=r"Invoices is on none of the group's instances \(SQL1, SQL2\)"):
        run(replace(OPTIONS, databases=("Invoices",)))


def test_it_is_refused_while_somebody_uses_the_databases() -> None:
    servers, one, _two, _clock = group_of(changes={_tsql_sessions.WHO: [MMC]})
    with pytest.raises(SqlError, match=r"No backup was made: the databases are in use.*mmc on B .*close the BizTalk"):
        expected(servers, read_group(servers), OPTIONS)
    assert one.made == []


def test_whom_the_operator_allows_may_stay() -> None:
    servers, _one, _two, _clock = group_of(changes={_tsql_sessions.WHO: [MMC]})
    allowing = replace(OPTIONS, may_stay=MayStay(allowed=(Pattern(program="mmc"),)))
    assert len(expected(servers, read_group(servers), allowing)) == 6


def test_a_failure_names_the_database_and_says_that_the_set_is_of_no_use() -> None:
    with pytest.raises(
        BackupError, match=r"not usable: the backup of BizTalkDTADb on SQL1 failed: the disk is full"
    ) as caught:
        run(failing="BizTalkDTADb")
    made = [database["name"] for database in caught.value.details["databases"]]
    assert "BizTalkDTADb" not in made
    assert "BizTalkMsgBoxDb" in made


def test_the_time_limit_is_for_all_of_an_instance() -> None:
    servers, one, _two, clock = group_of()
    with pytest.raises(BackupError, match="12 s of job_timeout are over"):
        full_backup(servers, read_group(servers), replace(OPTIONS, timeout=12), clock, Silence())
    assert all(limit is not None and limit <= 12 for limit in one.limits)


def test_the_operator_sees_each_database_and_its_percent() -> None:
    servers, one, _two, clock = group_of()
    told, group = Told(), read_group(servers)
    wanted = expected(servers, group, OPTIONS)
    attempt = Attempt(servers, group, wanted, NativeOptions("D:\\Backup", 60, 5, compress=False), clock, told)
    one.during = attempt.tell
    with attempt.watched():
        attempt.on_instance("SQL1")
    assert told.texts[:2] == [
        "backing up BizTalkMgmtDb on SQL1 (1 of 6)",
        "backing up BizTalkMgmtDb on SQL1 (1 of 6), 40 %",
    ]
