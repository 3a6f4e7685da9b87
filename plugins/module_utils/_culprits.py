# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions by computer and program, which is how a person goes and closes them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._activity import Kind, Session, kind_of

# A message names so many sessions of a program one by one, and a line of progress so many programs.
NAMED: t.Final = 5


@dataclass(frozen=True)
class Culprit:
    """A program on a computer, and its sessions."""

    host: str
    program: str
    kind: Kind
    sessions: tuple[Session, ...]

    def __str__(self) -> str:
        named = ", ".join(f"spid {one.spid} in {'+'.join(sorted(one.databases))}" for one in self.sessions[:NAMED])
        more = f" and {len(self.sessions) - NAMED} more" if len(self.sessions) > NAMED else ""
        return (
            f"{self.program or 'unknown program'} on {self.host or 'unknown computer'} ({named}{more}):"
            f" {self.kind.remedy}"
        )

    def as_result(self) -> dict[str, t.Any]:
        return {
            "host": self.host,
            "program": self.program,
            "kind": self.kind.name,
            "remedy": self.kind.remedy,
            "sessions": len(self.sessions),
            "logins": sorted({session.login for session in self.sessions}),
            "databases": sorted({database for session in self.sessions for database in session.databases}),
            "instances": sorted({session.instance for session in self.sessions}),
        }


def in_short(sessions: t.Sequence[Session]) -> str:
    """Who they are in one line."""
    found = [
        f"{one.program or 'unknown program'} on {one.host or 'unknown computer'} ({len(one.sessions)})"
        for one in culprits(sessions)
    ]
    more = f" and {len(found) - NAMED} more programs" if len(found) > NAMED else ""
    return f"{len(sessions)} session{'s' if len(sessions) > 1 else ''}: {', '.join(found[:NAMED])}{more}"


def culprits(sessions: t.Iterable[Session]) -> list[Culprit]:
    """In the order of their computers, the one with most sessions first on each."""
    grouped: dict[tuple[str, str], list[Session]] = {}
    for session in sessions:
        grouped.setdefault((session.host, session.program), []).append(session)
    found = [Culprit(host, program, kind_of(mine[0]), tuple(mine)) for (host, program), mine in grouped.items()]
    return sorted(found, key=lambda culprit: (culprit.host.casefold(), -len(culprit.sessions), culprit.program))
