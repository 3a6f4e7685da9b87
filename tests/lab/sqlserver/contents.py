# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a backup holds of a database: its tables, the updates' scripts that ran on it, and whether it is consistent."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance

Data = dict[str, t.Any]


class Contents:
    """`scripts` lists (database, script) in the order in which they ran, `damaged` says why a database is broken."""

    def __init__(self, instance: SqlServerInstance) -> None:
        self._instance = instance
        self.scripts: list[tuple[str, str]] = []
        self.damaged: dict[str, str] = {}

    def of(self, database: str) -> Data:
        """In a form that JSON can hold."""
        store = self._instance.store
        with store.lock:
            tables = {table.name: store.rows_of(table.key) for table in store.tables_of(database)}
        scripts = [script for name, script in self.scripts if name == database]
        return {"tables": tables, "scripts": scripts, "damaged": self.damaged.get(database)}

    def take_over(self, former: Contents, database: str) -> None:
        """What the former primary replica knew of a database beside its tables."""
        self.scripts += [item for item in former.scripts if item[0] == database]
        former.scripts = [item for item in former.scripts if item[0] != database]
        if reason := former.damaged.pop(database, None):
            self.damaged[database] = reason

    def load(self, database: str, source: str, data: Data) -> None:
        """The database becomes what it was; with the contents of another one it is of no use."""
        store = self._instance.store
        self.scripts = [(name, script) for name, script in self.scripts if name != database]
        self.damaged.pop(database, None)
        if source.casefold() != database.casefold():
            self._instance.damage(database, f"it was restored from a backup of {source}")
            return
        with store.lock:
            for table in store.tables_of(database):
                store.replace_rows(table.key, [tuple(row) for row in data["tables"][table.name]])
        self.scripts += [(database, script) for script in data["scripts"]]
        if data["damaged"]:
            self._instance.damage(database, data["damaged"])
