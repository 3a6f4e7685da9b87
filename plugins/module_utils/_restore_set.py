# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which backup set is to be restored: as full_backup returned it, or found in the history by its id.

Set ids are issued again after a restore, so a set is its files; the id alone does where the history holds it once.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import BackupFile
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row

FORM: t.Final = "give the option backup_set what full_backup returned as backup_set, or an id of the history"


@dataclass(frozen=True)
class RestoreSet:
    """``seconds`` is how long the whole backup took, where it is known."""

    id: int | None
    files: tuple[BackupFile, ...]
    seconds: float | None = None

    def __str__(self) -> str:
        return "the backup set without an id" if self.id is None else f"backup set {self.id}"

    @property
    def finished(self) -> str:
        """When its first database was backed up, in the time zone of the job."""
        return min((file.finished for file in self.files), default="")

    def as_result(self) -> dict[str, t.Any]:
        return {"id": self.id, "seconds": self.seconds, "databases": [file.as_result() for file in self.files]}


def given_set(value: t.Mapping[str, t.Any]) -> RestoreSet | None:
    """The set as it was given; None when only its id was, so that the history has to tell the files."""
    number = _number(value.get("id"))
    databases = value.get("databases")
    if not databases:
        if number is None:
            raise SqlError(f"The backup set has neither an id nor databases: {FORM}")
        return None
    if not isinstance(databases, list):
        raise SqlError(f"databases of the backup set is no list: {FORM}")
    seconds = value.get("seconds")
    return RestoreSet(number, tuple(_file(one) for one in databases), None if seconds is None else float(seconds))


def set_in_history(rows: t.Iterable[Row], number: int, finished: str = "") -> RestoreSet:
    """The complete full set with this id in adm_BackupHistory; ``finished`` is the beginning of its time."""
    sets = history_sets(rows)
    candidates = [one for one in sets if one.id == number]
    if not candidates:
        raise SqlError(f"The history has no full backup set {number}; it has {_listed(sets) or 'none at all'}")
    chosen = [one for one in candidates if one.finished.startswith(finished.replace(" ", "T"))]
    if len(chosen) != 1:
        how_many = "several" if chosen else "none with that time of the"
        raise SqlError(
            f"The history has {how_many} full backup sets {number}: {_listed(candidates)}. Name one by the beginning of"
            " its time in backup_set.finished, or its files in backup_set.databases"
        )
    if not all(file.complete for file in chosen[0].files):
        raise SqlError(
            f"{_listed(chosen)} is not marked complete in the history, so it cannot be restored as a set. If it is the"
            " one that the management database itself was restored from, name its files in backup_set.databases"
        )
    return chosen[0]


def history_sets(rows: t.Iterable[Row]) -> list[RestoreSet]:
    """Rows in the order in which they were written: a database that comes again begins another set of the same id."""
    sets: list[tuple[int, list[BackupFile]]] = []
    for row in rows:
        number, file = int(row["backup_set_id"]), BackupFile.parse(row)
        if not sets or sets[-1][0] != number or file.key in {other.key for other in sets[-1][1]}:
            sets.append((number, []))
        sets[-1][1].append(file)
    return [RestoreSet(number, tuple(files)) for number, files in sets]


def _listed(sets: t.Iterable[RestoreSet]) -> str:
    return "; ".join(
        f"{one} of {one.finished} ({len(one.files)} databases, the first in {one.files[0].path})" for one in sets
    )


def _number(value: object) -> int | None:
    if value is None or value == "":
        return None
    try:
        return int(str(value))
    except ValueError as error:
        raise SqlError(f"The id of the backup set is no number: {FORM}") from error


def _file(value: object) -> BackupFile:
    known = value if isinstance(value, dict) else {}
    lacking = [name for name in ("server", "name", "file") if not known.get(name)]
    if lacking:
        raise SqlError(f"A database of the backup set lacks {', '.join(lacking)}: {FORM}")
    size, seconds = known.get("size"), known.get("seconds")
    return BackupFile(
        server=str(known["server"]),
        database=str(known["name"]),
        path=str(known["file"]),
        finished=str(known.get("finished") or ""),
        complete=True,
        size=None if size is None else int(size),
        seconds=None if seconds is None else float(seconds),
    )
