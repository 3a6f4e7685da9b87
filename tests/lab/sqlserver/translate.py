# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns one T-SQL query into SQLite's SQL, and finds the types of its columns."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import ErrorLevel, OptimizeError, SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify_columns import qualify_columns, validate_qualify_columns
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.schema import MappingSchema

from tests.lab.sqlserver import applied, dialect, errors, expressions, functions
from tests.lab.tds.interface import SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.store import Table
    from tests.lab.tds.sqltypes import SqlType

ROW_VALUE_STATEMENTS = (exp.Insert, exp.Update, exp.Delete)
Resolve = t.Callable[[str, str, str], "Table"]


@dataclass(frozen=True)
class Output:
    name: str
    type: SqlType | None


@dataclass(frozen=True)
class Translated:
    """`assigned` names the variables that a `SELECT @a = ...` fills, in the order of the columns."""

    sql: str
    tables: tuple[Table, ...]
    target: Table | None
    outputs: tuple[Output, ...]
    variables: frozenset[str]
    assigned: tuple[str, ...] = ()
    permission: str = "SELECT"


def translate(sql: str, resolve: Resolve) -> Translated:
    """`resolve` finds a table by database (empty for the current one), schema and name. Raises `SqlServerError`."""
    tree = dialect.parse(sql)
    if not isinstance(tree, (exp.Query, *ROW_VALUE_STATEMENTS)):
        raise errors.syntax(sql.split(maxsplit=1)[0])
    return _Translation(tree, resolve).run()


