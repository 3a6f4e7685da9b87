# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""T-SQL as sqlglot reads it, narrowed to what SQL Server accepts."""

from __future__ import annotations

import itertools
import typing as t

from sqlglot import exp, parse_one, tokenize
from sqlglot.dialects.tsql import TSQL
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.tsql import TSQLParser
from sqlglot.tokenizer_core import Token, TokenType

from tests.lab.sqlserver import errors
from tests.lab.tds.interface import SqlServerError

# What sqlglot reads although SQL Server does not, because other databases have it.
FOREIGN_WORDS = {"LIMIT", "ILIKE", "USING", "NATURAL", "QUALIFY", "RETURNING", "TRUE", "FALSE"}
FOREIGN_SIGNS = {"||", "::", "?", "->", "&&", "=="}
AGGREGATES = ("COUNT", "MAX", "MIN", "SUM", "AVG")
CONVERSIONS = ("CAST", "CONVERT", "TRY_CAST", "TRY_CONVERT")


class LabTSQL(TSQL):
    """Leaves every function but the aggregates as it was written, so that the lab decides which ones exist."""

    class Tokenizer(TSQL.Tokenizer):
        # A "command" would swallow the rest of the batch.
        COMMANDS: t.ClassVar = set()

    class Parser(TSQLParser):
        FUNCTIONS: t.ClassVar = {name: TSQLParser.FUNCTIONS[name] for name in AGGREGATES}
        FUNCTION_PARSERS: t.ClassVar = {name: TSQLParser.FUNCTION_PARSERS[name] for name in CONVERSIONS}
        NO_PAREN_FUNCTIONS: t.ClassVar = {}


def tokens_of(sql: str) -> list[Token]:
    """Raises `SqlServerError` for text that is no T-SQL."""
    try:
        tokens = tokenize(sql, dialect=LabTSQL)
    except TokenError as error:
        raise SqlServerError(105, "Unclosed quotation mark after the character string.", severity=15) from error
    for before, token in itertools.pairwise([None, *tokens]):
        if token is not None and _is_foreign(sql, before, token):
            raise errors.syntax(token.text)
    return tokens


def _is_foreign(sql: str, before: Token | None, token: Token) -> bool:
    written = sql[token.start : token.end + 1]
    if written.upper() in FOREIGN_WORDS or written in FOREIGN_SIGNS:
        return True
    return before is not None and before.token_type == token.token_type == TokenType.COMMA


def parse(sql: str) -> exp.Expr:
    """One SELECT, INSERT, UPDATE or DELETE. Raises `SqlServerError`."""
    try:
        return parse_one(sql, dialect=LabTSQL)
    except ParseError as error:
        place = error.errors[0] if error.errors else {}
        raise errors.syntax(str(place.get("highlight") or sql)) from error
