# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks again when an instance fails over, a connection drops or a deadlock chose the question as its victim.

For reads only: of a statement that changes something nobody can tell whether it was done before the connection broke.
"""

from __future__ import annotations

import typing as t

from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError

Result = t.TypeVar("Result")

# A fail-over takes half a minute as a rule; the waits add up to one.
WAITS: t.Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
TRANSIENT: t.Final = frozenset({Kind.CONNECTION_LOST, Kind.DEADLOCK})
# While an instance comes back nothing answers, or the database is still in recovery or not yet a primary replica.
COMING_BACK: t.Final = frozenset({Kind.CONNECTION_LOST, Kind.UNREACHABLE, Kind.DATABASE_MISSING})


def read(ask: t.Callable[[], Result], reconnect: t.Callable[[], None], pause: t.Callable[[float], None]) -> Result:
    """The answer, or the error that is none of these or stays too long."""
    lost = False
    for wait in WAITS:
        try:
            if lost:
                reconnect()
                lost = False
            return ask()
        except SqlError as error:
            if error.kind not in (COMING_BACK if lost else TRANSIENT):
                raise
            lost = lost or error.kind is Kind.CONNECTION_LOST
        pause(wait)
    if lost:
        reconnect()
    return ask()
