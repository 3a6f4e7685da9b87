# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far the backups are that an instance makes now."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql_sessions
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer

# The operator sees a new line for so many per cent more.
STEP: t.Final = 5


@dataclass(frozen=True)
class RunningBackup:
    spid: int
    database: str
    percent: int

    def __str__(self) -> str:
        return f"{self.database} {self.percent} %"


def running_backups(server: SqlServer) -> list[RunningBackup]:
    """None where the question fails, for what is nice to know must not end what is under way."""
    try:
        rows = server.query(_tsql_sessions.RUNNING_BACKUPS)
    except SqlError:
        return []
    return [
        RunningBackup(int(row["spid"]), row["database_name"] or "", int(row["percent_complete"]) // STEP * STEP)
        for row in rows
    ]
