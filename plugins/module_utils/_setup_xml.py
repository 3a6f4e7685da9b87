# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a Setup.xml of any shape.

Its schema is not public, so nothing is expected of it: each attribute and each text is a statement, found by what it
looks like and named by where it stands. That it tells which files are updated, and whether there is SQL, is KB 2003907.
"""

from __future__ import annotations

import io
import re
import typing as t
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from ansible_collections.biztalk.patching.plugins.module_utils._sql_text import is_sql_text, script_names

if t.TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_EXTENSIONS = (
    "sql|dll|exe|msp|msi|cab|config|xml|xsd|xsl|xslt|vbs|cmd|bat|ps1|mof|chm|tlb|ocx|sys|btm|btp|odx|msc|reg|manifest"
)
_FILE = re.compile(rf'[^\\/:*?"<>|\r\n]+\.(?:{_EXTENSIONS})', re.IGNORECASE)
_GUID = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
# `Microsoft.Adapters.Sql.dll`, `Microsoft.SqlServer.Types.dll`
_LIBRARY = re.compile(r"\.sql(?=[\w.]*\.(?:dll|exe|config|xml|xsd|resources|pdb|manifest)\b)", re.IGNORECASE)
_NOTHING = frozenset({"", "0", "false", "no", "none"})


@dataclass(frozen=True)
class Statement:
    """One value, and where it was found: `Setup/Patches/Patch@File`."""

    where: str
    value: str

    @property
    def name(self) -> str:
        """The attribute's or element's own name, in lower case."""
        return re.split(r"[/@]", self.where)[-1].casefold()

    @property
    def depth(self) -> int:
        return len(re.split(r"[/@]", self.where))


@dataclass(frozen=True)
class SetupXml:
    statements: tuple[Statement, ...] = ()
    problem: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """Names of files, without folders, each once, in order."""
        named = (_last_segment(statement.value) for statement in self.statements)
        return tuple(dict.fromkeys(name for name in named if _FILE.fullmatch(name)))

    @property
    def scripts(self) -> tuple[Statement, ...]:
        """The .sql files that are named, also within lists and command lines."""
        return tuple(
            Statement(statement.where, script) for statement in self.statements for script in _scripts(statement.value)
        )

    @property
    def patch_codes(self) -> tuple[str, ...]:
        """GUIDs that stand where something is called a patch."""
        return tuple(
            code
            for statement in self.statements
            if "patch" in statement.where.casefold()
            for code in _GUID.findall(statement.value)
        )

    @property
    def sql_hints(self) -> tuple[Statement, ...]:
        """What speaks of SQL but names no script: an answer "no" cannot be given over it."""
        return tuple(statement for statement in self.statements if _hints_at_sql(statement))


def read_setup_xml(content: bytes) -> SetupXml:
    """Collect every statement; a document that is malformed or hostile gives those before the fault, and the fault."""
    statements: list[Statement] = []
    try:
        # One by one on purpose: what was found before a fault stays.
        statements.extend(_statements(content))
    # What defusedxml refuses (entities, external references) it reports as a ValueError of its own.
    except (ParseError, LookupError, ValueError) as error:
        return SetupXml(tuple(statements), f"{type(error).__name__}: {str(error).splitlines()[0]}")
    return SetupXml(tuple(statements))


def _statements(content: bytes) -> t.Iterator[Statement]:
    # Not at the top: the module reports a missing library by itself.
    from defusedxml.ElementTree import iterparse

    path: list[str] = []
    for event, element in iterparse(io.BytesIO(content), events=("start", "end")):
        if event == "start":
            path.append(_local(element.tag))
            for name, value in element.attrib.items():
                yield Statement(f"{'/'.join(path)}@{_local(name)}", value.strip())
        else:
            yield from _texts(element, path)
            path.pop()
            # The children only: the element's own tail still has to be read with its parent.
            del element[:]


def _texts(element: Element, path: list[str]) -> t.Iterator[Statement]:
    texts = (element.text, *(child.tail for child in element))
    for text in texts:
        for line in (text or "").splitlines():
            if line.strip():
                yield Statement("/".join(path), line.strip())


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _last_segment(value: str) -> str:
    return re.split(r"[\\/]", value.strip("\"'"))[-1].strip()


def _scripts(value: str) -> list[str]:
    whole = _last_segment(value)
    if whole.casefold().endswith(".sql") and _FILE.fullmatch(whole) and not re.search("[;,]", whole):
        return [whole]
    return script_names(value)


def _hints_at_sql(statement: Statement) -> bool:
    about = statement.where.casefold()
    if is_sql_text(statement.value) or ".sql" in about or _has_half_a_name(statement.value):
        return True
    return "sql" in about and "script" in about and statement.value.casefold() not in _NOTHING


def _has_half_a_name(value: str) -> bool:
    """`.sql` that belongs neither to a script's name nor to a library's: whoever wrote it may have meant a script."""
    return ".sql" in _LIBRARY.sub("", value).casefold() and not _scripts(value)
