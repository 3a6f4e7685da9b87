# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backup sets as the job *Backup BizTalk Server* writes them to adm_BackupHistory, and whether one is good.

Freshness is judged by BackupSetId, never by the clock: times are UTC or local as the job's step says, and rows of full
backups bear no mark. A set is complete when the job's procedure sets SetComplete on all of its rows, at the very end.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row

FULL: t.Final = "db"


@dataclass(frozen=True)
class BackupFile:
    server: str
    database: str
    path: str
    finished: str
    complete: bool
    # Bytes on the medium, and how long the backup took; known from its header.
    size: int | None = None
    seconds: float | None = None

    @classmethod
    def parse(cls, row: Row) -> BackupFile:
        finished = row["backup_time"]
        return cls(
            server=row["server_name"] or "",
            database=row["database_name"],
            path=joined(row["location"], row["file_name"]),
            finished=finished.isoformat() if isinstance(finished, datetime) else str(finished or ""),
            complete=bool(row["set_complete"]),
        )

    @property
    def key(self) -> tuple[str, str]:
        return (self.server.strip().casefold(), self.database.strip().casefold())

    def as_result(self) -> dict[str, t.Any]:
        return {
            "server": self.server,
            "name": self.database,
            "file": self.path,
            "type": "full",
            "finished": self.finished,
            "size": self.size,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class BackupSet:
    """``id`` is its BackupSetId, None when the job did not make it."""

    id: int | None
    files: tuple[BackupFile, ...]

    @property
    def complete(self) -> bool:
        return all(file.complete for file in self.files)


@dataclass(frozen=True)
class Expected:
    """A database that a full backup must hold, as admv_BackupDatabases lists it."""

    server: str
    database: str

    @property
    def key(self) -> tuple[str, str]:
        return (self.server.strip().casefold(), self.database.strip().casefold())

    def __str__(self) -> str:
        return f"{self.database} on {self.server}"


@dataclass(frozen=True)
class Verdict:
    """Good when there are no problems; then there is a set."""

    backup_set: BackupSet | None
    problems: tuple[str, ...]

    @property
    def good(self) -> bool:
        return self.backup_set is not None and not self.problems


def joined(location: str, name: str) -> str:
    """A backup's whole path. The location may end with its separator, and may be the URL of an Azure container."""
    separator = "/" if location.lower().startswith(("http://", "https://")) else "\\"
    return location.rstrip("\\/") + separator + name


def full_sets(rows: t.Iterable[Row]) -> list[BackupSet]:
    """The sets of full backups among rows of the history, the oldest first."""
    files: dict[int, list[BackupFile]] = {}
    for row in rows:
        if str(row["backup_type"]).strip().casefold() == FULL:
            files.setdefault(int(row["backup_set_id"]), []).append(BackupFile.parse(row))
    return [BackupSet(number, tuple(found)) for number, found in sorted(files.items())]


def judge(rows: t.Iterable[Row], expected: t.Sequence[Expected], *, forced: bool) -> Verdict:
    """Judges what the job wrote since it was told to make a full backup; ``rows`` are newer than that.

    ``forced`` is the flag of sp_ForceFullBackup, which the job takes back when its full backup is done.
    """
    sets = full_sets(rows)
    if not sets:
        return Verdict(None, ("the job wrote no new full backup set",))
    newest = sets[-1]
    problems = [*_wrong_databases(newest, expected)]
    if not newest.complete:
        problems.append(f"backup set {newest.id} is not marked complete: it cannot be restored as a set")
    if forced:
        problems.append("the request for a full backup is still pending (adm_BackupSettings.ForceFull is 1)")
    return Verdict(newest, tuple(problems))


def _wrong_databases(backup_set: BackupSet, expected: t.Sequence[Expected]) -> t.Iterator[str]:
    there = {file.key: file for file in backup_set.files}
    wanted = {database.key for database in expected}
    missing = [str(database) for database in expected if database.key not in there]
    surplus = [f"{file.database} on {file.server}" for key, file in there.items() if key not in wanted]
    if missing:
        yield f"backup set {backup_set.id} lacks {', '.join(missing)}"
    if surplus:
        yield f"backup set {backup_set.id} holds what admv_BackupDatabases does not list: {', '.join(surplus)}"
