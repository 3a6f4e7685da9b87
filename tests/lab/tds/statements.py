# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system procedures by which drivers run and prepare statements with parameters."""

from __future__ import annotations

import itertools
import typing as t

from tests.lab.tds import rpc, tokens
from tests.lab.tds.interface import SqlServerError
from tests.lab.tds.sqltypes import INT
from tests.lab.tds.tokens import Done

if t.TYPE_CHECKING:
    from tests.lab.tds.answer import Answer
    from tests.lab.tds.interface import Session


class Statements:
    """The prepared statements of one connection, and the procedures that handle them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._handles = itertools.count(1)
        self._prepared: dict[int, tuple[str, str | None]] = {}
        self._procedures: dict[str, t.Callable[[Answer, tuple[rpc.Argument, ...]], int]] = {
            "sp_executesql": self._execute_sql,
            "sp_prepare": self._prepare,
            "sp_prepexec": self._prepare_and_execute,
            "sp_execute": self._execute,
            "sp_unprepare": self._unprepare,
        }

    def run(self, answer: Answer, request: rpc.Request) -> None:
        """Answer one call. Raises `SqlServerError`."""
        own = self._procedures.get(request.procedure.removeprefix("sys.").casefold())
        if own:
            status = own(answer, request.arguments)
        else:
            status = answer.write(self._session.call(request.procedure, request.pairs), Done.IN_PROCEDURE)
        answer.end_procedure(status)

    def _execute_sql(self, answer: Answer, arguments: tuple[rpc.Argument, ...]) -> int:
        declaration = arguments[1].value if len(arguments) > 1 else None
        return self._run(answer, arguments[0].value, declaration, arguments[2:])

    def _prepare(self, answer: Answer, arguments: tuple[rpc.Argument, ...]) -> int:
        self._keep(answer, arguments[2].value, arguments[1].value)
        return 0

    def _prepare_and_execute(self, answer: Answer, arguments: tuple[rpc.Argument, ...]) -> int:
        declaration, statement = arguments[1].value, arguments[2].value
        status = self._run(answer, statement, declaration, arguments[3:])
        self._keep(answer, statement, declaration)
        return status

    def _execute(self, answer: Answer, arguments: tuple[rpc.Argument, ...]) -> int:
        handle = arguments[0].value
        if handle not in self._prepared:
            raise SqlServerError(8179, f"Could not find prepared statement with handle {handle}.", state=2)
        statement, declaration = self._prepared[handle]
        return self._run(answer, statement, declaration, arguments[1:])

    def _unprepare(self, answer: Answer, arguments: tuple[rpc.Argument, ...]) -> int:
        self._prepared.pop(arguments[0].value, None)
        return 0

    def _keep(self, answer: Answer, statement: str, declaration: str | None) -> None:
        handle = next(self._handles)
        self._prepared[handle] = (statement, declaration)
        answer.add(tokens.return_value(0, "", INT, handle))

    def _run(self, answer: Answer, statement: str, declaration: str | None, arguments: tuple[rpc.Argument, ...]) -> int:
        values = rpc.bind(declaration, arguments)
        return answer.write(self._session.execute(statement, values), Done.IN_PROCEDURE)