class _Translation:
    def __init__(self, tree: exp.Expr, resolve: Resolve) -> None:
        self._tree = tree
        self._resolve = resolve
        self._tables: dict[str, Table] = {}
        self._variables: set[str] = set()

    def run(self) -> Translated:
        applied.join_functions(self._tree)
        assigned = self._take_assignments()
        target = self._bind_tables()
        self._replace_parameters()
        self._name_functions_of_schemas()
        self._check_functions()
        names = self._output_names()
        if isinstance(self._tree, exp.Query):
            self._tree = self._qualified(self._tree)
        else:
            self._check_changed_columns()
        outputs = self._outputs(names)
        self._rewrite()
        return Translated(
            self._generate(),
            tuple(self._tables.values()),
            target,
            outputs,
            frozenset(self._variables),
            assigned,
            self._tree.key.upper(),
        )

    def _take_assignments(self) -> tuple[str, ...]:
        """`SELECT @a = x` becomes `SELECT x`."""
        if not isinstance(self._tree, exp.Select):
            return ()
        items = self._tree.expressions
        if not any(isinstance(item, exp.EQ) and isinstance(item.this, exp.Parameter) for item in items):
            return ()
        if not all(isinstance(item, exp.EQ) and isinstance(item.this, exp.Parameter) for item in items):
            text = "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval."
            raise SqlServerError(141, text, severity=15)
        names = tuple("@" + item.this.name for item in items)
        self._tree.set("expressions", [item.expression for item in items])
        return names

    def _bind_tables(self) -> Table | None:
        target_node = self._target_node()
        target = None
        common = {cte.alias.casefold() for cte in self._tree.find_all(exp.CTE)}
        for node in list(self._tree.find_all(exp.Table)):
            if not node.db and not node.catalog and node.name.casefold() in common:
                continue
            table = self._table(node)
            if node is target_node:
                target = table
        return target

    def _target_node(self) -> exp.Expr | None:
        if isinstance(self._tree, exp.Delete) and not self._tree.this:
            # DELETE x without FROM.
            self._tree.set("this", self._tree.args["tables"][0])
            self._tree.set("tables", None)
        if not isinstance(self._tree, ROW_VALUE_STATEMENTS):
            return None
        if isinstance(self._tree, exp.Update) and self._tree.args.get("from_"):
            raise errors.unknown_to_the_lab("UPDATE with FROM")
        target = self._tree.this
        return t.cast("exp.Expr", target.this if isinstance(target, exp.Schema) else target)

    def _table(self, node: exp.Table) -> Table:
        if not isinstance(node.this, exp.Identifier):
            raise errors.unknown_to_the_lab("functions that return tables")
        if len(node.parts) > 3:
            raise errors.unknown_to_the_lab("linked servers")
        table = self._resolve(node.catalog, node.db, node.name)
        alias = node.alias or node.name
        node.set("this", exp.to_identifier(table.key, quoted=True))
        node.set("db", None)
        node.set("catalog", None)
        node.set("hints", None)
        if not isinstance(self._tree, exp.Insert) or node is not self._target_node():
            node.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
        self._tables[table.key.casefold()] = table
        return table

    def _replace_parameters(self) -> None:
        for node in list(self._tree.find_all(exp.Parameter)):
            if isinstance(node.parent, exp.Parameter):
                continue
            if isinstance(node.this, exp.Parameter):
                name = node.this.name.casefold()
                if name not in functions.GLOBALS:
                    raise errors.undeclared("@@" + node.this.name)
                node.replace(exp.Anonymous(this="lab_global", expressions=[exp.Literal.string(name)]))
            else:
                self._variables.add("@" + node.name)
                node.replace(exp.Placeholder(this=node.name))

    def _name_functions_of_schemas(self) -> None:
        """`sys.f(x)` becomes a function whose name has the dot in it."""
        for dot in list(self._tree.find_all(exp.Dot)):
            if isinstance(dot.expression, exp.Anonymous):
                name = f"{dot.this.name}.{dot.expression.name}"
                if name.casefold() not in functions.FUNCTIONS:
                    raise errors.unknown_schema_function(dot.this.name, name)
                dot.replace(exp.Anonymous(this=name, expressions=dot.expression.expressions))

    def _check_functions(self) -> None:
        for node in self._tree.find_all(exp.Anonymous):
            if node.name == "lab_global":
                continue
            function = functions.FUNCTIONS.get(node.name.casefold())
            if function is None:
                raise errors.unknown_function(node.name)
            if not function.minimum <= len(node.expressions) <= function.maximum:
                text = f"The {node.name.lower()} function requires {function.minimum} argument(s)."
                raise SqlServerError(174, text, severity=15)
        for column in list(self._tree.find_all(exp.Column)):
            if not column.table and column.name.casefold() in ("current_timestamp", "system_user"):
                name = "getdate" if column.name.casefold() == "current_timestamp" else "system_user"
                column.replace(exp.Anonymous(this=name))

    def _output_names(self) -> list[str | None]:
        """As they were written; None where a star has to be expanded first."""
        if not isinstance(self._tree, exp.Query):
            return []
        return [None if item.is_star else item.output_name for item in self._tree.selects]

    def _qualified(self, tree: exp.Query) -> exp.Query:
        columns: dict[str, object] = {
            key: {name.casefold(): expressions.type_text(kind) for name, kind in table.columns.items()}
            for key, table in self._tables.items()
        }
        written = {column.name.casefold(): column.name for column in tree.find_all(exp.Column)}
        tree = normalize_identifiers(tree, dialect=dialect.LabTSQL)
        for table in tree.find_all(exp.Table):
            table.this.set("this", table.this.name.casefold())
        known = MappingSchema(columns, dialect=dialect.LabTSQL, normalize=False)
        try:
            self._check_columns(tree, written)
            tree = qualify_columns(tree, known)
            validate_qualify_columns(tree)
        except OptimizeError as error:
            raise expressions.unresolved(error, written, self._tables.values()) from error
        except SqlglotError as error:
            raise errors.unknown_to_the_lab(f"how to read this query ({error})") from error
        return annotate_types(tree, known, dialect=dialect.LabTSQL)

    def _check_columns(self, tree: exp.Expr, written: dict[str, str]) -> None:
        """Columns that exist nowhere, with SQL Server's own error."""
        for scope in traverse_scope(tree):
            sources = {name.casefold(): self._names_of(source) for name, source in scope.sources.items()}
            for column in scope.columns:
                known = sources.get(column.table.casefold()) if column.table else None
                if column.table and known is None and column.table.casefold() not in expressions.outer_sources(scope):
                    name = written.get(column.name, column.name)
                    text = f'The multi-part identifier "{column.table}.{name}" could not be bound.'
                    raise SqlServerError(4104, text)
                if known is not None and column.name.casefold() not in known:
                    raise errors.invalid_column(written.get(column.name, column.name))

    def _check_changed_columns(self) -> None:
        """SQLite takes a quoted name that no table has for a string."""
        known = {name.casefold() for table in self._tables.values() for name in table.columns}
        strange = [column for column in self._tree.find_all(exp.Column) if column.name.casefold() not in known]
        if strange:
            raise errors.invalid_column(strange[0].name)

    def _names_of(self, source: t.Any) -> set[str]:
        if isinstance(source, exp.Table):
            table = self._tables.get(source.name.casefold())
            return {name.casefold() for name in table.columns} if table else set()
        return {str(item.output_name).casefold() for item in source.expression.selects}

    def _outputs(self, names: list[str | None]) -> tuple[Output, ...]:
        if not isinstance(self._tree, exp.Query):
            return ()
        spelling = {name.casefold(): name for table in self._tables.values() for name in table.columns}
        outputs = []
        written = names if None not in names else [None] * len(self._tree.selects)
        for name, item in zip(written, self._tree.selects, strict=False):
            shown = name if name is not None else spelling.get(item.output_name, item.output_name)
            outputs.append(Output(shown, expressions.type_of(item)))
        return tuple(outputs)

    def _rewrite(self) -> None:
        """Operators that mean something else in SQLite, and names that its SQL has for other things."""
        for text in list(self._tree.find_all(exp.National)):
            text.replace(exp.Literal.string(text.name))
        for add in reversed(list(self._tree.find_all(exp.Add))):
            add.replace(exp.Anonymous(this="lab_add", expressions=[add.this, add.expression]))
        for conversion in reversed(list(self._tree.find_all(exp.Cast, exp.TryCast, exp.Convert))):
            conversion.replace(expressions.conversion(conversion))
        for function in self._tree.find_all(exp.Anonymous):
            function.set("this", functions.stored_name(function.name))
        for identifier in self._tree.find_all(exp.Identifier):
            identifier.set("quoted", True)

    def _generate(self) -> str:
        try:
            return self._tree.sql(dialect="sqlite", normalize_functions=False, unsupported_level=ErrorLevel.RAISE)
        except SqlglotError as error:
            raise errors.unknown_to_the_lab(f"how to run this query ({error})") from error
