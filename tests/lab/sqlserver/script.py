# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a batch apart into statements; T-SQL needs nothing between them."""

from __future__ import annotations

import functools
import itertools
import typing as t

from sqlglot.tokenizer_core import TokenType

from tests.lab.sqlserver import dialect, errors, maintenance
from tests.lab.sqlserver.cursor import OTHERS, OWN, QUERIES, Cursor
from tests.lab.sqlserver.statements import (
    Argument,
    Assign,
    Block,
    Execute,
    If,
    Kill,
    Print,
    Query,
    RaiseError,
    SetOption,
    Statement,
    Transaction,
    Use,
)


@functools.lru_cache(maxsize=512)
def parse(sql: str) -> tuple[Statement, ...]:
    """The statements of a batch. Raises `SqlServerError` before anything of it has run, as SQL Server does."""
    return tuple(_Parser(sql).batch())


def variables(sql: str) -> list[str]:
    """The names of the variables in a batch, with their @."""
    tokens = dialect.tokens_of(sql)
    pairs = itertools.pairwise(tokens)
    signed = ["@" + name.text for sign, name in pairs if sign.token_type == TokenType.PARAMETER]
    return [name for before, name in itertools.pairwise(["", *signed]) if "@@" not in (before, name)]


class _Parser(Cursor):
    def __init__(self, sql: str) -> None:
        super().__init__(sql)
        self._parsers: dict[str, t.Callable[[], Statement]] = {
            "USE": lambda: Use(self.name()),
            "SET": self._set,
            "DECLARE": self._declare,
            "EXEC": self._execute,
            "EXECUTE": self._execute,
            "IF": self._if,
            "BEGIN": self._begin,
            "COMMIT": lambda: self._transaction("COMMIT"),
            "ROLLBACK": lambda: self._transaction("ROLLBACK"),
            "PRINT": lambda: Print(self.expression()),
            "RAISERROR": self._raise_error,
            "KILL": lambda: Kill(self.integer()),
            "BACKUP": lambda: maintenance.media(self, "BACKUP"),
            "RESTORE": lambda: maintenance.media(self, "RESTORE"),
            "ALTER": lambda: maintenance.alter(self),
        }

    def batch(self) -> list[Statement]:
        statements: list[Statement] = []
        self.skip_semicolons()
        if self._is_bare_call():
            # Only the first statement of a batch may leave out EXEC.
            statements.append(self._execute())
        while self.more():
            statements.append(self._statement())
        return statements

    def _is_bare_call(self) -> bool:
        word = self.word()
        named = bool(word) or self.peek_type() == TokenType.IDENTIFIER
        return named and word not in OWN | OTHERS | QUERIES

    def _statement(self) -> Statement:
        word = self.word()
        if word in QUERIES:
            return self._query()
        if word in OTHERS:
            raise errors.unknown_to_the_lab(f"the statement {word}")
        if word not in self._parsers:
            raise errors.syntax(self.take().text)
        self.at += 1
        return self._parsers[word]()

    def _query(self) -> Query:
        """A query ends where another statement begins, which a SELECT of its own and a SET clause do not."""
        first, depth, verb = self.at, 0, self.word()
        # The words for statements that are still part of this one.
        own = {"INSERT": {"SELECT"}, "UPDATE": {"SET"}, "WITH": {"SELECT", "INSERT", "UPDATE", "DELETE"}}
        awaited = own.get(verb, set())
        self.at += 1
        while self.at < len(self.tokens):
            self.skip_case()
            kind, word = self.peek_type(), self.word()
            depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
            if depth == 0 and (kind == TokenType.SEMICOLON or (self.starts_statement() and word not in awaited)):
                break
            if depth == 0:
                awaited = self._awaited_after(word, awaited, own)
            self.at += 1
        return Query(self.span(first))

    @staticmethod
    def _awaited_after(word: str, awaited: set[str], own: dict[str, set[str]]) -> set[str]:
        if word in ("UNION", "EXCEPT", "INTERSECT"):
            return {"SELECT"}
        return own.get(word, set()) if word in awaited else awaited

    def _set(self) -> Statement:
        if self.peek_type() == TokenType.PARAMETER:
            name = self.variable()
            self.expect("=")
            return Assign(name, self.expression())
        words = []
        while self.at < len(self.tokens) and self.peek_type() != TokenType.SEMICOLON and not self.starts_statement():
            words.append(self.take().text.upper())
        return SetOption(tuple(words))

    def _declare(self) -> Statement:
        items: list[Statement] = [self._declaration()]
        while self.peek_type() == TokenType.COMMA:
            self.at += 1
            items.append(self._declaration())
        return Block(tuple(items))

    def _declaration(self) -> Assign:
        name = self.variable()
        self.accept("AS")
        first = self.at
        self.name()
        if self.peek_type() == TokenType.L_PAREN:
            while self.take().token_type != TokenType.R_PAREN:
                pass
        kind = self.span(first)
        expression = self.expression(stop_at_comma=True) if self.accept("=") else None
        return Assign(name, expression, kind)

    def _execute(self) -> Execute:
        status = None
        if self.peek_type() == TokenType.PARAMETER:
            status = self.variable()
            self.expect("=")
        if self.peek_type() == TokenType.L_PAREN:
            raise errors.unknown_to_the_lab("EXEC of a string")
        parts = [self.name()]
        while self.peek_type() == TokenType.DOT:
            self.at += 1
            parts.append("" if self.peek_type() == TokenType.DOT else self.name())
        arguments: list[Argument] = []
        while self.at < len(self.tokens) and self.peek_type() != TokenType.SEMICOLON and not self.starts_statement():
            if arguments:
                self.expect(",")
            arguments.append(self.argument())
        return Execute(tuple(parts), tuple(arguments), status)

    def argument(self) -> Argument:
        name = ""
        if self.peek_type() == TokenType.PARAMETER and self.peek_type(2) == TokenType.EQ:
            name = self.variable()
            self.at += 1
        if self.accept("DEFAULT"):
            return Argument(name, None)
        first = self.at
        if self.peek_type() == TokenType.PARAMETER:
            self.variable()
            text = self.span(first)
            self.accept("OUTPUT", "OUT")
            return Argument(name, text)
        if self.peek_type() == TokenType.DASH:
            self.at += 1
        token = self.take()
        text = self.span(first)
        if token.token_type in (TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.NUMBER, TokenType.NULL):
            return Argument(name, text)
        if token.token_type in (TokenType.COMMA, TokenType.EQ, TokenType.L_PAREN):
            raise errors.syntax(token.text)
        # A bare word is a string.
        return Argument(name, "N'" + token.text.replace("'", "''") + "'")

    def _if(self) -> If:
        condition = self.expression()
        then = self._statement_or_end()
        self.skip_semicolons()
        return If(condition, then, self._statement_or_end() if self.accept("ELSE") else None)

    def _statement_or_end(self) -> Statement:
        if not self.more():
            raise errors.syntax(self.tokens[-1].text)
        return self._statement()

    def _begin(self) -> Statement:
        if self.word() in ("TRAN", "TRANSACTION"):
            return self._transaction("BEGIN")
        if self.word() in ("TRY", "CATCH", "DISTRIBUTED"):
            raise errors.unknown_to_the_lab(f"the statement BEGIN {self.word()}")
        statements = []
        while not self.accept("END"):
            statements.append(self._statement_or_end())
            self.skip_semicolons()
        return Block(tuple(statements))

    def _transaction(self, action: t.Literal["BEGIN", "COMMIT", "ROLLBACK"]) -> Transaction:
        self.accept("TRAN", "TRANSACTION", "WORK")
        return Transaction(action)

    def _raise_error(self) -> RaiseError:
        if self.take().token_type != TokenType.L_PAREN:
            raise errors.syntax(self.tokens[self.at - 1].text)
        arguments = [self.expression(stop_at_comma=True)]
        while self.take().token_type == TokenType.COMMA:
            arguments.append(self.expression(stop_at_comma=True))
        return RaiseError(tuple(arguments))
