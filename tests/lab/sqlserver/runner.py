# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs batches for one session: variables, options, transactions, and each statement in its turn."""

from __future__ import annotations

import itertools
import time
import typing as t
import zlib

from tests.lab.sqlserver import errors, functions, permissions, queries, script
from tests.lab.sqlserver.procedures import PROCEDURES, Procedure
from tests.lab.sqlserver.recovery import run_media
from tests.lab.tds.interface import (
    Call,
    DatabaseChanged,
    Message,
    Reply,
    ReturnStatus,
    SqlServerError,
    TransactionBegan,
    TransactionEnded,
)

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.sessions import Session

DESCRIPTORS = itertools.count(1)
PAUSE = 0.02
# Options that change nothing here.
HARMLESS = {
    "ANSI_DEFAULTS", "ANSI_NULLS", "ANSI_NULL_DFLT_ON", "ANSI_PADDING", "ANSI_WARNINGS", "ARITHABORT",
    "CONCAT_NULL_YIELDS_NULL", "CURSOR_CLOSE_ON_COMMIT", "DATEFIRST", "DATEFORMAT", "DEADLOCK_PRIORITY", "LANGUAGE",
    "LOCK_TIMEOUT", "NUMERIC_ROUNDABORT", "QUERY_GOVERNOR_COST_LIMIT", "QUOTED_IDENTIFIER", "ROWCOUNT", "TEXTSIZE",
    "TRANSACTION", "XACT_ABORT",
}  # fmt: skip


