# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the translation of a query needs to know of single expressions: their types, and their conversions."""

from __future__ import annotations

import typing as t

from sqlglot import exp

from tests.lab.sqlserver import dialect, errors, functions, schema
from tests.lab.tds.interface import SqlServerError
from tests.lab.tds.sqltypes import INT, SqlType

if t.TYPE_CHECKING:
    from sqlglot.errors import OptimizeError

    from tests.lab.sqlserver.store import Table


def outer_sources(scope: t.Any) -> set[str]:
    names: set[str] = set()
    while scope.parent:
        scope = scope.parent
        names |= {name.casefold() for name in scope.sources}
    return names


def unresolved(error: OptimizeError, written: dict[str, str], tables: t.Iterable[Table]) -> SqlServerError:
    """sqlglot names the column, in small letters, in quotes."""
    text = str(error)
    name = text.split("'")[1].rsplit(".", 1)[-1].strip('"') if "'" in text else text
    shown = written.get(name, name)
    if sum(name in map(str.casefold, table.columns) for table in tables) > 1:
        return SqlServerError(209, f"Ambiguous column name '{shown}'.")
    return errors.invalid_column(shown)


def conversion(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Convert):
        value, kind, style = node.expression, node.this, node.args.get("style")
    else:
        value, kind, style = node.this, node.args["to"], None
    text = kind.sql(dialect=dialect.LabTSQL)
    checked_type(text)
    gentle = exp.Literal.number(int(isinstance(node, exp.TryCast) or bool(node.args.get("safe"))))
    return exp.Anonymous(this="lab_cast", expressions=[value, exp.Literal.string(text), style or exp.null(), gentle])


def checked_type(text: str) -> SqlType:
    try:
        return schema.sql_type(text)
    except KeyError as error:
        raise SqlServerError(243, f"Type {text} is not a defined system type.") from error


def type_text(kind: SqlType) -> str:
    if kind.name in ("nvarchar", "varchar", "nchar", "char", "varbinary", "binary"):
        return f"{kind.name}({'max' if kind.length < 0 else kind.length})"
    return f"decimal({kind.precision},{kind.scale})" if kind.name == "decimal" else kind.name


def type_of(item: exp.Expr) -> SqlType | None:
    """None where only the values can tell."""
    node = item.unalias()
    if isinstance(node, exp.Anonymous):
        function = functions.FUNCTIONS.get(node.name.casefold())
        if function is None:
            return functions.GLOBALS[node.expressions[0].name][1]
        if function.type is None and node.expressions and node.name.casefold() != "serverproperty":
            return type_of(node.expressions[-1 if node.name.casefold() == "iif" else 0])
        return function.type
    if isinstance(node, exp.Convert):
        return checked_type(node.this.sql(dialect=dialect.LabTSQL))
    if isinstance(node, exp.Cast):
        return checked_type(node.args["to"].sql(dialect=dialect.LabTSQL))
    if isinstance(node, exp.Count) or (isinstance(node, exp.Literal) and node.is_int):
        return INT
    kind = node.type
    if not isinstance(node, exp.Literal) and kind is not None and kind.this != exp.DataType.Type.UNKNOWN:
        try:
            return schema.sql_type(kind.sql(dialect=dialect.LabTSQL))
        except KeyError:
            return None
    return None
