# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restores all databases of a BizTalk group from one backup set, all or none (KB 2003907, *Uninstallation*)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql_restore
from ansible_collections.biztalk.patching.plugins.module_utils._restore_checks import (
    lasting_problems,
    running_agents,
    state_warnings,
)
from ansible_collections.biztalk.patching.plugins.module_utils._restore_lanes import Connect, Lanes
from ansible_collections.biztalk.patching.plugins.module_utils._restore_media import read_media
from ansible_collections.biztalk.patching.plugins.module_utils._restore_outcome import (
    Version,
    failure_message,
    shortcomings,
    states_after,
    versions_after,
)
from ansible_collections.biztalk.patching.plugins.module_utils._restore_plan import Target, plan, targets
from ansible_collections.biztalk.patching.plugins.module_utils._restore_room import room_problems
from ansible_collections.biztalk.patching.plugins.module_utils._restore_run import Restore, verify_files
from ansible_collections.biztalk.patching.plugins.module_utils._restore_sessions import wait_until_gone
from ansible_collections.biztalk.patching.plugins.module_utils._restore_set import (
    RestoreSet,
    given_set,
    set_in_history,
)
from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import (
    group_or_none,
    read_situation,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._clock import Clock
    from ansible_collections.biztalk.patching.plugins.module_utils._progress import Progress
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServers

ANOTHER: t.Final = "Put that right, or name another set"
UNFINISHED: t.Final = "Start nothing of BizTalk Server before that is put right"


@dataclass(frozen=True)
class RestoreOptions:
    server: str
    database: str
    backup_set: t.Mapping[str, t.Any]
    databases: tuple[str, ...] = ()
    sso_database: str = "SSODB"
    accept_uncovered_sso: bool = False
    verify: str = "full"
    versions: tuple[Version, ...] = ()
    parallel: int = 4
    restore_timeout: float = 0
    idle_timeout: float = 60
    interval: float = 5


@dataclass(frozen=True)
class Prepared:
    """A restore that nothing speaks against, but for ``to_stop`` in check mode."""

    chosen: RestoreSet
    ordered: tuple[Target, ...]
    warnings: tuple[str, ...] = ()
    to_stop: tuple[str, ...] = ()

    def as_result(self) -> dict[str, t.Any]:
        return {"backup_set": self.chosen.as_result(), "plan": plan(self.ordered)}


class RestoreError(SqlError):
    """Databases may be half restored; ``details`` goes with the message."""

    def __init__(self, message: str, details: t.Mapping[str, t.Any]) -> None:
        super().__init__(message)
        self.details = details


def prepare(
    connect: Connect, options: RestoreOptions, clock: Clock, progress: Progress, *, preview: bool = False
) -> Prepared:
    """Checks everything and changes nothing. Raises SqlError with all that is wrong.

    For a preview what runs and has to be stopped first is no error. The files are read to their end only when nothing
    else is wrong, for that takes as long as the backup.
    """
    with connect() as servers:
        group = group_or_none(servers, options.server, options.database, options.sso_database)
        chosen = given_set(options.backup_set) or _from_history(servers, group is not None, options)
        situation = read_situation(servers, options.server, options.database, group, chosen)
        problems = lasting_problems(
            situation, chosen, further=options.databases, accept_uncovered_sso=options.accept_uncovered_sso
        )
        media, unreadable = read_media(servers, situation, chosen)
        too_small, room_unknown = room_problems(media)
        problems += [*unreadable, *too_small]
        ordered = targets(situation, media)
        timeout = 0 if preview or problems else options.idle_timeout
        to_stop = running_agents(situation)
        to_stop += wait_until_gone(
            servers, ordered, timeout=timeout, interval=options.interval, clock=clock, progress=progress
        )
    problems += [] if preview else to_stop
    if not problems and options.verify == "full":
        problems = verify_files(_lanes(connect, options, progress), ordered)
    if problems:
        raise SqlError(f"Nothing was restored, for {chosen} cannot be: {'; '.join(problems)}. {ANOTHER}")
    return Prepared(chosen, tuple(ordered), (*state_warnings(situation, chosen), *room_unknown), tuple(to_stop))


def restore(
    connect: Connect, prepared: Prepared, options: RestoreOptions, clock: Clock, progress: Progress
) -> dict[str, t.Any]:
    """The module's result. Raises RestoreError when not every database came back as it must."""
    begin = clock.now()
    run = Restore(_lanes(connect, options, progress), prepared.ordered, timeout=options.restore_timeout, clock=clock)
    failures = run.run()
    with connect() as servers:
        after = states_after(servers, prepared.ordered)
        versions = () if failures else versions_after(servers)
    result = prepared.as_result() | {
        "databases": [
            {
                "server": target.server,
                "instance": target.place.name,
                "name": target.database,
                "file": target.file,
                "before": str(target.before),
                "after": str(after[target.label]),
                "seconds": run.seconds.get(target.label),
            }
            for target in prepared.ordered
        ],
        "versions": [vars(version) for version in versions],
        "seconds": round(clock.now() - begin, 1),
    }
    if failures:
        raise RestoreError(failure_message(failures, after, run.begun), result)
    problems = shortcomings(after, versions, options.versions)
    if problems:
        raise RestoreError(f"All databases were restored, but {'; '.join(problems)}. {UNFINISHED}", result)
    return result


def _from_history(servers: SqlServers, readable: bool, options: RestoreOptions) -> RestoreSet:
    number = int(str(options.backup_set["id"]))
    if not readable:
        raise SqlError(
            f"The management database {options.database} cannot be opened, so its history does not tell the files of"
            f" backup set {number}: name them in backup_set.databases, as the run that failed returned them"
        )
    rows = servers.management().query(_tsql_restore.FULL_BACKUPS)
    return set_in_history(rows, number, str(options.backup_set.get("finished") or ""))


def _lanes(connect: Connect, options: RestoreOptions, progress: Progress) -> Lanes:
    return Lanes(connect, per_instance=options.parallel, interval=options.interval, progress=progress)