class Runner:
    """One connection's, or one job step's, way to the instance."""

    def __init__(
        self, instance: SqlServerInstance, session: Session, *, sysadmin: bool, interrupted: t.Callable[[], bool]
    ) -> None:
        self.instance = instance
        self.session = session
        self.sysadmin = sysadmin
        self.trancount = 0
        self.rowcount = 0
        self.variables: dict[str, t.Any] = {}
        self.interrupted = interrupted
        self._home: str | None = None
        self._no_count = False
        self._implicit = False
        self._descriptor = 0
        self._undo: dict[str, list[tuple[t.Any, ...]]] = {}
        self._runners: dict[type, t.Callable[[t.Any], t.Iterator[Reply]]] = {
            script.Query: self._query,
            script.Use: self._use,
            script.SetOption: self._set_option,
            script.Assign: self._assign,
            script.Execute: self._execute,
            script.If: self._if,
            script.Block: self._block,
            script.Transaction: self._transaction,
            script.Print: self._print,
            script.RaiseError: self._raise_error,
            script.Kill: self._kill,
            script.Media: self._media,
        }

    # -- what the protocol asks

    @property
    def spid(self) -> int:
        return self.session.spid

    @property
    def database(self) -> str:
        return self.session.database

    @property
    def home(self) -> str:
        """The database in which names are looked up: a procedure's own, else the session's."""
        return self._home or self.session.database

    @property
    def login(self) -> str:
        return self.session.login

    def execute(self, sql: str, parameters: t.Mapping[str, t.Any]) -> t.Iterator[Reply]:
        self._check_alive()
        self.variables = {name.casefold(): queries.stored(value) for name, value in parameters.items()}
        try:
            for statement in script.parse(sql):
                yield from self.run(statement)
        except SqlServerError as error:
            self.instance.refused(error)
            raise

    def call(self, procedure: str, arguments: t.Sequence[tuple[str, t.Any]]) -> t.Iterator[Reply]:
        self._check_alive()
        parts = tuple(part.strip("[]") for part in procedure.split("."))
        try:
            yield from self._run_procedure(parts, [(name, queries.stored(value)) for name, value in arguments])
        except SqlServerError as error:
            self.instance.refused(error)
            raise

    def begin_transaction(self) -> TransactionBegan:
        self.trancount += 1
        self._descriptor = next(DESCRIPTORS)
        return TransactionBegan(self._descriptor)

    def end_transaction(self, *, commit: bool) -> t.Iterator[Reply]:
        if not self.trancount:
            verb = "COMMIT" if commit else "ROLLBACK"
            number = 3902 if commit else 3903
            text = f"The {verb} TRANSACTION request has no corresponding BEGIN TRANSACTION."
            raise SqlServerError(number, text)
        self.trancount = self.trancount - 1 if commit else 0
        if self.trancount:
            return
        if not commit:
            for table, rows in self._undo.items():
                self.instance.store.replace_rows(table, rows)
        self._undo.clear()
        yield TransactionEnded(self._descriptor, committed=commit)

    def close(self) -> None:
        """What was not committed never was."""
        if self.trancount:
            for _ in self.end_transaction(commit=False):
                pass
        self.instance.sessions.close(self.session)

    # -- what statements, functions and procedures need

    def run(self, statement: script.Statement) -> t.Iterator[Reply]:
        yield from self._runners[type(statement)](statement)

    def evaluate(self, expression: str) -> t.Any:
        return queries.evaluate(self, expression)

    def remember(self, table: str) -> None:
        """Before a table changes: keep what a rollback has to bring back."""
        if self.trancount and table not in self._undo:
            self._undo[table] = self.instance.store.rows_of(table)

    def before_query(self, *, on_tables: bool) -> t.Iterator[Reply]:
        """With IMPLICIT_TRANSACTIONS the first statement on a table begins a transaction."""
        if self._implicit and on_tables and not self.trancount:
            yield self.begin_transaction()

    def counts(self) -> bool:
        return not self._no_count

    def pause(self, seconds: float) -> None:
        """Something takes that long, unless it is cancelled."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._check_alive()
            if self.interrupted():
                raise SqlServerError(3204, "The backup or restore was aborted.", severity=16)
            time.sleep(min(left, PAUSE))

    def server_property(self, name: str) -> t.Any:
        return self.instance.properties.get(str(name).casefold())

    def database_property(self, database: str, name: str) -> t.Any:
        if not self.instance.store.database(str(database)):
            return None
        known = {"status": "ONLINE", "updateability": "READ_WRITE", "useraccess": "MULTI_USER", "recovery": "FULL"}
        return known.get(str(name).casefold())

    def object_id(self, name: str) -> int | None:
        parts = [part.strip('[]"') for part in str(name).split(".")]
        database, schema, simple = ["", "", *parts][-3:]
        found = self.instance.store.find(database or self.home, schema or "dbo", simple)
        if found is None and self.procedure(tuple(parts)) is None:
            return None
        return zlib.crc32(f"{database or self.home}.{simple}".casefold().encode()) & 0x7FFFFFFF

    def database_id(self, name: str) -> int | None:
        known = self.instance.store.database(str(name))
        return self.instance.database_numbers()[known] if known else None

    def database_name(self, number: int) -> str | None:
        return next((name for name, known in self.instance.database_numbers().items() if known == number), None)

    def is_member(self, role: str, login: str | None) -> int | None:
        return permissions.is_member(self.instance, role, login or self.login)

    def has_permission(self, securable: str | None, kind: str | None, permission: str) -> int | None:
        return int(self.sysadmin or str(permission).upper() in ("CONNECT SQL", "VIEW ANY DATABASE"))

    def procedure(self, parts: tuple[str, ...]) -> Procedure | None:
        """Procedures are found in their own database; those of master named `sp_` and `xp_` in every one."""
        database, schema, name = ("", "", *parts)[-3:]
        found = PROCEDURES.get(name.casefold())
        if found is None or schema.casefold() not in ("", "dbo", "sys"):
            return None
        kind = self.instance.kind_of(database or self.home)
        return found if found.home in (kind, "master") else None

    # -- statements

    def _query(self, statement: script.Query) -> t.Iterator[Reply]:
        yield from queries.run(self, statement.text)

    def _use(self, statement: script.Use) -> t.Iterator[Reply]:
        database = self.instance.store.database(statement.database)
        if database is None:
            raise errors.unknown_database(statement.database)
        old, self.session.database = self.session.database, database
        yield DatabaseChanged(old, database)
        yield Message(f"Changed database context to '{database}'.", 5701, 0, 2)

    def _set_option(self, statement: script.SetOption) -> t.Iterator[Reply]:
        names = [word for word in statement.words if word.isidentifier()]
        if not names:
            raise errors.syntax("SET")
        on = names[-1] == "ON"
        options = [name for name in names if name not in ("ON", "OFF")]
        if options == ["NOCOUNT"]:
            self._no_count = on
        elif options == ["IMPLICIT_TRANSACTIONS"]:
            self._implicit = on
        elif not options or options[0] not in HARMLESS:
            raise SqlServerError(195, f"'{names[0]}' is not a recognized SET option.", severity=15)
        yield from ()

    def _assign(self, statement: script.Assign) -> t.Iterator[Reply]:
        name = statement.name.casefold()
        if statement.type is not None:
            queries.checked_type(statement.type)
        elif name not in self.variables:
            raise errors.undeclared(statement.name)
        value = None if statement.expression is None else self.evaluate(statement.expression)
        self.variables[name] = value if statement.type is None else functions.cast(value, statement.type)
        yield from ()

    def _execute(self, statement: script.Execute) -> t.Iterator[Reply]:
        arguments = [
            (argument.name, None if argument.expression is None else self.evaluate(argument.expression))
            for argument in statement.arguments
        ]
        yield Call(self._run_procedure(statement.procedure, arguments, statement.status))

    def _run_procedure(
        self, parts: tuple[str, ...], arguments: t.Sequence[tuple[str, t.Any]], variable: str | None = None
    ) -> t.Iterator[Reply]:
        if len(parts) > 3:
            raise errors.unknown_to_the_lab("linked servers")
        if len(parts) == 3 and parts[0] and self.instance.store.database(parts[0]) is None:
            raise errors.unknown_database(parts[0])
        procedure = self.procedure(parts)
        if procedure is None:
            raise errors.unknown_procedure(".".join(parts))
        database = parts[-3] if len(parts) == 3 and parts[0] else self.home
        permissions.check_execute(self, procedure, database)
        status, caller = 0, self._home
        self._home = None if procedure.home == "master" else database
        try:
            for reply in procedure.start(self, arguments):
                if isinstance(reply, ReturnStatus):
                    status = reply.value
                yield reply
        finally:
            self._home = caller
        if variable:
            self.variables[variable.casefold()] = status

    def _if(self, statement: script.If) -> t.Iterator[Reply]:
        if self.evaluate(f"CASE WHEN {statement.condition} THEN 1 ELSE 0 END"):
            yield from self.run(statement.then)
        elif statement.otherwise:
            yield from self.run(statement.otherwise)

    def _block(self, statement: script.Block) -> t.Iterator[Reply]:
        for inner in statement.statements:
            yield from self.run(inner)

    def _transaction(self, statement: script.Transaction) -> t.Iterator[Reply]:
        if statement.action != "BEGIN":
            yield from self.end_transaction(commit=statement.action == "COMMIT")
        elif self.trancount:
            self.trancount += 1
        else:
            yield self.begin_transaction()

    def _print(self, statement: script.Print) -> t.Iterator[Reply]:
        yield Message(str(self.evaluate(statement.expression)))

    def _raise_error(self, statement: script.RaiseError) -> t.Iterator[Reply]:
        text, severity, *_rest = [self.evaluate(argument) for argument in statement.arguments]
        # The batch goes on after it, as it does on a real server.
        yield Message(str(text), 50000, severity)

    def _kill(self, statement: script.Kill) -> t.Iterator[Reply]:
        if not self.sysadmin:
            raise SqlServerError(6102, "User does not have permission to use the KILL statement.", severity=14)
        if statement.spid == self.spid:
            raise SqlServerError(6104, "Cannot use KILL to kill your own process.")
        session = self.instance.sessions.find(statement.spid)
        if session is None:
            raise SqlServerError(6106, f"Process ID {statement.spid} is not an active process ID.")
        if not session.user:
            raise SqlServerError(6107, "Only user processes can be killed.", severity=14)
        session.killed = True
        self.instance.sessions.close(session)
        yield from ()

    def _media(self, statement: script.Media) -> t.Iterator[Reply]:
        yield from run_media(self, statement)

    def _check_alive(self) -> None:
        if self.session.killed:
            text = "Cannot continue the execution because the session is in the kill state."
            raise SqlServerError(596, text, severity=21)
