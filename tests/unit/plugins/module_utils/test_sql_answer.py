# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents, Payload
from ansible_collections.biztalk.patching.plugins.module_utils._setup_xml import SetupXml, read_setup_xml
from ansible_collections.biztalk.patching.plugins.module_utils._sql_answer import answer_sql

NO_SCRIPT = read_setup_xml(b'<a><b f="x.dll"/></a>')
SCRIPT = read_setup_xml(b'<a><b f="x.sql"/></a>')
BROKEN = read_setup_xml(b"<a>")
HINT = read_setup_xml(b'<SqlScript Name="x"/>')


def contents(*setup_xmls: SetupXml, **found: t.Any) -> Contents:
    return Contents(setup_xmls=[(f"{n}/Setup.xml", setup_xml) for n, setup_xml in enumerate(setup_xmls)], **found)


CASES = {
    "named": (contents(SCRIPT), "yes", "0/Setup.xml names x.sql (a/b@f)"),
    "named in one language only": (contents(NO_SCRIPT, SCRIPT), "yes", "1/Setup.xml names x.sql"),
    "in a payload": (contents(NO_SCRIPT, sql=[("a/x.sql", "is a script")]), "yes", "a/x.sql is a script"),
    "in a payload, with no Setup.xml": (contents(sql=[("x.sql", "is a script")]), "yes", "x.sql is a script"),
    "in the package itself": (contents(sql=[("", "has a table SqlScript")]), "yes", "The package has a table"),
    "named before a fault": (contents(read_setup_xml(b'<a><b f="x.sql"/>')), "yes", "names x.sql"),
    "no Setup.xml": (contents(), "unknown", "holds no Setup.xml"),
    "a broken Setup.xml": (contents(BROKEN), "unknown", "cannot be read (ParseError"),
    "one broken Setup.xml of two": (contents(NO_SCRIPT, BROKEN), "unknown", "1/Setup.xml cannot be read"),
    "a hint": (contents(HINT), "unknown", "without naming a script: x (SqlScript@Name)"),
    "a payload that was not opened": (
        contents(NO_SCRIPT, unreadable=[("a.msp", "it is encrypted")]),
        "unknown",
        "a.msp: it is encrypted",
    ),
    "nothing": (contents(NO_SCRIPT, payloads=[Payload("x.dll", 1)]), "no", "all 1 files of the package were examined"),
}


@pytest.mark.parametrize(("found", "expected", "evidence"), CASES.values(), ids=CASES.keys())
def test_the_answer_and_its_evidence(found: Contents, expected: str, evidence: str) -> None:
    answer = answer_sql(found)
    assert answer.has_sql == answer.found == expected
    assert any(evidence in text for text in answer.evidence)


def test_the_operators_answer_overrides_and_is_shown() -> None:
    answer = answer_sql(contents(SCRIPT), "no")
    assert (answer.has_sql, answer.found) == ("no", "yes")
    assert "is the operator's (assume_sql): no. The inspection found: yes." in answer.warnings[0]
    assert answer_sql(contents(SCRIPT), "yes").warnings == ()


def test_a_script_that_is_named_and_held_is_one_script() -> None:
    found = contents(SCRIPT, payloads=[Payload("sql/X.SQL", 1), Payload("y.sql", 1)])
    assert answer_sql(found).scripts == ("x.sql", "y.sql")


@pytest.mark.parametrize(
    ("script", "follow_up"),
    [
        ("msgboxlogic.sql", "filegroups"),
        ("MSGBOXLOGIC.SQL", "filegroups"),
        ("Backup_Setup_All_Procs.sql", "Custom databases"),
        ("LogShipping_Destination_Logic.sql", "log shipping"),
    ],
)
def test_scripts_that_need_more_work_are_warned_of(script: str, follow_up: str) -> None:
    (warning,) = answer_sql(contents(payloads=[Payload(script, 1)], sql=[(script, "is a script")])).warnings
    assert warning.startswith(f"The update runs {script}. ")
    assert follow_up in warning


