# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' own event logs: System and Application, with the entries that Microsoft documents for what happens here."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

Level = t.Literal["Error", "Warning", "Information"]
LogName = t.Literal["System", "Application"]

SERVICE_CONTROL_MANAGER = "Service Control Manager"
BIZTALK_SERVER = "BizTalk Server"


@dataclass(frozen=True)
class Entry:
    log: LogName
    provider: str
    id: int
    level: Level
    message: str
    record_id: int
    time: datetime = field(default_factory=lambda: datetime.now(timezone.utc))


class EventLogs:
    """The entries of one computer, whatever log they are in, in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def write(self, log: LogName, provider: str, number: int, level: Level, message: str) -> None:
        with self._lock:
            self._entries.append(Entry(log, provider, number, level, message, len(self._entries) + 1))

    def system(self, number: int, level: Level, message: str) -> None:
        """An entry of the service control manager."""
        self.write("System", SERVICE_CONTROL_MANAGER, number, level, message)

    def newest_first(self, log: str) -> list[Entry]:
        with self._lock:
            return [entry for entry in reversed(self._entries) if entry.log.casefold() == log.casefold()]
