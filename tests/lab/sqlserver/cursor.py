# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks over the tokens of a batch."""

from __future__ import annotations

from sqlglot.tokenizer_core import Token, TokenType

from tests.lab.sqlserver import dialect, errors

QUERIES = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}
OWN = {"USE", "SET", "DECLARE", "EXEC", "EXECUTE", "IF", "ELSE", "BEGIN", "END", "COMMIT", "ROLLBACK", "SAVE"}
OWN |= {"PRINT", "RAISERROR", "KILL", "BACKUP", "RESTORE", "ALTER"}
# Real statements, but not of the lab.
OTHERS = {
    "CREATE",
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


class Cursor:
    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = dialect.tokens_of(sql)
        self.at = 0

    def more(self) -> bool:
        self.skip_semicolons()
        return self.at < len(self.tokens)

    def skip_semicolons(self) -> None:
        while self.peek_type() == TokenType.SEMICOLON:
            self.at += 1

    def peek_type(self, ahead: int = 0) -> TokenType | None:
        index = self.at + ahead
        return self.tokens[index].token_type if index < len(self.tokens) else None

    def word(self, ahead: int = 0) -> str:
        """The keyword or bare name that comes next, in capitals; empty for anything else."""
        index = self.at + ahead
        if index >= len(self.tokens):
            return ""
        token = self.tokens[index]
        quoted = self.sql[token.start] in "[\"'" or token.token_type in (
            TokenType.STRING,
            TokenType.NATIONAL_STRING,
            TokenType.NUMBER,
        )
        return "" if quoted else token.text.upper()

    def take(self) -> Token:
        if self.at >= len(self.tokens):
            raise errors.syntax(self.tokens[-1].text if self.tokens else "")
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *words: str) -> bool:
        if self.word() in words:
            self.at += 1
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            raise errors.syntax(self.take().text)

    def name(self) -> str:
        token = self.take()
        if not self.sql[token.start] == "[" and not token.text.replace("_", "a").isalnum():
            raise errors.syntax(token.text)
        return token.text

    def integer(self) -> int:
        token = self.take()
        if token.token_type != TokenType.NUMBER or not token.text.isdigit():
            raise errors.syntax(token.text)
        return int(token.text)

    def variable(self) -> str:
        if self.peek_type() != TokenType.PARAMETER:
            raise errors.syntax(self.take().text)
        self.at += 1
        return "@" + self.take().text

    def starts_statement(self) -> bool:
        word = self.word()
        return word in OWN or word in OTHERS or (word in QUERIES and word != "WITH")

    def span(self, first: int) -> str:
        """The text of the tokens from `first` up to the current one."""
        if first == self.at:
            raise errors.syntax(self.tokens[first].text if first < len(self.tokens) else "")
        return self.sql[self.tokens[first].start : self.tokens[self.at - 1].end + 1]

    def skip_case(self) -> None:
        """CASE has an ELSE and an END that are no statement's."""
        depth = 0
        while self.word() == "CASE" or depth:
            depth += (self.word() == "CASE") - (self.word() == "END")
            self.take()

    def expression(self, *, stop_at_comma: bool = False) -> str:
        first, depth = self.at, 0
        while self.at < len(self.tokens):
            self.skip_case()
            kind = self.peek_type()
            if depth == 0 and (
                kind == TokenType.SEMICOLON
                or self.starts_statement()
                or (stop_at_comma and kind == TokenType.COMMA)
                or kind == TokenType.R_PAREN
            ):
                break
            depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
            self.at += 1
        return self.span(first)
