# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import read_setup_xml
from ansible_collections.biztalk.patching.plugins.module_utils._sql_text import is_sql_text

PLAIN = '<Setup><Files><File Name="BTSMsgCore.dll"/></Files></Setup>'
SCRIPT = '<Setup><Scripts><Script File="SQL\\msgboxlogic.sql"/></Scripts></Setup>'

# What the document is -> the scripts it names. Its schema is not public, so any shape must do.
SCRIPTS = {
    "no script": (PLAIN, []),
    "an attribute with a folder": (SCRIPT, ["msgboxlogic.sql"]),
    "a slash": ('<a b="SQL/x.sql"/>', ["x.sql"]),
    "a text": ("<a><b>x.sql</b></a>", ["x.sql"]),
    "a text with space around": ("<a>\n   x.sql\n </a>", ["x.sql"]),
    "upper case": ('<SETUP FILE="X.SQL"/>', ["X.SQL"]),
    "a name with spaces": ('<a b="My script.sql"/>', ["My script.sql"]),
    "a namespace": ('<a xmlns="urn:x"><b xmlns:c="urn:y" c:f="x.sql"/></a>', ["x.sql"]),
    "a prefix": ('<p:a xmlns:p="urn:x"><p:b>x.sql</p:b></p:a>', ["x.sql"]),
    "character data": ("<a><![CDATA[x.sql]]></a>", ["x.sql"]),
    "text behind a child": ("<a><b/>x.sql</a>", ["x.sql"]),
    "text behind a grandchild": ("<a><b><c/>x.sql</b>y.sql</a>", ["x.sql", "y.sql"]),
    "a list": ('<a b="x.sql;y.sql, z.sql"/>', ["x.sql", "y.sql", "z.sql"]),
    "lines": ("<a>x.sql\ny.sql</a>", ["x.sql", "y.sql"]),
    "a command line": ("<a b='osql -E -i \"c:\\t\\x.sql\" -d BizTalkMgmtDb'/>", ["x.sql"]),
    "an entity of XML itself": ('<a b="R&amp;D.sql"/>', ["R&D.sql"]),
    "a variable": ('<a b="[INSTALLDIR]x.sql"/>', ["[INSTALLDIR]x.sql"]),
    "quotes": ("<a b='\"x.sql\"'/>", ["x.sql"]),
    "a comment names nothing": ("<a><!-- x.sql --></a>", []),
    "a library whose name ends like a script's": ('<a b="Microsoft.Adapters.Sql.dll"/>', []),
    "a script with a dot in its name": ('<a b="1.0.sql"/>', ["1.0.sql"]),
    "another extension": ('<a b="x.sqlproj"/>', []),
    "a declaration of one byte per character": (
        '<?xml version="1.0" encoding="windows-1252"?><a b="x.sql"/>',
        ["x.sql"],
    ),
    "a document type without entities": ("<!DOCTYPE a><a>x.sql</a>", ["x.sql"]),
    "a processing instruction": ("<?x y?><a>x.sql</a>", ["x.sql"]),
}


