# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SQL Server Agent's backup job of the group in fake_sql, and a full backup that is made with it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql, _tsql_job
from ansible_collections.biztalk.patching.plugins.module_utils._full_backup import BackupOptions, full_backup
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._progress import Silence
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    FakeClock,
    FakeServer,
    FakeServers,
    Told,
    management_answers,
    refused,
)

NOW = datetime(2026, 11, 22, 10, 0)
DATABASES = [row["database_name"] for row in management_answers()[_tsql.BACKUP_DATABASES]]
OPTIONS = BackupOptions(timeout=600, interval=5, verify="none")


@dataclass
class JobModel:
    """The Agent's job in a few variables: a run takes ``length`` seconds and does what the settings say."""

    length: float = 20
    busy_until: float = 0
    busy_sees_force: bool = False
    writes: bool = True
    lacking: tuple[str, ...] = ()
    complete: bool = True
    status: int = 1
    agent_stops_at: float = 1e9
    now: float = 0
    forced: bool = False
    sets: list[dict[str, t.Any]] = field(default_factory=list)
    history: list[dict[str, t.Any]] = field(default_factory=list)
    ends: float | None = None
    starts: int = 0
    forced_at: float | None = None

    def __post_init__(self) -> None:
        self.ends = self.busy_until or None
        self.doomed = bool(self.busy_until) and not self.busy_sees_force

    def tick(self, now: float) -> None:
        self.now = now
        if self.ends is not None and now >= self.ends:
            self.ends = None
            self._finish()

    def _finish(self) -> None:
        if self.forced and self.writes and not self.doomed:
            self.write_set()
        self.doomed = False
        for step, status in ((2, self.status), (0, self.status)):
            entry = {"instance_id": len(self.history) + 1, "step_id": step, "step_name": "Backup"}
            self.history.append(entry | {"run_status": status, "message": "words"})

    def write_set(self) -> None:
        number = 100 + self.starts
        self.sets += [
            {
                "backup_set_id": number,
                "server_name": "SQL1",
                "database_name": name,
                "location": "D:\\Backup",
                "file_name": f"{name}.bak",
                "backup_type": "db",
                "backup_time": NOW,
                "set_complete": self.complete,
            }
            for name in DATABASES
            if name not in self.lacking
        ]
        self.forced = not self.complete

    def force(self) -> None:
        self.forced = True
        self.forced_at = self.now

    def start(self, _name: str) -> SqlError | None:
        if self.ends is not None:
            return refused(Kind.AGENT_REFUSED)
        self.starts += 1
        self.ends = self.now + self.length
        return None

    def answers(self) -> dict[str, t.Any]:
        return management_answers() | {
            _tsql.AGENT_SERVICE: lambda: [{"status": 4 if self.now < self.agent_stops_at else 1}],
            _tsql_job.JOB_ACTIVITY: lambda _name: [
                {"started": NOW, "stopped": None if self.ends is not None else NOW, "next_run": None, "last_step_id": 1}
            ],
            _tsql_job.LAST_JOB_HISTORY: lambda _name: [{"instance_id": len(self.history) or None}],
            _tsql_job.JOB_HISTORY_AFTER: lambda _name, after: self.history[int(after) :],
            _tsql.LAST_BACKUP_SET: lambda: [
                {"backup_set_id": max((r["backup_set_id"] for r in self.sets), default=None)}
            ],
            _tsql.BACKUP_SETS_AFTER: lambda after: [row for row in self.sets if row["backup_set_id"] > after],
            _tsql.FORCE_FLAG: lambda: [{"force_full": self.forced}],
            _tsql.FORCE_FULL_BACKUP: self.force,
            _tsql_job.START_JOB: self.start,
        }


def run(
    model: JobModel, options: BackupOptions = OPTIONS, told: Told | None = None, **files: t.Any
) -> dict[str, t.Any]:
    servers = FakeServers(FakeServer(model.answers() | files))
    return full_backup(servers, read_group(servers), options, FakeClock(model.tick), told or Silence())
