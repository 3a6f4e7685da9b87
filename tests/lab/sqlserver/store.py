# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of one instance, in SQLite: a table `database.schema.name` for each table of each database."""

from __future__ import annotations

import sqlite3
import threading
import typing as t
from dataclasses import dataclass, field

from tests.lab.sqlserver import errors
from tests.lab.tds.interface import SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.schema import Columns

NUMERIC = {"int", "bigint", "smallint", "tinyint", "bit"}


@dataclass(frozen=True)
class Table:
    """`fill` computes the rows of a system view at the moment of a query."""

    database: str
    schema: str
    name: str
    columns: Columns
    fill: t.Callable[[t.Any], t.Iterable[t.Sequence[t.Any]]] | None = None
    stored: bool = True

    @property
    def key(self) -> str:
        return f"{self.database}.{self.schema}.{self.name}"


@dataclass
class Store:
    """All access goes through `lock`, which also makes a batch of Python steps one."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    databases: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._tables: dict[tuple[str, str, str], Table] = {}
        self._failure: SqlServerError | None = None
        self._changes = 0
        self.context: t.Any = None

    def close(self) -> None:
        with self.lock:
            self._connection.close()

    def database(self, name: str) -> str | None:
        """The name as the instance spells it."""
        return self.databases.get(name.casefold())

    def create_database(self, name: str) -> None:
        self.databases[name.casefold()] = name

    def create_table(self, table: Table) -> None:
        parts = ", ".join(f"{quoted(name)} {_affinity(kind.name)}" for name, kind in table.columns.items())
        self.run(words("CREATE TABLE", quoted(table.key), "(", parts, ")"))
        self._register(table)

    def create_view(self, table: Table, query: str) -> None:
        self.run(words("CREATE VIEW", quoted(table.key), "AS", query))
        self._register(table)

    def find(self, database: str, schema: str, name: str) -> Table | None:
        return self._tables.get((database.casefold(), schema.casefold(), name.casefold()))

    def tables_of(self, database: str) -> list[Table]:
        """Those that hold rows of their own."""
        wanted = database.casefold()
        return [table for (home, _schema, _name), table in self._tables.items() if home == wanted and table.stored]

    def function(self, name: str, implementation: t.Callable[..., t.Any], arguments: int = -1) -> None:
        """Make a function known to SQLite. It may raise `SqlServerError`."""

        def run(*values: t.Any) -> t.Any:
            try:
                return implementation(*values)
            except SqlServerError as error:
                self._failure = error
                raise

        self._connection.create_function(name, arguments, run)

    def insert(self, table: str, **values: t.Any) -> int:
        """Add a row to the table with this key; what is not given is NULL. Returns SQLite's row number."""
        names = ", ".join(quoted(name) for name in values)
        statement = words("INSERT INTO", quoted(table), "(", names, ") VALUES (", marks(len(values)), ")")
        return self.run(statement, tuple(values.values())).lastrowid or 0

    def run(self, sql: str, parameters: t.Any = ()) -> sqlite3.Cursor:
        """Run SQLite's SQL. A database error becomes the one of SQL Server."""
        with self.lock:
            try:
                return self._connection.execute(sql, parameters)
            except sqlite3.Error as error:
                raise _translated(error) from error

    def run_for(self, context: t.Any, sql: str, parameters: t.Mapping[str, t.Any]) -> list[tuple[t.Any, ...]]:
        """Run a session's query; T-SQL's functions find the session in `context`."""
        with self.lock:
            self.context, self._failure = context, None
            try:
                rows = self.run(sql, parameters).fetchall()
            except (SqlServerError, sqlite3.Error) as error:
                # SQLite tells only that a function of ours has failed, not why.
                raise self._failure or error from error
            self._changes = self._connection.execute("SELECT changes()").fetchone()[0]
            return rows

    def changes(self) -> int:
        return self._changes

    def all(self, sql: str, parameters: t.Any = ()) -> list[tuple[t.Any, ...]]:
        with self.lock:
            return self.run(sql, parameters).fetchall()

    def refill(self, table: Table, context: t.Any) -> None:
        """Bring a computed view up to date."""
        if table.fill is None:
            return
        self.replace_rows(table.key, table.fill(context))

    def rows_of(self, table: str) -> list[tuple[t.Any, ...]]:
        return self.all(words("SELECT * FROM", quoted(table)))

    def replace_rows(self, table: str, rows: t.Iterable[t.Sequence[t.Any]]) -> None:
        listed = list(rows)
        with self.lock:
            self.run(words("DELETE FROM", quoted(table)))
            if listed:
                statement = words("INSERT INTO", quoted(table), "VALUES (", marks(len(listed[0])), ")")
                self._connection.executemany(statement, listed)

    def _register(self, table: Table) -> None:
        self._tables[(table.database.casefold(), table.schema.casefold(), table.name.casefold())] = table


def words(*parts: str) -> str:
    return " ".join(parts)


def quoted(name: str) -> str:
    return f'"{name}"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def marks(count: int) -> str:
    return ", ".join("?" * count)


def _affinity(type_name: str) -> str:
    if type_name in NUMERIC:
        return "INTEGER"
    return "REAL" if type_name == "float" else "TEXT COLLATE NOCASE"


def _translated(error: sqlite3.Error) -> SqlServerError:
    text = str(error)
    if "no such column" in text or "has no column named" in text:
        return errors.invalid_column(text.rsplit(" ", 1)[1].rsplit(".", 1)[-1].strip('"'))
    if text.startswith("ambiguous column name: "):
        return SqlServerError(209, f"Ambiguous column name '{text.rsplit(' ', 1)[1]}'.")
    return errors.unknown_to_the_lab(f"how to run this statement ({text})")