@pytest.mark.parametrize(("document", "expected"), SCRIPTS.values(), ids=SCRIPTS.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_scripts_are_found_in_any_shape_and_encoding(document: str, expected: list[str], encoding: str) -> None:
    if "encoding=" in document and encoding != "utf-8":
        document = document[document.index("?>") + 2 :]
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    setup_xml = read_setup_xml((mark + document).encode(encoding))
    assert setup_xml.problem == ""
    assert [script.value for script in setup_xml.scripts] == expected


def test_a_statement_tells_where_it_was_found() -> None:
    (script,) = read_setup_xml(SCRIPT.encode()).scripts
    assert script.where == "Setup/Scripts/Script@File"
    assert (script.name, script.depth) == ("file", 4)


def test_files_are_named_once_and_without_folders() -> None:
    content = (
        b'<a><b n="bin\\x.dll"/><b n="x.dll"/><c>y.msp</c><d>Microsoft.BizTalk.Pipeline.dll</d><e>3.13.0.0</e></a>'
    )
    assert read_setup_xml(content).files == ("x.dll", "y.msp", "Microsoft.BizTalk.Pipeline.dll")


def test_patch_codes_are_the_guids_of_what_is_called_a_patch() -> None:
    content = (
        b'<a><Patch Id="{A70BB119-0B5B-56AD-8C72-8F5BC43946C4}"/>'
        b'<Other Id="{B70BB119-0B5B-56AD-8C72-8F5BC43946C4}"/></a>'
    )
    assert read_setup_xml(content).patch_codes == ("{A70BB119-0B5B-56AD-8C72-8F5BC43946C4}",)


BILLION_LAUGHS = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'
BROKEN = {
    "empty": b"",
    "no XML": b"MZ\x90\x00",
    "cut off": SCRIPT.encode()[:-20],
    "entities": BILLION_LAUGHS,
    "an external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "an external document type with entities": b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x" [<!ENTITY x "y">]><a/>',
    "an unknown entity": b"<a>&x;</a>",
    "an unknown encoding": b'<?xml version="1.0" encoding="klingon"?><a/>',
    "two roots": b"<a/><b/>",
    "a wrong encoding": b'<?xml version="1.0" encoding="utf-16"?><a/>',
    "a control character": b"<a>\x00</a>",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_malformed_or_hostile_is_reported(content: bytes) -> None:
    setup_xml = read_setup_xml(content)
    assert setup_xml.problem
    assert "root:" not in "".join(statement.value for statement in setup_xml.statements)


def test_what_stands_before_a_fault_is_kept() -> None:
    setup_xml = read_setup_xml(b'<a><b f="x.sql"/><c>')
    assert setup_xml.problem
    assert [script.value for script in setup_xml.scripts] == ["x.sql"]


HINTS = {
    "a script without a file name": ('<SqlScript Name="msgboxlogic"/>', ["msgboxlogic"]),
    "a script element that says no": ('<SqlScripts Present="false" Count="0"/>', []),
    "an empty script element": ("<a><SqlScripts/></a>", []),
    "a server's version is no script": ('<SqlServer MinimumVersion="13.0"/>', []),
    "half a name": ('<a b="SQL\\.sql"/>', ["SQL\\.sql"]),
    "another extension": ('<a b="x.sqlM"/>', ["x.sqlM"]),
    "a library": ('<a b="Microsoft.Adapters.Sql.dll"/>', []),
    "a library of SQL Server": ('<a b="Microsoft.SqlServer.Types.dll"/>', []),
    "a library beside half a name": ('<a b="x.sqlM y.dll"/>', ["x.sqlM y.dll"]),
    "a script as the name of an element": ("<a><x.sql>1</x.sql></a>", ["1"]),
    "statements": ("<a>ALTER PROCEDURE [dbo].[x] AS SELECT 1</a>", ["ALTER PROCEDURE [dbo].[x] AS SELECT 1"]),
}


@pytest.mark.parametrize(("document", "expected"), HINTS.values(), ids=HINTS.keys())
def test_what_speaks_of_sql_without_a_script_is_a_hint(document: str, expected: list[str]) -> None:
    assert [hint.value for hint in read_setup_xml(document.encode()).sql_hints] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE TABLE x (y int)", True),
        ("create or alter  view x as select 1", True),
        ("drop\nproc x", True),
        ("Create a table of contents", False),
        ("SELECT", False),
        ("", False),
    ],
)
def test_statements_that_change_objects_are_sql(text: str, *, expected: bool) -> None:
    assert is_sql_text(text) is expected


def test_a_very_large_document_is_read() -> None:
    content = b"<a>" + b'<b n="x.dll"/>' * 50_000 + b'<b n="x.sql"/></a>'
    assert [script.value for script in read_setup_xml(content).scripts] == ["x.sql"]


def test_a_deeply_nested_document_is_read() -> None:
    content = b"<a>" * 20_000 + b"x.sql" + b"</a>" * 20_000
    assert [script.value for script in read_setup_xml(content).scripts] == ["x.sql"]
