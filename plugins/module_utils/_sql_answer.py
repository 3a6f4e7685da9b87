# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does the update contain SQL? Yes, no or unknown, with the evidence.

KB 2003907 hangs everything on this answer, so "no" needs a Setup.xml that was read and every payload opened.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.biztalk.patching.plugins.module_utils._contents import Contents

HasSql = t.Literal["yes", "no", "unknown"]

# Public articles about these scripts ask for more work after the update.
_FOLLOW_UPS = {
    "msgboxlogic.sql": (
        "It resets custom filegroups of the MessageBox database to PRIMARY: where you use such filegroups, run your own"
        " script for them again after the update."
    ),
    "backup_setup_all_procs.sql": (
        "Custom databases that the backup job covers do not get it from the installer: run it by hand on each of them"
        " after the update."
    ),
    "logshipping_destination_logic.sql": (
        "Destinations of BizTalk log shipping do not get it from the installer: run it by hand on each of them after"
        " the update."
    ),
}


@dataclass(frozen=True)
class SqlAnswer:
    found: HasSql
    evidence: tuple[str, ...]
    scripts: tuple[str, ...]
    assumed: t.Literal["yes", "no"] | None = None
    """What the operator says; it overrides what was found."""

    @property
    def has_sql(self) -> HasSql:
        return self.assumed or self.found

    @property
    def warnings(self) -> tuple[str, ...]:
        follow_ups = tuple(
            f"The update runs {script}. {_FOLLOW_UPS[script.casefold()]}"
            for script in self.scripts
            if script.casefold() in _FOLLOW_UPS
        )
        if self.assumed is None or self.assumed == self.found:
            return follow_ups
        return (
            f"The answer whether the update contains SQL is the operator's (assume_sql): {self.assumed}."
            f" The inspection found: {self.found}.",
            *follow_ups,
        )


def answer_sql(contents: Contents, assumed: t.Literal["yes", "no"] | None = None) -> SqlAnswer:
    positive, doubts = tuple(_positive(contents)), tuple(_doubts(contents))
    scripts = _scripts(contents)
    if positive:
        return SqlAnswer("yes", positive, scripts, assumed)
    if doubts:
        return SqlAnswer("unknown", doubts, scripts, assumed)
    names = ", ".join(shown for shown, _setup_xml in contents.setup_xmls)
    reason = (
        f"{names} names no script, and all {len(contents.payloads)} files of the package were examined: none is SQL"
    )
    return SqlAnswer("no", (reason,), scripts, assumed)


def _positive(contents: Contents) -> Iterator[str]:
    for shown, setup_xml in contents.setup_xmls:
        for script in setup_xml.scripts:
            yield f"{shown} names {script.value} ({script.where})"
    for shown, how in contents.sql:
        yield f"{shown} {how}" if shown else f"The package {how}"


def _doubts(contents: Contents) -> Iterator[str]:
    if not contents.setup_xmls:
        yield "The package holds no Setup.xml"
    for shown, setup_xml in contents.setup_xmls:
        if setup_xml.problem:
            yield f"{shown} cannot be read ({setup_xml.problem})"
        for hint in setup_xml.sql_hints:
            yield f"{shown} speaks of SQL without naming a script: {hint.value[:80]} ({hint.where})"
    for shown, reason in contents.unreadable:
        yield f"{shown}: {reason}"


def _scripts(contents: Contents) -> tuple[str, ...]:
    """Names without folders; one that Setup.xml names and the package holds is one script."""
    named = [script.value for _shown, setup_xml in contents.setup_xmls for script in setup_xml.scripts]
    held = [payload.name for payload in contents.payloads if payload.name.casefold().endswith(".sql")]
    return tuple({name.casefold(): name for name in (*held, *named)}.values())
