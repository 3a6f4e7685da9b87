# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql_sessions
from ansible_collections.biztalk.patching.plugins.module_utils._running_backups import running_backups
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeServer


@pytest.mark.parametrize(("exact", "shown"), [(0.0, 0), (4.99, 0), (5.0, 5), (99.9, 95), (100.0, 100)])
def test_the_percentage_grows_in_steps(exact: float, shown: int) -> None:
    row = {"spid": 71, "database_name": "SSODB", "percent_complete": exact}
    (found,) = running_backups(FakeServer({_tsql_sessions.RUNNING_BACKUPS: [row]}))
    assert (found.spid, str(found)) == (71, f"SSODB {shown} %")


def test_a_question_that_fails_ends_nothing() -> None:
    assert running_backups(FakeServer({_tsql_sessions.RUNNING_BACKUPS: SqlError("no permission")})) == []
