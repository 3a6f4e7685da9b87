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
