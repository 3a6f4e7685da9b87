# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a batch apart into statements; T-SQL needs nothing between them."""

from __future__ import annotations

import functools
import itertools
import typing as t
from dataclasses import dataclass

from sqlglot.tokenizer_core import Token, TokenType

from tests.lab.sqlserver import dialect, errors


@dataclass(frozen=True)
class Query:
    """SELECT, INSERT, UPDATE or DELETE."""

    text: str


@dataclass(frozen=True)
class Use:
    database: str


@dataclass(frozen=True)
class SetOption:
    words: tuple[str, ...]


@dataclass(frozen=True)
class Assign:
    """DECLARE (with the type's text) or SET of a variable; no expression means NULL."""

    name: str
    expression: str | None
    type: str | None = None


@dataclass(frozen=True)
class Argument:
    """`expression` is the text of a constant or a variable, None stands for DEFAULT."""

    name: str
    expression: str | None


@dataclass(frozen=True)
class Execute:
    procedure: tuple[str, ...]
    arguments: tuple[Argument, ...]
    status: str | None = None


@dataclass(frozen=True)
class If:
    condition: str
    then: Statement
    otherwise: Statement | None


@dataclass(frozen=True)
class Block:
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Transaction:
    action: t.Literal["BEGIN", "COMMIT", "ROLLBACK"]


@dataclass(frozen=True)
class Print:
    expression: str


@dataclass(frozen=True)
class RaiseError:
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Kill:
    spid: int


@dataclass(frozen=True)
class Media:
    """BACKUP and RESTORE: the verb, what (`DATABASE`, `HEADERONLY`...), the database, devices and options."""

    verb: str
    what: str
    database: str | None
    devices: tuple[tuple[str, str], ...]
    options: dict[str, str]


Statement = Query | Use | SetOption | Assign | Execute | If | Block | Transaction | Print | RaiseError | Kill | Media

QUERIES = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}
OWN = {"USE", "SET", "DECLARE", "EXEC", "EXECUTE", "IF", "ELSE", "BEGIN", "END", "COMMIT", "ROLLBACK", "SAVE"}
OWN |= {"PRINT", "RAISERROR", "KILL", "BACKUP", "RESTORE"}
# Real statements, but not of the lab.
OTHERS = {
    "CREATE",
    "ALTER",
    "DROP",
    "MERGE",
    "TRUNCATE",
    "WHILE",
    "WAITFOR",
    "GRANT",
    "DENY",
    "REVOKE",
    "THROW",
    "DBCC",
}
OTHERS |= {"GOTO", "RETURN", "OPEN", "FETCH", "CLOSE", "DEALLOCATE", "CHECKPOINT", "SHUTDOWN", "RECONFIGURE", "BULK"}


@functools.lru_cache(maxsize=512)
def parse(sql: str) -> tuple[Statement, ...]:
    """The statements of a batch. Raises `SqlServerError` before anything of it has run, as SQL Server does."""
    return tuple(_Parser(sql).batch())


def variables(sql: str) -> list[str]:
    """The names of the variables in a batch, with their @."""
    tokens = dialect.tokens_of(sql)
    pairs = itertools.pairwise(tokens)
    return ["@" + name.text for sign, name in pairs if sign.token_type == TokenType.PARAMETER and name.text != "@"]


