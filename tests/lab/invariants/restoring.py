# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules on taking back an update with SQL: R19, R21, R22."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tests.lab.invariants.history import BIZTALK_ROLES, OTHERS, SUCCESS_CODES
from tests.lab.invariants.sso_order import sso_out_of_order
from tests.lab.invariants.verdict import NotApplicableError

if t.TYPE_CHECKING:
    from tests.lab.events import Event
    from tests.lab.invariants.history import History

# Microsoft stops all of these before databases are restored, Enterprise SSO too.
DOWN_FOR_A_RESTORE = (*BIZTALK_ROLES, "iis", "agent", "sso")
# Programs with which somebody runs a script.
SCRIPT_RUNNERS = ("sqlcmd.exe", "osql.exe", "isql.exe")

Database = tuple[str, str]


@dataclass(frozen=True)
class Restored:
    """What became of a database: the file of its last restore, and whether that came to its end."""

    file: str
    whole: bool


def r19_uninstall_and_restore(history: History) -> t.Iterator[str]:
    """With SQL, uninstall alone is refused: nothing starts after one until all databases are restored."""
    removed = [
        (position, event)
        for position, event in history.of_kind("uninstall.finished")
        if event["exit_code"] in SUCCESS_CODES and _has_sql(history, event["kb"])
    ]
    if not removed:
        raise NotApplicableError("no update with SQL was uninstalled")
    first, removal = removed[0]
    for position, start in _starts(history, (*BIZTALK_ROLES, "iis")):
        if position > first and _missing(history, first, position):
            yield (
                f"{start['service']} on {start['computer']} was started after KB{removal['kb']} was uninstalled, and"
                " not all databases were restored"
            )


def r21_all_databases_restored(history: History) -> t.Iterator[str]:
    """Rollback with SQL: all is stopped, uninstalled, all databases restored from one set, restarted; SSO in order."""
    begun = history.positions("restore.started")
    if not begun:
        raise NotApplicableError("no database was restored")
    yield from _up_during(history, begun)
    yield from sso_out_of_order(history)
    for position, event in history.of_kind("uninstall.started"):
        if position > begun[0] and _has_sql(history, event["kb"]):
            yield f"KB{event['kb']} was uninstalled from {event['computer']} after the restore had begun"
    starts = _starts(history, (*BIZTALK_ROLES, "iis", "agent", "sso"))
    first = next((position for position, _event in starts if position > begun[0]), None)
    if first is None:
        return
    for instance, database in _missing(history, begun[0], first):
        yield f"{database} on {instance} was not restored when the group was started again"
    files = {one: its.file for one, its in _restored(history, begun[0], first).items()}
    sets = {_set_of(history, instance, file) for (instance, _database), file in files.items()}
    if len(sets) > 1:
        yield f"the databases come from several backup sets: {', '.join(sorted(sets))}"


def r22_no_script(history: History) -> t.Iterator[str]:
    """No SQL script is run by hand in a rollback."""
    begun = history.positions("uninstall.started", "restore.started")
    if not begun:
        raise NotApplicableError("nothing was taken back")
    for position, event in history.of_kind("process.started"):
        if position > begun[0] and event["image"].casefold() in SCRIPT_RUNNERS:
            yield f"{event['image']} ran on {event['computer']}"
    for position, event in history.of_kind("install.script"):
        if position > begun[0] and not _within_an_install(history, position, event):
            yield f"{event['script']} ran in {event['database']} on {event['instance']}"


def _has_sql(history: History, kb: str) -> bool:
    described = any(item["kb"] == kb and item["sql_scripts"] for item in history.lab["packages"])
    return described or any(event["kb"] == kb for _position, event in history.of_kind("install.script"))


def _starts(history: History, roles: t.Container[str]) -> list[tuple[int, Event]]:
    """What the run itself starts."""
    return [
        (position, event)
        for position, event in history.of_kind("service.start_requested")
        if event["role"] in roles and event["origin"] not in OTHERS
    ]


def _up_during(history: History, positions: t.Iterable[int]) -> t.Iterator[str]:
    told = set()
    for position in positions:
        for (computer, service), state in history.states_at(position).items():
            role = history.roles[computer, service]
            if state != "stopped" and role in DOWN_FOR_A_RESTORE and (computer, service) not in told:
                told.add((computer, service))
                yield f"{service} on {computer} was {state} when {history.events[position]['database']} was restored"


def _restored(history: History, since: int, until: int) -> dict[Database, Restored]:
    found: dict[Database, Restored] = {}
    for position, event in history.of_kind("restore.started", "restore.database"):
        if not since <= position < until:
            continue
        key = (event["instance"], event["database"])
        file = event["file"] or (found[key].file if key in found else "")
        found[key] = Restored(file, event.kind == "restore.database" and event["recovered"])
    return found


def _missing(history: History, since: int, until: int) -> list[Database]:
    restored = _restored(history, since, until)
    return [key for key in sorted(history.databases) if key not in restored or not restored[key].whole]


def _set_of(history: History, instance: str, file: str) -> str:
    """By the backup that made the file; those from before the log are one set."""
    made = [
        event["backup_set"]
        for _position, event in history.of_kind("backup.database")
        if event["instance"] == instance and event["file"] == file
    ]
    return f"set {made[-1]}" if made else "a set from before"


def _within_an_install(history: History, position: int, script: Event) -> bool:
    return any(
        install.started < position
        and (install.finished is None or position < install.finished)
        and (install.computer, install.kb) == (script["computer"], script["kb"])
        for install in history.installs
    )
