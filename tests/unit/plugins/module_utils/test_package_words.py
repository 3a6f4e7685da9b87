# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._architecture import Verdict
from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents
from ansible_collections.biztalk.patching.plugins.module_utils._identity import Identity
from ansible_collections.biztalk.patching.plugins.module_utils._installer import Installer, Kind
from ansible_collections.biztalk.patching.plugins.module_utils._package import Package
from ansible_collections.biztalk.patching.plugins.module_utils._package_words import (
    consequences,
    summary,
    unremovable,
)
from ansible_collections.biztalk.patching.plugins.module_utils._signature import Signature
from ansible_collections.biztalk.patching.plugins.module_utils._sql_answer import HasSql, SqlAnswer

TITLE = "Microsoft BizTalk Server 2020 Cumulative Update 4 [KB 5009901]"

# What was found, what the operator says -> how the first sentence begins, and what follows.
ANSWERS: dict[str, tuple[HasSql, t.Literal["yes", "no"] | None, str, str]] = {
    "yes": ("yes", None, "The update contains SQL: stop BizTalk", "Back up all"),
    "unknown": ("unknown", None, "SQL in the update cannot be ruled out", "Back up all"),
    "no": ("no", None, "The update contains no SQL: restart the host instances", "uninstalling it"),
    "no over yes": ("yes", "no", "The update contains no SQL, as the operator says (assume_sql; found: yes)", "uninst"),
    "no over unknown": ("unknown", "no", "The update contains no SQL, as the operator says (assume_sql; fo", "uninst"),
    "yes over no": ("no", "yes", "The update contains SQL, as the operator says (assume_sql; found: no)", "Back up"),
}


@pytest.mark.parametrize(("found", "assumed", "first", "second"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_follows_from_the_answer(
    found: HasSql, assumed: t.Literal["yes", "no"] | None, first: str, second: str
) -> None:
    words = consequences(SqlAnswer(found, (), (), assumed))
    assert words[0].startswith(first)
    assert second in words[1]


def package(identity: Identity, sql: SqlAnswer, signature: Signature) -> Package:
    verdict = Verdict("x64", "installer a.msi is for x64")
    return Package(Path("/srv/a.exe"), 1, "", identity, verdict, sql, signature, Contents())


def test_a_summary_for_a_person() -> None:
    identity = Identity("5009901", TITLE, version="3.13.844.0", minimum_version="3.13.717.0", languages=("ENU", "DEU"))
    sql = SqlAnswer("yes", ("a", "b", "c", "d", "e"), ("msgboxlogic.sql",))
    lines = summary(package(identity, sql, Signature("intact", signer="CN=Somebody", trusted=True)))
    assert lines[:4] == [
        f"{TITLE}, version 3.13.844.0, needs 3.13.717.0 at least, ENU/DEU",
        "For x64 computers: installer a.msi is for x64.",
        "SQL: yes. a; b; c; and 2 more.",
        "Signature: intact, trusted (CN=Somebody).",
    ]
    assert lines[4:-1] == consequences(sql)
    assert lines[-1].startswith("Warning: The update runs msgboxlogic.sql.")


def test_a_summary_of_little() -> None:
    identity, unchecked = (
        Identity("90000001", companion="RosettaNet"),
        Signature("not_checked", reason="it is a folder"),
    )
    lines = summary(package(identity, SqlAnswer("no", ("a",), (), "yes"), unchecked))
    assert lines[0] == "a.exe, KB 90000001, for RosettaNet"
    assert lines[2:4] == [
        "SQL: yes, as the operator says (assume_sql). Found: no. a.",
        "Signature: not checked (it is a folder).",
    ]


def test_a_summary_shows_the_first_warnings_only() -> None:
    unreadable = [(f"{number}.dat", "its format is unknown") for number in range(12)]
    some = replace(
        package(Identity(), SqlAnswer("no", ("a",), ()), Signature("unsigned")),
        contents=Contents(unreadable=unreadable),
    )
    lines = summary(some)
    assert lines[-2:] == [
        "Warning: 9.dat could not be examined: its format is unknown.",
        "2 more warnings are in package.warnings.",
    ]
    assert len(some.warnings) == 12


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [("msp", "0", ["a says that it cannot be uninstalled"]), ("msp", "1", []), ("msp", "", []), ("msi", "0", [])],
)
def test_a_patch_that_cannot_be_uninstalled(kind: Kind, value: str, expected: list[str]) -> None:
    installer = Installer(kind, properties={"AllowRemoval": value} if value else {})
    warnings = unremovable(Contents(installers=[("a", installer)]))
    assert [warning.partition(" (")[0] for warning in warnings] == expected