# A Setup.xml, the only other file being a library -> the answer. Its schema is not public, so any shape must do.
SETUP_XMLS: dict[str, tuple[str | bytes, str]] = {
    "files only": ('<Setup><Files><File Name="BTSMsgCore.dll"/></Files></Setup>', "no"),
    "an empty root": ("<Setup/>", "no"),
    "another root": ("<Update><Payload>BTSMsgCore.dll</Payload></Update>", "no"),
    "a list of languages": ('<Setup Languages="ENU;DEU"><File>BTSMsgCore.dll</File></Setup>', "no"),
    "a library for SQL": ('<Setup><File Name="Microsoft.Adapters.Sql.dll"/></Setup>', "no"),
    "a library of SQL Server": ('<Setup><File Name="Microsoft.SqlServer.Types.dll"/></Setup>', "no"),
    "a needed SQL Server": ('<Setup><SqlServer MinimumVersion="13.0"/></Setup>', "no"),
    "SQL in prose": ("<Setup><Text>Requires SQL Server 2019</Text></Setup>", "no"),
    "a switch that is off": ('<Setup><SqlScripts Present="false"/></Setup>', "no"),
    "a count of none": ('<Setup><SqlScripts Count="0"/></Setup>', "no"),
    "a comment": ("<Setup><!-- msgboxlogic.sql is not in this update --></Setup>", "no"),
    "a document type": ('<!DOCTYPE Setup><Setup><File Name="a.dll"/></Setup>', "no"),
    "an attribute": ('<Setup><Script File="msgboxlogic.sql"/></Setup>', "yes"),
    "a text": ("<Setup><Script>msgboxlogic.sql</Script></Setup>", "yes"),
    "a folder before it": ('<Setup><File Path="SQL\\msgboxlogic.sql"/></Setup>', "yes"),
    "a slash before it": ('<Setup><File Path="SQL/msgboxlogic.sql"/></Setup>', "yes"),
    "a variable before it": ('<Setup><File Path="[INSTALLDIR]Schema\\msgboxlogic.sql"/></Setup>', "yes"),
    "an environment variable before it": ('<Setup><File Path="%BTSINSTALLPATH%Schema\\a.sql"/></Setup>', "yes"),
    "upper case throughout": ('<SETUP><SCRIPT FILE="MSGBOXLOGIC.SQL"/></SETUP>', "yes"),
    "lower case throughout": ('<setup><script file="msgboxlogic.sql"/></setup>', "yes"),
    "mixed case of the extension": ('<Setup><Script File="msgboxlogic.Sql"/></Setup>', "yes"),
    "a default namespace": ('<Setup xmlns="urn:x"><Script File="a.sql"/></Setup>', "yes"),
    "a prefix": ('<p:Setup xmlns:p="urn:x"><p:Script p:File="a.sql"/></p:Setup>', "yes"),
    "the root's own attribute": ('<Setup Script="a.sql"/>', "yes"),
    "the root's own text": ("<Setup>a.sql</Setup>", "yes"),
    "text between elements": ("<Setup><File/>a.sql<File/></Setup>", "yes"),
    "character data": ("<Setup><![CDATA[a.sql]]></Setup>", "yes"),
    "a character by its number": ("<Setup><Script>a&#46;sql</Script></Setup>", "yes"),
    "deep within": ("<a><b><c><d><e><f File='a.sql'/></e></d></c></b></a>", "yes"),
    "a list in an attribute": ('<Setup Files="a.dll;b.sql;c.dll"/>', "yes"),
    "a list in lines": ("<Setup>\n  a.dll\n  b.sql\n</Setup>", "yes"),
    "a command line": ("<Setup><Run>osql -E -d BizTalkMgmtDb -i a.sql</Run></Setup>", "yes"),
    "under a name that says library": ('<Setup><Dll Name="a.sql"/></Setup>', "yes"),
    "a name with spaces": ('<Setup><Script File="My script.sql"/></Setup>', "yes"),
    "a name in another alphabet": ('<Setup><Script File="скрипт.sql"/></Setup>', "yes"),
    "one language of several": ("<Setup><L id='1033'><F>a.dll</F></L><L id='1031'><F>b.sql</F></L></Setup>", "yes"),
    "a script to be removed": ('<Setup><RemoveFile Name="old.sql"/></Setup>', "yes"),
    "UTF-8 with a mark": ('<Setup Script="a.sql"/>'.encode("utf-8-sig"), "yes"),
    "UTF-16, low byte first": ('<Setup Script="a.sql"/>'.encode("utf-16"), "yes"),
    "UTF-16, high byte first": ('\ufeff<Setup Script="a.sql"/>'.encode("utf-16-be"), "yes"),
    "UTF-16 that says so": ('<?xml version="1.0" encoding="utf-16"?><Setup Script="a.sql"/>'.encode("utf-16"), "yes"),
    "one byte per character": ('<?xml version="1.0" encoding="windows-1252"?><S F="ü.sql"/>'.encode("cp1252"), "yes"),
    "no script in UTF-16": ('<Setup File="a.dll"/>'.encode("utf-16"), "no"),
    "named before the fault": ('<Setup><Script File="a.sql"/><File', "yes"),
    "cut off before it": ('<Setup><File Name="a.dll"/><Scr', "unknown"),
    "a script without a file": ('<Setup><SqlScript Name="msgboxlogic"/></Setup>', "unknown"),
    "a switch that is on": ('<Setup><SqlScripts Present="true"/></Setup>', "unknown"),
    "half a name": ('<Setup><Script File="SQL\\.sql"/></Setup>', "unknown"),
    "statements": ("<Setup><Run>ALTER PROCEDURE x AS SELECT 1</Run></Setup>", "unknown"),
    "an entity": ('<!DOCTYPE S [<!ENTITY x "a.dll">]><S>&x;</S>', "unknown"),
    "billion laughs": ('<!DOCTYPE S [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><S>&y;</S>', "unknown"),
    "an entity from elsewhere": ('<!DOCTYPE S [<!ENTITY x SYSTEM "file:///etc/passwd">]><S>&x;</S>', "unknown"),
    "an entity that is not declared": ("<Setup>&x;</Setup>", "unknown"),
    "two roots": ("<Setup/><Setup/>", "unknown"),
    "nothing": ("", "unknown"),
    "another kind of file": (b"MZ\x90\x00", "unknown"),
    "an unknown encoding": ('<?xml version="1.0" encoding="klingon"?><Setup/>', "unknown"),
    "a control character": ("<Setup>\x01</Setup>", "unknown"),
}


@pytest.mark.parametrize(("document", "expected"), SETUP_XMLS.values(), ids=SETUP_XMLS.keys())
def test_a_setup_xml_of_any_shape(document: str | bytes, expected: str) -> None:
    content = document.encode() if isinstance(document, str) else document
    assert answer_sql(contents(read_setup_xml(content), payloads=[Payload("a.dll", 1)])).found == expected
