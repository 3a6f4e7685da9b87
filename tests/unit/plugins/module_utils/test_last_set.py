# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import datetime

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._last_set import last_full_set
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeServer

ONE, TWO = ("SQL1", "BizTalkMgmtDb"), ("SQL2", "BizTalkMsgBoxDb")
UNKNOWN = {"id": 43, "finished": None, "seconds": None, "complete": True}


def row(server: str, database: str, **changes: t.Any) -> dict[str, t.Any]:
    return {
        "backup_set_id": 43,
        "server_name": server,
        "database_name": database,
        "location": "D:\\Backup\\",
        "file_name": f"{database}.bak",
        "backup_type": "db",
        "backup_time": None,
        "set_complete": 1,
    } | changes


def remembering(started: datetime, finished: datetime, zone: int | None) -> t.Callable[..., list[dict[str, t.Any]]]:
    """An older backup into the same file is not the one."""
    newest = {"started": started, "finished": finished, "time_zone": zone}
    older = newest | {"started": datetime(2020, 1, 1)}

    def times(database: str, path: str) -> list[dict[str, t.Any]]:
        return [newest, older] if path == f"D:\\Backup\\{database}.bak" else []

    return times


def last(rows: list[dict[str, t.Any]], **times: t.Any) -> dict[str, t.Any] | None:
    def connect(name: str) -> FakeServer:
        return FakeServer({_tsql.BACKUP_TIMES: times[name]})

    return last_full_set(FakeServer({_tsql.LAST_FULL_SET: rows}), connect)


# Noon in UTC, on a server in India and one in New York.
INDIA = remembering(datetime(2026, 11, 22, 17, 30), datetime(2026, 11, 22, 17, 31), 22)
NEW_YORK = remembering(datetime(2026, 11, 22, 7, 1), datetime(2026, 11, 22, 7, 4, 12), -20)


def test_it_lasts_from_the_first_begin_to_the_last_end_wherever_that_is() -> None:
    assert last([row(*ONE), row(*TWO)], SQL1=INDIA, SQL2=NEW_YORK) == {
        "id": 43,
        "finished": "2026-11-22T12:04:12+00:00",
        "seconds": 252.0,
        "complete": True,
    }


def test_there_may_be_none() -> None:
    assert last([]) is None


def test_it_may_be_incomplete() -> None:
    found = last([row(*ONE, set_complete=0)], SQL1=INDIA)
    assert found is not None
    assert (found["complete"], found["seconds"]) == (False, 60.0)


@pytest.mark.parametrize(
    "times",
    [[], SqlError("no permission"), remembering(datetime(2026, 1, 1), datetime(2026, 1, 1), 127)],
)
def test_what_one_instance_does_not_remember_is_not_guessed(times: t.Any) -> None:
    assert last([row(*ONE), row(*TWO)], SQL1=INDIA, SQL2=times) == UNKNOWN
