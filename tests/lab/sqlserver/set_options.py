# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SET of the options of a session."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver import errors
from tests.lab.tds.interface import SqlServerError

# Options that change nothing here.
HARMLESS = {
    "ANSI_DEFAULTS", "ANSI_NULLS", "ANSI_NULL_DFLT_ON", "ANSI_PADDING", "ANSI_WARNINGS", "ARITHABORT",
    "CONCAT_NULL_YIELDS_NULL", "CURSOR_CLOSE_ON_COMMIT", "DATEFIRST", "DATEFORMAT", "DEADLOCK_PRIORITY", "LANGUAGE",
    "LOCK_TIMEOUT", "NUMERIC_ROUNDABORT", "QUERY_GOVERNOR_COST_LIMIT", "QUOTED_IDENTIFIER", "ROWCOUNT", "TEXTSIZE",
    "TRANSACTION", "XACT_ABORT",
}  # fmt: skip


def read(words: t.Iterable[str]) -> tuple[str, bool]:
    """The option and whether it is set on. Raises `SqlServerError` for an unknown one."""
    names = [word for word in words if word.isidentifier()]
    if not names:
        raise errors.syntax("SET")
    options = [name for name in names if name not in ("ON", "OFF")]
    if options not in (["NOCOUNT"], ["IMPLICIT_TRANSACTIONS"]) and (not options or options[0] not in HARMLESS):
        raise SqlServerError(195, f"'{names[0]}' is not a recognized SET option.", severity=15)
    return options[0], names[-1] == "ON"
