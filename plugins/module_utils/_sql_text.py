# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Searches texts for SQL: statements that change a database, names of scripts, calls of SQL Server's command line."""

from __future__ import annotations

import codecs
import io
import re
import typing as t
from dataclasses import dataclass

_VERBS = ("CREATE", "ALTER", "DROP")
_STATEMENT = re.compile(
    r"\b(?:CREATE|ALTER|DROP)\s+(?:OR\s+ALTER\s+)?(?:PROC|PROCEDURE|TABLE|VIEW|TRIGGER|FUNCTION|INDEX|DATABASE)\b"
)
# `Microsoft.Adapters.Sql.dll` is a library.
_EXTENSION = re.compile(r"\.sql\b(?!\.(?:dll|exe|config|xml|xsd|resources|pdb|manifest)\b)", re.IGNORECASE)
_NO_NAME = re.compile(r"""[\\/:*?"'<>|;,=()\s]""")
_LONGEST_NAME = 255
_NAMESPACE = re.compile(r"\w+(?:\.\w+)+\.Sql")
_CALL = re.compile(r"\b(?:osql|sqlcmd|isql)(?:\.exe)?\b|\bInvoke-Sqlcmd\b", re.IGNORECASE)
_CHUNK = 1024 * 1024
# Longer than any statement's first words or any script's name, so that none is cut in two.
_OVERLAP = 400
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Found:
    text: str
    is_statement: bool


def is_sql_text(text: str) -> bool:
    """Whether a text holds a statement that changes a database's objects."""
    return bool(_statement(text))


def script_names(text: str) -> list[str]:
    """Names of .sql files, without folders, wherever they stand in the text."""
    names = []
    for found in _EXTENSION.finditer(text):
        # Backwards from the extension: forwards from each letter would take hours in a text that is one long word.
        name = _NO_NAME.split(text[max(0, found.start() - _LONGEST_NAME) : found.start()])[-1]
        if name:
            names.append(name + found.group())
    return names


def scripts_called(text: str) -> list[str]:
    """The same without what is spelt as .NET spells namespaces, such as `Microsoft.BizTalk.Adapter.Sql`."""
    return [name for name in script_names(text) if not _NAMESPACE.fullmatch(name)]


def search_text(file: t.BinaryIO) -> Found | None:
    """The first statement of a text file, else the first name of a script or call; the whole file is read."""
    call: Found | None = None
    utf_16 = file.read(2) in _UTF_16_MARKS
    file.seek(0)
    # Every byte is a character of Latin-1, and what is looked for is ASCII.
    decoder = codecs.getincrementaldecoder("utf-16" if utf_16 else "latin-1")("replace")
    rest = ""
    while piece := file.read(_CHUNK):
        text = rest + decoder.decode(piece)
        if statement := _statement(text):
            return Found(statement, is_statement=True)
        call = call or _call(text)
        rest = text[-_OVERLAP:]
    return call


def search_program(content: bytes) -> Found | None:
    """The same in the texts of a program, be they of one byte or of two for each character."""
    return search_text(io.BytesIO(content)) or search_text(io.BytesIO(content.replace(b"\0", b"")))


def _statement(text: str) -> str:
    """Its first words in capitals; looking for the verb alone first makes it some ten times faster."""
    folded = text.upper()
    for verb in _VERBS:
        place = folded.find(verb)
        while place >= 0:
            if found := _STATEMENT.match(folded, place):
                return " ".join(found.group().split())
            place = folded.find(verb, place + 1)
    return ""


def _call(text: str) -> Found | None:
    if "SQL" not in text.upper():
        return None
    calls = scripts_called(text) or [match.group() for match in _CALL.finditer(text)]
    return Found(calls[0], is_statement=False) if calls else None
