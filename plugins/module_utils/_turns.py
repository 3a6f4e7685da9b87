# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is, of groups that are worked on side by side.

Groups that share a SQL Server instance are never worked on at the same time: the one would start SQL Server Agent while
the other still installs (KB 2003907, step 2: it is stopped on every instance that hosts a database of the group).
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._many_groups import KnownGroup


class Turns:
    """`at_once` groups run at the same time. With `exclusive` none of them shares a SQL Server instance."""

    def __init__(self, groups: t.Iterable[KnownGroup], *, at_once: int, exclusive: bool) -> None:
        self._waiting = list(groups)
        self._running: list[KnownGroup] = []
        self._at_once = at_once
        self._exclusive = exclusive

    @property
    def over(self) -> bool:
        return not self._waiting and not self._running

    def take(self) -> list[KnownGroup]:
        """The groups that begin now, in the order in which they were given."""
        taken = []
        for group in list(self._waiting):
            if len(self._running) < self._at_once and self.waits_for(group) is None:
                self._waiting.remove(group)
                self._running.append(group)
                taken.append(group)
        return taken

    def held(self) -> list[tuple[KnownGroup, KnownGroup]]:
        """Each group that waits, with the running one that uses a SQL Server instance of it."""
        return [(group, other) for group in self._waiting if (other := self.waits_for(group))]

    def waits_for(self, group: KnownGroup) -> KnownGroup | None:
        return next((other for other in self._running if self._apart(group, other)), None)

    def end(self, group: KnownGroup, *, well: bool) -> list[KnownGroup]:
        """A group has ended. Returns those that must not begin any more.

        A group that did not end well may be down with its Agent stopped, and nobody may start that one meanwhile.
        """
        self._running.remove(group)
        lost = [] if well else [other for other in self._waiting if self._apart(group, other)]
        self._waiting = [other for other in self._waiting if other not in lost]
        return lost

    def stop(self) -> list[KnownGroup]:
        """No group begins any more; returns those that would have."""
        left, self._waiting = self._waiting, []
        return left

    def _apart(self, one: KnownGroup, other: KnownGroup) -> bool:
        return self._exclusive and bool(one.shared_with(other))
