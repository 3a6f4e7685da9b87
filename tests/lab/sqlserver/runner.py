# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs batches for one session: variables, options, transactions, and each statement in its turn."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t

from tests.lab.sqlserver import (
    administration,
    conversions,
    errors,
    permissions,
    queries,
    script,
    set_options,
    statements,
)
from tests.lab.sqlserver.context import Context
from tests.lab.sqlserver.recovery import run_media
from tests.lab.sqlserver.sessions import Work
from tests.lab.tds.interface import (
    Call,
    DatabaseChanged,
    Message,
    Reply,
    ReturnStatus,
    SqlServerError,
    TransactionBegan,
)

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.permissions import Rights
    from tests.lab.sqlserver.sessions import Session

PAUSE = 0.02


class Runner(Context):
    """One connection's, or one job step's, way to the instance."""

    def __init__(
        self,
        instance: SqlServerInstance,
        session: Session,
        rights: Rights,
        interrupted: t.Callable[[], bool],
        *,
        client: bool = False,
        read_only: bool = False,
    ) -> None:
        super().__init__(instance, session, rights)
        self.read_only = read_only
        self._client = client
        self._batch = ""
        self.variables: dict[str, t.Any] = {}
        self.interrupted = interrupted
        self._no_count = False
        self._implicit = False
        self._runners: dict[type, t.Callable[[t.Any], t.Iterator[Reply]]] = {
            statements.Query: self._query,
            statements.Use: self._use,
            statements.SetOption: self._set_option,
            statements.Assign: self._assign,
            statements.Execute: self._execute,
            statements.If: self._if,
            statements.Block: self._block,
            statements.Transaction: self._transaction,
            statements.Print: self._print,
            statements.RaiseError: self._raise_error,
            statements.Kill: self._kill,
            statements.Media: self._media,
            statements.AlterDatabase: self._alter_database,
        }

    # -- what the protocol asks

    def execute(self, sql: str, parameters: t.Mapping[str, t.Any]) -> t.Iterator[Reply]:
        self._begin(sql)
        self.variables = {name.casefold(): queries.stored(value) for name, value in parameters.items()}
        try:
            for statement in script.parse(sql):
                yield from self.run(statement)
        except SqlServerError as error:
            self.instance.refused(error)
            raise

    def call(self, procedure: str, arguments: t.Sequence[tuple[str, t.Any]]) -> t.Iterator[Reply]:
        self._begin(procedure)
        parts = tuple(part.strip("[]") for part in procedure.split("."))
        try:
            yield from self._run_procedure(parts, [(name, queries.stored(value)) for name, value in arguments])
        except SqlServerError as error:
            self.instance.refused(error)
            raise

    def begin_transaction(self) -> TransactionBegan:
        return self.transaction.begin()

    def end_transaction(self, *, commit: bool) -> t.Iterator[Reply]:
        return self.transaction.end(commit=commit)

    def close(self) -> None:
        """What was not committed never was."""
        self.transaction.abandon()
        self.instance.sessions.close(self.session)

    # -- what statements, functions and procedures need

    def run(self, statement: statements.Statement) -> t.Iterator[Reply]:
        yield from self._runners[type(statement)](statement)

    def evaluate(self, expression: str) -> t.Any:
        return queries.evaluate(self, expression)

    def before_query(self, *, on_tables: bool) -> t.Iterator[Reply]:
        """With IMPLICIT_TRANSACTIONS the first statement on a table begins a transaction."""
        if self._implicit and on_tables and not self.trancount:
            yield self.begin_transaction()

    def before_read(self) -> None:
        """A query may be chosen as the victim of a deadlock, which undoes its transaction."""
        if self.instance.faults.take("deadlock", statement=self._batch):
            self.transaction.abandon()
            raise errors.deadlock(self.spid)

    @contextlib.contextmanager
    def working(self, command: str, seconds: float) -> t.Iterator[None]:
        """Sessions and requests show what takes so long."""
        session = self.session
        former = session.command, session.status
        session.command, session.status, session.work = command, "SUSPENDED", Work(time.monotonic(), seconds)
        try:
            yield
        finally:
            (session.command, session.status), session.work = former, None

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

    # -- statements

    def _query(self, statement: statements.Query) -> t.Iterator[Reply]:
        yield from queries.run(self, statement.text)

    def _use(self, statement: statements.Use) -> t.Iterator[Reply]:
        database = self.instance.store.database(statement.database)
        if database is None:
            raise errors.unknown_database(statement.database)
        self.check_open(database)
        old, self.session.database = self.session.database, database
        yield DatabaseChanged(old, database)
        yield Message(f"Changed database context to '{database}'.", 5701, 0, 2)

    def _set_option(self, statement: statements.SetOption) -> t.Iterator[Reply]:
        option, on = set_options.read(statement.words)
        if option == "NOCOUNT":
            self._no_count = on
        elif option == "IMPLICIT_TRANSACTIONS":
            self._implicit = on
        yield from ()

    def _assign(self, statement: statements.Assign) -> t.Iterator[Reply]:
        name = statement.name.casefold()
        if statement.type is not None:
            queries.checked_type(statement.type)
        elif name not in self.variables:
            raise errors.undeclared(statement.name)
        value = None if statement.expression is None else self.evaluate(statement.expression)
        self.variables[name] = value if statement.type is None else conversions.cast(value, statement.type)
        yield from ()

    def _execute(self, statement: statements.Execute) -> t.Iterator[Reply]:
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
        if procedure.home != "master":
            self.check_open(database)
        permissions.check_execute(self, procedure, database)
        status, caller = 0, self.own_database
        self.own_database = None if procedure.home == "master" else database
        try:
            for reply in procedure.start(self, arguments):
                if isinstance(reply, ReturnStatus):
                    status = reply.value
                yield reply
        finally:
            self.own_database = caller
        if variable:
            self.variables[variable.casefold()] = status

    def _if(self, statement: statements.If) -> t.Iterator[Reply]:
        if self.evaluate(f"CASE WHEN {statement.condition} THEN 1 ELSE 0 END"):
            yield from self.run(statement.then)
        elif statement.otherwise:
            yield from self.run(statement.otherwise)

    def _block(self, statement: statements.Block) -> t.Iterator[Reply]:
        for inner in statement.statements:
            yield from self.run(inner)

    def _transaction(self, statement: statements.Transaction) -> t.Iterator[Reply]:
        if statement.action != "BEGIN":
            yield from self.end_transaction(commit=statement.action == "COMMIT")
        else:
            yield from self.transaction.nest()

    def _print(self, statement: statements.Print) -> t.Iterator[Reply]:
        yield Message(str(self.evaluate(statement.expression)))

    def _raise_error(self, statement: statements.RaiseError) -> t.Iterator[Reply]:
        text, severity, *_rest = [self.evaluate(argument) for argument in statement.arguments]
        # The batch goes on after it, as it does on a real server.
        yield Message(str(text), 50000, severity)

    def _kill(self, statement: statements.Kill) -> t.Iterator[Reply]:
        administration.kill(self, statement.spid)
        yield from ()

    def _media(self, statement: statements.Media) -> t.Iterator[Reply]:
        yield from run_media(self, statement)

    def _alter_database(self, statement: statements.AlterDatabase) -> t.Iterator[Reply]:
        yield from administration.alter_database(self, statement)

    def _begin(self, batch: str) -> None:
        self._check_alive()
        self._batch = batch
        faults = self.instance.faults
        if self._client and (fault := faults.take("fail_over", statement=batch)):
            down = threading.Thread(
                target=self.instance.front.fail_over, args=(fault.seconds, fault.refusals), daemon=True
            )
            down.start()
            raise _cut()
        if self._client and faults.take("dropped_connection", statement=batch):
            raise _cut()

    def _check_alive(self) -> None:
        if self.session.killed:
            raise _cut()


def _cut() -> SqlServerError:
    """The connection ends without a word."""
    return SqlServerError(596, "Cannot continue the execution because the session is in the kill state.", severity=21)
