# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which BizTalk groups one run may cover, and which of them must not be worked on at the same time."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownGroup:
    """A BizTalk group, as its management database tells of it.

    `name` is the inventory group of its computers, `instances` are the SQL Server instances whose Agent it stops, by
    their own names. `problem` says why nothing is known; then the rest is empty.
    """

    name: str
    server: str = ""
    database: str = ""
    instances: tuple[str, ...] = ()
    record_folder: str = ""
    problem: str = ""

    @classmethod
    def parse(cls, name: str, raw: t.Mapping[str, t.Any]) -> KnownGroup:
        """`raw` has the fields above; those that are missing are empty."""
        texts = {field: str(raw.get(field) or "") for field in ("server", "database", "record_folder", "problem")}
        return cls(name=name, instances=tuple(map(str, raw.get("sql_instances") or ())), **texts)

    def shared_with(self, other: KnownGroup) -> list[str]:
        """The SQL Server instances that both use."""
        theirs = {instance.upper() for instance in other.instances}
        return [instance for instance in self.instances if instance.upper() in theirs]


def refusals(names: t.Any, inventory: t.Mapping[str, t.Sequence[str]]) -> list[str]:
    """Why one run cannot cover the groups of these names; `inventory` has the hosts of each inventory group."""
    if not isinstance(names, list) or not names:
        return ["biztalk_groups must be a list of inventory groups, each with the computers of one BizTalk group"]
    unlike = dict.fromkeys(str(name) for name in names)
    found = [f"{name} is named {names.count(name)} times" for name in unlike if names.count(name) > 1]
    found += [f"{name} is no group of the inventory" for name in unlike if name not in inventory]
    known = {name: inventory[name] for name in unlike if name in inventory}
    found += [f"{name} has no hosts" for name, hosts in known.items() if not hosts]
    return found + [
        f"{', '.join(sorted(common))} belongs to {one} and to {other}: a computer is in one BizTalk group only"
        for one, other in itertools.combinations(known, 2)
        if (common := set(known[one]) & set(known[other]))
    ]


def same_databases(groups: t.Iterable[KnownGroup]) -> list[str]:
    """Groups that are one and the same, because they have one management database."""
    return [
        f"{one.name} and {other.name} have the same management database, {one.database} on {one.server}. They are one "
        "BizTalk group and belong into one inventory group; two servers of the same name need runs of their own, each "
        "with a biztalk_record_folder of its own"
        for one, other in itertools.combinations([group for group in groups if not group.problem], 2)
        if (one.server.upper(), one.database.upper()) == (other.server.upper(), other.database.upper())
    ]
