# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transaction of one session. Others see its changes at once; a rollback puts the tables back as they were."""

from __future__ import annotations

import itertools
import typing as t

from tests.lab.tds.interface import Reply, SqlServerError, TransactionBegan, TransactionEnded

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.store import Store

DESCRIPTORS = itertools.count(1)


class Transaction:
    """`depth` is @@TRANCOUNT."""

    def __init__(self, store: Store) -> None:
        self.depth = 0
        self._store = store
        self._descriptor = 0
        self._undo: dict[str, list[tuple[t.Any, ...]]] = {}

    def begin(self) -> TransactionBegan:
        self.depth += 1
        self._descriptor = next(DESCRIPTORS)
        return TransactionBegan(self._descriptor)

    def nest(self) -> t.Iterator[Reply]:
        """BEGIN TRANSACTION: only the outermost one begins anything."""
        if self.depth:
            self.depth += 1
        else:
            yield self.begin()

    def end(self, *, commit: bool) -> t.Iterator[Reply]:
        if not self.depth:
            verb, number = ("COMMIT", 3902) if commit else ("ROLLBACK", 3903)
            text = f"The {verb} TRANSACTION request has no corresponding BEGIN TRANSACTION."
            raise SqlServerError(number, text)
        self.depth = self.depth - 1 if commit else 0
        if self.depth:
            return
        if not commit:
            self._restore()
        self._undo.clear()
        yield TransactionEnded(self._descriptor, committed=commit)

    def abandon(self) -> None:
        """The session ends: what was not committed never was."""
        if self.depth:
            self.depth = 0
            self._restore()

    def remember(self, table: str) -> None:
        """Before a table changes: keep what a rollback has to bring back."""
        if self.depth and table not in self._undo:
            self._undo[table] = self._store.rows_of(table)

    def _restore(self) -> None:
        for table, rows in self._undo.items():
            self._store.replace_rows(table, rows)
