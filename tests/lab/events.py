# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event log: every change of the lab's state as one JSON line, and the vocabulary that it may use."""

from __future__ import annotations

import json
import threading
import time
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

if t.TYPE_CHECKING:
    from pathlib import Path

VOCABULARY: dict[str, frozenset[str]] = {
    # kind -> the fields that every event of this kind carries beside `at`, `time` and `event`
    "lab.started": frozenset(
        {
            "group",
            "master_secret_server",
            "computers",
            "instances",
            "databases",
            "services",
            "applications",
            "packages",
        }
    ),
    "lab.stopped": frozenset(),
    # Windows
    "service.start_requested": frozenset({"computer", "service", "role", "origin"}),
    "service.started": frozenset({"computer", "service", "role"}),
    "service.start_failed": frozenset({"computer", "service", "role", "reason"}),
    "service.stop_requested": frozenset({"computer", "service", "role", "origin"}),
    "service.stopped": frozenset({"computer", "service", "role"}),
    "service.start_mode": frozenset({"computer", "service", "role", "origin", "before", "after"}),
    "service.died": frozenset({"computer", "service", "role", "reason"}),
    "process.started": frozenset({"computer", "image", "pid", "user"}),
    "process.ended": frozenset({"computer", "image", "pid", "user", "origin"}),
    "file.written": frozenset({"computer", "path", "sha256", "origin"}),
    "file.removed": frozenset({"computer", "path", "origin"}),
    "computer.restarting": frozenset({"computer", "origin"}),
    "computer.restarted": frozenset({"computer"}),
    "cluster.resource_failed": frozenset({"cluster", "group", "resource", "node"}),
    "cluster.group_moved": frozenset({"cluster", "group", "node"}),
    "remote.task": frozenset({"computer", "module", "check_mode", "become_user", "seconds", "failed", "changed"}),
    "remote.refused": frozenset({"computer", "reason"}),
    # installer
    "install.started": frozenset({"computer", "kb", "sha256", "architecture", "has_sql", "account", "administrator"}),
    "install.script": frozenset({"computer", "kb", "instance", "database", "script", "account", "sysadmin"}),
    "install.finished": frozenset({"computer", "kb", "sha256", "exit_code"}),
    "uninstall.started": frozenset({"computer", "kb", "account"}),
    "uninstall.finished": frozenset({"computer", "kb", "exit_code"}),
    # SQL Server
    "session.opened": frozenset({"instance", "spid", "host", "program", "login", "database"}),
    "session.closed": frozenset({"instance", "spid"}),
    "sql.login_failed": frozenset({"instance", "login", "reason"}),
    "sql.refused": frozenset({"instance", "reason"}),
    "sql.fault": frozenset({"instance", "fault", "target"}),
    "sql.down": frozenset({"instance"}),
    "sql.up": frozenset({"instance"}),
    "availability.failed_over": frozenset({"instance", "group", "former"}),
    "sql.who": frozenset({"instance", "login", "busy"}),
    "backup.forced": frozenset({"instance", "database", "login"}),
    "job.started": frozenset({"instance", "job", "login"}),
    "job.finished": frozenset({"instance", "job", "outcome"}),
    "backup.database": frozenset({"instance", "database", "backup_set", "type", "file"}),
    "backup.set": frozenset({"instance", "backup_set", "type", "complete", "databases"}),
    "backup.verified": frozenset({"instance", "file"}),
    "restore.started": frozenset({"instance", "database", "file"}),
    "restore.database": frozenset({"instance", "database", "file", "recovered"}),
    "database.damaged": frozenset({"instance", "database", "reason"}),
}


class UnknownEventError(ValueError):
    """An event that the vocabulary does not have, or one with other fields than it says."""


@dataclass(frozen=True)
class Event:
    """One line of the log. `at` is in seconds since the lab started; `fields` holds what the vocabulary lists."""

    at: float
    kind: str
    fields: dict[str, t.Any]

    def __getitem__(self, name: str) -> t.Any:
        return self.fields[name]

    @classmethod
    def parse(cls, line: str) -> Event:
        """Read one JSON line; raises `UnknownEventError` where it is not an event of the vocabulary."""
        document = _document(line)
        at, kind = document.pop("at"), document.pop("event")
        document.pop("time", None)
        check_vocabulary(kind, document)
        return cls(at, kind, document)


def _document(line: str) -> dict[str, t.Any]:
    try:
        document = json.loads(line)
    except ValueError as error:
        raise UnknownEventError(f"not a JSON document: {line[:80]!r}") from error
    if not isinstance(document, dict) or not document.keys() >= {"at", "event"}:
        raise UnknownEventError(f"not an event: {line[:80]!r}")
    return document


def check_vocabulary(kind: str, fields: t.Mapping[str, t.Any]) -> None:
    if kind not in VOCABULARY:
        raise UnknownEventError(f"{kind} is not an event of the lab")
    if fields.keys() != VOCABULARY[kind]:
        raise UnknownEventError(f"{kind} has the fields {sorted(fields)}, but must have {sorted(VOCABULARY[kind])}")


class EventLog:
    """Writes events to a file as they happen and keeps them in memory; safe to use from many threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._epoch = time.monotonic()
        self._events: list[Event] = []
        self._watchers: list[t.Callable[[Event], None]] = []
        self._file = path.open("w", encoding="utf-8", buffering=1)

    def emit(self, kind: str, /, **fields: t.Any) -> Event:
        check_vocabulary(kind, fields)
        with self._lock:
            event = Event(round(time.monotonic() - self._epoch, 4), kind, fields)
            stamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
            self._file.write(json.dumps({"at": event.at, "time": stamp, "event": kind, **fields}) + "\n")
            self._events.append(event)
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher(event)
        return event

    def watch(self, watcher: t.Callable[[Event], None]) -> None:
        """Call `watcher`, which must be short, for each event from now on, before its cause goes on."""
        with self._lock:
            self._watchers.append(watcher)

    @property
    def events(self) -> list[Event]:
        with self._lock:
            return list(self._events)

    def close(self) -> None:
        self._file.close()


def read_events(path: Path) -> list[Event]:
    """All events of a log file, in the order in which they happened."""
    return [Event.parse(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
