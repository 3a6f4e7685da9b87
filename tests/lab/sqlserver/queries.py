# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one query of a session on the store, and gives its values the types of SQL Server."""

from __future__ import annotations

import typing as t
import uuid
from datetime import date, datetime
from decimal import Decimal

from tests.lab.sqlserver import errors, permissions, schema
from tests.lab.sqlserver.clock import moment, stamp
from tests.lab.sqlserver.translate import Output, Translated, translate
from tests.lab.tds.interface import Column, Reply, ResultSet, RowCount, SqlServerError
from tests.lab.tds.sqltypes import BIGINT, FLOAT, INT, SqlType, nvarchar, varbinary

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.store import Table

Variables = t.Mapping[str, t.Any]
INT_RANGE = range(-(2**31), 2**31)
NVARCHAR_LIMIT = 4000


def run(runner: Runner, sql: str) -> t.Iterator[Reply]:
    query = _translated(runner, sql)
    yield from permissions.check_tables(runner, query)
    _check_variables(query, runner.variables)
    if query.target is None and query.tables:
        runner.before_read()
    yield from runner.before_query(on_tables=bool(query.tables))
    if query.target is not None:
        count = runner.rowcount = _change(runner, query, runner.variables)
        if runner.counts():
            yield RowCount(count)
        return
    rows = _rows(runner, query, runner.variables)
    runner.rowcount = len(rows)
    if query.assigned:
        for name, value in zip(query.assigned, rows[-1] if rows else (), strict=False):
            _set_variable(runner, name, value)
        return
    columns = tuple(
        Column(output.name, _column_type(output, rows, place)) for place, output in enumerate(query.outputs)
    )
    yield ResultSet(columns, [tuple(map(_value, columns, row)) for row in rows])


def evaluate(runner: Runner, expression: str) -> t.Any:
    """The value of an expression, as the store keeps values."""
    query = _prepared(runner, f"SELECT {expression}", runner.variables)
    for _message in permissions.check_tables(runner, query):
        pass
    return _rows(runner, query, runner.variables)[0][0]


def rows(runner: Runner, sql: str, **values: t.Any) -> list[tuple[t.Any, ...]]:
    """A procedure's own T-SQL query, with variables of its own; values are as the store keeps them."""
    variables = {f"@{name.casefold()}": value for name, value in values.items()}
    return _rows(runner, _prepared(runner, sql, variables), variables)


def change(runner: Runner, sql: str, **values: t.Any) -> int:
    """A procedure's own INSERT, UPDATE or DELETE in T-SQL. Returns the number of rows."""
    variables = {f"@{name.casefold()}": value for name, value in values.items()}
    return _change(runner, _prepared(runner, sql, variables), variables)


def stored(value: t.Any) -> t.Any:
    """A parameter's value as the store keeps it."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value).upper()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return int(value) if isinstance(value, bool) else value


def checked_type(text: str) -> SqlType:
    try:
        return schema.sql_type(text)
    except KeyError as error:
        raise SqlServerError(2715, f"Cannot find data type {text}.") from error


def _prepared(runner: Runner, sql: str, variables: Variables) -> Translated:
    """A procedure's own query: who may run the procedure may do what it does."""
    query = _translated(runner, sql)
    _check_variables(query, variables)
    return query


def _check_variables(query: Translated, variables: Variables) -> None:
    missing = [name for name in query.variables if name.casefold() not in variables]
    if missing:
        raise errors.undeclared(missing[0])


def _translated(runner: Runner, sql: str) -> Translated:
    """Pollers send the same statement again and again, and the tables of an instance never change."""
    cache = runner.instance.translations
    key = (runner.home, sql)
    if key not in cache:
        cache[key] = translate(sql, lambda database, schema_name, name: _resolve(runner, database, schema_name, name))
    return cache[key]


def _resolve(runner: Runner, database: str, schema_name: str, name: str) -> Table:
    written = ".".join(part for part in (database, schema_name, name) if part)
    known = runner.instance.store.database(database or runner.home)
    home = "master" if schema_name.casefold() == "sys" else known
    table = runner.instance.store.find(home or "", schema_name or "dbo", name)
    if known is None or table is None:
        raise errors.invalid_object(written)
    return table


def _rows(runner: Runner, query: Translated, variables: Variables) -> list[tuple[t.Any, ...]]:
    store = runner.instance.store
    with store.lock:
        for table in query.tables:
            runner.instance.replicate(table.database)
            store.refill(table, runner)
        return store.run_for(runner, query.sql, _parameters(query, variables))


def _change(runner: Runner, query: Translated, variables: Variables) -> int:
    store = runner.instance.store
    if query.target is None or query.target.fill is not None:
        raise SqlServerError(259, "Ad hoc updates to system catalogs are not allowed.")
    if not runner.instance.is_writable(query.target.database):
        raise errors.read_only(query.target.database)
    with store.lock:
        runner.transaction.remember(query.target.key)
        store.run_for(runner, query.sql, _parameters(query, variables))
        return store.changes()


def _parameters(query: Translated, variables: Variables) -> dict[str, t.Any]:
    return {name[1:]: variables[name.casefold()] for name in query.variables}


def _set_variable(runner: Runner, name: str, value: t.Any) -> None:
    if name.casefold() not in runner.variables:
        raise errors.undeclared(name)
    runner.variables[name.casefold()] = value


def _column_type(output: Output, rows: list[tuple[t.Any, ...]], place: int) -> SqlType:
    return output.type or _observed_type([row[place] for row in rows if row[place] is not None])


def _observed_type(values: list[t.Any]) -> SqlType:
    if not values or all(isinstance(value, int) for value in values):
        return INT if all(value in INT_RANGE for value in values) else BIGINT
    if all(isinstance(value, (int, float)) for value in values):
        return FLOAT
    if all(isinstance(value, bytes) for value in values):
        return varbinary(max(map(len, values)) or 1)
    longest = max(len(str(value)) for value in values)
    return nvarchar(-1 if longest > NVARCHAR_LIMIT else max(longest, 1))


def _value(column: Column, value: t.Any) -> t.Any:
    if value is None:
        return None
    if column.type.name in ("datetime", "datetime2"):
        return moment(str(value))
    if column.type.name in ("char", "nchar"):
        return str(value).ljust(column.type.length)
    return value
