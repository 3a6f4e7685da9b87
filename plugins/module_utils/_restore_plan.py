# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a restore will do: the databases in their order, with every statement."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._restore_room import moves

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_media import Medium
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import (
        DatabaseState,
        Place,
        Situation,
    )

# In these nobody can be connected, and the first of them cannot be taken offline.
NOBODY_IN: t.Final = frozenset({"RESTORING", "OFFLINE", "RECOVERY_PENDING", "SUSPECT"})


@dataclass(frozen=True)
class Target:
    """A database that is restored. ``size`` is what it has in bytes when it is."""

    place: Place
    database: str
    server: str
    file: str
    before: DatabaseState
    size: int
    management: bool = False
    moves: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        return f"{self.database} on {self.place.name}"

    @property
    def restoring(self) -> tuple[str, ...]:
        """The statements that bring it from what it is to RESTORING."""
        first = () if self.before.state in NOBODY_IN else (_tsql_restore.take_offline(self.database),)
        return (*first, _tsql_restore.restore(self.database, self.file, self.moves))

    @property
    def recovering(self) -> str:
        return _tsql_restore.recover(self.database)


def targets(situation: Situation, media: t.Iterable[Medium]) -> list[Target]:
    """The largest first, since it takes longest, and the management database last."""
    found = [_target(situation, medium) for medium in media if medium.place.state_of(medium.file.database)]
    return sorted(found, key=lambda one: (one.management, -one.size, one.label))


def plan(ordered: t.Sequence[Target]) -> list[dict[str, str]]:
    """Every database is restored before the first one is recovered."""
    statements = [(target, statement) for target in ordered for statement in target.restoring]
    statements += [(target, target.recovering) for target in ordered]
    return [
        {"instance": target.place.name, "database": target.database, "statement": statement}
        for target, statement in statements
    ]


def _target(situation: Situation, medium: Medium) -> Target:
    file, place = medium.file, medium.place
    key = (place.name.casefold(), file.database.casefold())
    before = place.states[key[1]]
    return Target(
        place=place,
        database=before.name,
        server=file.server,
        file=file.path,
        before=before,
        size=sum(one.size for one in medium.contents),
        management=key == situation.management,
        moves=moves(medium),
    )