class _Parser:
    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._tokens = dialect.tokens_of(sql)
        self._at = 0
        self._parsers: dict[str, t.Callable[[], Statement]] = {
            "USE": lambda: Use(self._name()),
            "SET": self._set,
            "DECLARE": self._declare,
            "EXEC": self._execute,
            "EXECUTE": self._execute,
            "IF": self._if,
            "BEGIN": self._begin,
            "COMMIT": lambda: self._transaction("COMMIT"),
            "ROLLBACK": lambda: self._transaction("ROLLBACK"),
            "PRINT": lambda: Print(self._expression()),
            "RAISERROR": self._raise_error,
            "KILL": lambda: Kill(self._integer()),
            "BACKUP": lambda: self._media("BACKUP"),
            "RESTORE": lambda: self._media("RESTORE"),
        }

    def batch(self) -> list[Statement]:
        statements: list[Statement] = []
        self._skip_semicolons()
        if self._is_bare_call():
            # Only the first statement of a batch may leave out EXEC.
            statements.append(self._execute())
        while self._more():
            statements.append(self._statement())
        return statements

    # -- tokens

    def _more(self) -> bool:
        self._skip_semicolons()
        return self._at < len(self._tokens)

    def _skip_semicolons(self) -> None:
        while self._peek_type() == TokenType.SEMICOLON:
            self._at += 1

    def _peek_type(self, ahead: int = 0) -> TokenType | None:
        index = self._at + ahead
        return self._tokens[index].token_type if index < len(self._tokens) else None

    def _word(self, ahead: int = 0) -> str:
        """The keyword or bare name that comes next, in capitals; empty for anything else."""
        index = self._at + ahead
        if index >= len(self._tokens):
            return ""
        token = self._tokens[index]
        quoted = self._sql[token.start] in "[\"'" or token.token_type in (
            TokenType.STRING,
            TokenType.NATIONAL_STRING,
            TokenType.NUMBER,
        )
        return "" if quoted else token.text.upper()

    def _next(self) -> Token:
        if self._at >= len(self._tokens):
            raise errors.syntax(self._tokens[-1].text if self._tokens else "")
        self._at += 1
        return self._tokens[self._at - 1]

    def _accept(self, *words: str) -> bool:
        if self._word() in words:
            self._at += 1
            return True
        return False

    def _expect(self, *words: str) -> None:
        if not self._accept(*words):
            raise errors.syntax(self._next().text)

    def _name(self) -> str:
        token = self._next()
        if not self._sql[token.start] == "[" and not token.text.replace("_", "a").isalnum():
            raise errors.syntax(token.text)
        return token.text

    def _integer(self) -> int:
        token = self._next()
        if token.token_type != TokenType.NUMBER or not token.text.isdigit():
            raise errors.syntax(token.text)
        return int(token.text)

    def _variable(self) -> str:
        if self._peek_type() != TokenType.PARAMETER:
            raise errors.syntax(self._next().text)
        self._at += 1
        return "@" + self._next().text

    def _starts_statement(self) -> bool:
        word = self._word()
        return word in OWN or word in OTHERS or (word in QUERIES and word != "WITH")

    def _span(self, first: int) -> str:
        """The text of the tokens from `first` up to the current one."""
        if first == self._at:
            raise errors.syntax(self._tokens[first].text if first < len(self._tokens) else "")
        return self._sql[self._tokens[first].start : self._tokens[self._at - 1].end + 1]

    def _expression(self, *, stop_at_comma: bool = False) -> str:
        first, depth = self._at, 0
        while self._at < len(self._tokens):
            kind = self._peek_type()
            if depth == 0 and (
                kind == TokenType.SEMICOLON
                or self._starts_statement()
                or (stop_at_comma and kind == TokenType.COMMA)
                or kind == TokenType.R_PAREN
            ):
                break
            depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
            self._at += 1
        return self._span(first)

    # -- statements

    def _is_bare_call(self) -> bool:
        word = self._word()
        named = bool(word) or self._peek_type() == TokenType.IDENTIFIER
        return named and word not in OWN | OTHERS | QUERIES

    def _statement(self) -> Statement:
        word = self._word()
        if word in QUERIES:
            return self._query()
        if word in OTHERS:
            raise errors.unknown_to_the_lab(f"the statement {word}")
        if word not in self._parsers:
            raise errors.syntax(self._next().text)
        self._at += 1
        return self._parsers[word]()

    def _query(self) -> Query:
        """A query ends where another statement begins, which a SELECT of its own, a SET clause and such do not."""
        first, depth = self._at, 0
        verb = self._word()
        continues = verb in ("INSERT", "WITH")
        self._at += 1
        while self._at < len(self._tokens):
            kind, word = self._peek_type(), self._word()
            depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
            if kind == TokenType.SEMICOLON and depth == 0:
                break
            if depth == 0 and self._starts_statement():
                if not self._belongs(verb, word, continues=continues):
                    break
                continues = False
            if word in ("UNION", "EXCEPT", "INTERSECT", "ALL") or (word == "INSERT" and verb == "WITH"):
                continues = True
            self._at += 1
        return Query(self._span(first))

    @staticmethod
    def _belongs(verb: str, word: str, *, continues: bool) -> bool:
        if word in ("SELECT", "INSERT", "UPDATE", "DELETE") and continues:
            return True
        return (word == "SET" and verb in ("UPDATE", "WITH")) or (word == "END" and verb == "SELECT")

    def _set(self) -> Statement:
        if self._peek_type() == TokenType.PARAMETER:
            name = self._variable()
            self._expect("=")
            return Assign(name, self._expression())
        words = []
        while (
            self._at < len(self._tokens) and self._peek_type() != TokenType.SEMICOLON and not self._starts_statement()
        ):
            words.append(self._next().text.upper())
        return SetOption(tuple(words))

    def _declare(self) -> Statement:
        items: list[Statement] = [self._declaration()]
        while self._peek_type() == TokenType.COMMA:
            self._at += 1
            items.append(self._declaration())
        return Block(tuple(items))

    def _declaration(self) -> Assign:
        name = self._variable()
        self._accept("AS")
        first = self._at
        self._name()
        if self._peek_type() == TokenType.L_PAREN:
            while self._next().token_type != TokenType.R_PAREN:
                pass
        kind = self._span(first)
        expression = self._expression(stop_at_comma=True) if self._accept("=") else None
        return Assign(name, expression, kind)

    def _execute(self) -> Execute:
        status = None
        if self._peek_type() == TokenType.PARAMETER:
            status = self._variable()
            self._expect("=")
        if self._peek_type() == TokenType.L_PAREN:
            raise errors.unknown_to_the_lab("EXEC of a string")
        parts = [self._name()]
        while self._peek_type() == TokenType.DOT:
            self._at += 1
            parts.append("" if self._peek_type() == TokenType.DOT else self._name())
        arguments: list[Argument] = []
        while (
            self._at < len(self._tokens) and self._peek_type() != TokenType.SEMICOLON and not self._starts_statement()
        ):
            if arguments:
                self._expect(",")
            arguments.append(self._argument())
        return Execute(tuple(parts), tuple(arguments), status)

    def _argument(self) -> Argument:
        name = ""
        if self._peek_type() == TokenType.PARAMETER and self._peek_type(2) == TokenType.EQ:
            name = self._variable()
            self._at += 1
        if self._accept("DEFAULT"):
            return Argument(name, None)
        first = self._at
        if self._peek_type() == TokenType.PARAMETER:
            self._variable()
            text = self._span(first)
            self._accept("OUTPUT", "OUT")
            return Argument(name, text)
        if self._peek_type() == TokenType.DASH:
            self._at += 1
        token = self._next()
        text = self._span(first)
        if token.token_type in (TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.NUMBER, TokenType.NULL):
            return Argument(name, text)
        if token.token_type in (TokenType.COMMA, TokenType.EQ, TokenType.L_PAREN):
            raise errors.syntax(token.text)
        # A bare word is a string.
        return Argument(name, "N'" + token.text.replace("'", "''") + "'")

    def _if(self) -> If:
        condition = self._expression()
        then = self._statement_or_end()
        self._skip_semicolons()
        return If(condition, then, self._statement_or_end() if self._accept("ELSE") else None)

    def _statement_or_end(self) -> Statement:
        if not self._more():
            raise errors.syntax(self._tokens[-1].text)
        return self._statement()

    def _begin(self) -> Statement:
        if self._word() in ("TRAN", "TRANSACTION"):
            return self._transaction("BEGIN")
        if self._word() in ("TRY", "CATCH", "DISTRIBUTED"):
            raise errors.unknown_to_the_lab(f"the statement BEGIN {self._word()}")
        statements = []
        while not self._accept("END"):
            statements.append(self._statement_or_end())
            self._skip_semicolons()
        return Block(tuple(statements))

    def _transaction(self, action: t.Literal["BEGIN", "COMMIT", "ROLLBACK"]) -> Transaction:
        self._accept("TRAN", "TRANSACTION", "WORK")
        return Transaction(action)

    def _raise_error(self) -> RaiseError:
        if self._next().token_type != TokenType.L_PAREN:
            raise errors.syntax(self._tokens[self._at - 1].text)
        arguments = [self._expression(stop_at_comma=True)]
        while self._next().token_type == TokenType.COMMA:
            arguments.append(self._expression(stop_at_comma=True))
        return RaiseError(tuple(arguments))

    def _media(self, verb: str) -> Media:
        what = self._word()
        self._at += 1
        database = self._media_database() if what in ("DATABASE", "LOG") else None
        devices = []
        if self._accept("TO" if verb == "BACKUP" else "FROM"):
            devices.append(self._device())
            while self._peek_type() == TokenType.COMMA:
                self._at += 1
                devices.append(self._device())
        return Media(verb, what, database, tuple(devices), self._options())

    def _media_database(self) -> str:
        if self._peek_type() == TokenType.PARAMETER:
            return self._variable()
        return self._name()

    def _device(self) -> tuple[str, str]:
        kind = self._word()
        if kind not in ("DISK", "URL", "TAPE"):
            raise errors.unknown_to_the_lab(f"the backup device {self._next().text}")
        self._at += 1
        self._expect("=")
        return kind, self._argument().expression or ""

    def _options(self) -> dict[str, str]:
        options: dict[str, str] = {}
        if not self._accept("WITH"):
            return options
        while True:
            name = self._next().text.upper()
            options[name] = (self._argument().expression or "") if self._accept("=") else ""
            if self._peek_type() != TokenType.COMMA:
                return options
            self._at += 1
