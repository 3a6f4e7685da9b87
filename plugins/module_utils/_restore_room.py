# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the databases have room on the volumes when they are as large again as they were in the backup."""

from __future__ import annotations

import typing as t
from collections import defaultdict

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_media import Medium
    from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import Place, PresentFile

GIB: t.Final = 1024**3


def moves(medium: Medium) -> tuple[tuple[str, str], ...]:
    """The files that lie elsewhere today than in the backup, with where: there the restore has to put them."""
    present = _present(medium)
    return tuple(
        (file.logical_name, present[name].path)
        for name, file in ((file.logical_name.casefold(), file) for file in medium.contents)
        if name in present and present[name].path.casefold() != file.path.casefold()
    )


def room_problems(media: t.Iterable[Medium]) -> tuple[list[str], list[str]]:
    """Volumes that are too small, and what could not be found out."""
    by_place: dict[str, list[Medium]] = defaultdict(list)
    for medium in media:
        by_place[medium.place.name].append(medium)
    problems, unknown = [], []
    for its in by_place.values():
        missing, blind = _on_place(its[0].place, its)
        problems += missing
        unknown += blind
    return problems, unknown


def _on_place(place: Place, media: t.Sequence[Medium]) -> tuple[list[str], list[str]]:
    available = {file.volume: file.available for file in place.files if file.volume and file.available is not None}
    growth: dict[str, int] = defaultdict(int)
    blind = []
    for medium in media:
        present = _present(medium)
        for file in medium.contents:
            today = present.get(file.logical_name.casefold())
            volume = _volume(today.path if today else file.path, today, available)
            if volume is None:
                blind.append(file.path)
            else:
                growth[volume] += file.size
        for old in present.values():
            volume = _volume(old.path, old, available)
            if volume is not None:
                growth[volume] -= old.size
    problems = [
        f"{volume} of {place.name} has {_gib(available[volume] or 0)} free and needs {_gib(more)}: so much larger are"
        " the databases in the backup than today"
        for volume, more in growth.items()
        if more > (available[volume] or 0)
    ]
    if not blind:
        return problems, []
    return problems, [f"Whether {place.name} has room for {', '.join(blind)} cannot be told"]


def _present(medium: Medium) -> dict[str, PresentFile]:
    wanted = medium.file.database.casefold()
    return {file.logical_name.casefold(): file for file in medium.place.files if file.database.casefold() == wanted}


def _volume(path: str, file: PresentFile | None, known: t.Iterable[str]) -> str | None:
    """The one that SQL Server says, else the longest mount point that the path begins with."""
    fitting = [volume for volume in known if path.casefold().startswith(volume.casefold())]
    return (file.volume if file else None) or max(fitting, key=len, default=None)


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB"
