# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SQL Server instances of a small BizTalk group, as the code sees them through the protocols of ``_sql.py``."""

from __future__ import annotations

import contextlib
import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.biztalk.patching.plugins.module_utils import (
    _tsql,
    _tsql_instance,
    _tsql_job,
    _tsql_sessions,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer

JOB = "Backup BizTalk Server (BizTalkMgmtDb)"
BACKUP_STEP = "exec [dbo].[sp_BackupAllFull_Schedule] 'd', 'BTS', 'D:\\Backup'"


class FakeServer:
    """Answers each statement of ``_tsql.py`` with the rows given for it; a SqlError among them is raised."""

    def __init__(self, answers: dict[str, t.Any]) -> None:
        self.answers = answers
        self.executed: list[tuple[object, ...]] = []

    def query(self, statement: str, *parameters: object) -> list[Row]:
        answer = self.answers[statement]
        rows = answer(*parameters) if callable(answer) else answer
        if isinstance(rows, Exception):
            raise rows
        return t.cast("list[Row]", rows)

    def execute(self, statement: str, *parameters: object, timeout: int | None = None) -> None:
        self.executed.append((statement, *parameters))
        answer = self.answers.get(statement)
        outcome = answer(*parameters) if callable(answer) else answer
        if isinstance(outcome, Exception):
            raise outcome

    def another(self) -> t.ContextManager[SqlServer]:
        return contextlib.nullcontext(self)


class FakeServers:
    def __init__(self, management: FakeServer, instances: dict[str, FakeServer] | None = None) -> None:
        self._management = management
        self._instances = {name.casefold(): server for name, server in (instances or {}).items()}

    def management(self) -> SqlServer:
        return self._management

    def instance(self, name: str) -> SqlServer:
        return self._instances[name.casefold()]


class FakeClock:
    """Time passes only when somebody sleeps; then ``on_sleep`` may change the world."""

    def __init__(self, on_sleep: t.Callable[[float], None] = lambda _now: None) -> None:
        self._now = 0.0
        self._on_sleep = on_sleep

    def now(self) -> float:
        return self._now

    def utc(self) -> datetime:
        return datetime(2026, 11, 22, 10, 0, tzinfo=timezone.utc) + timedelta(seconds=self._now)

    def sleep(self, seconds: float) -> None:
        self._now += seconds
        self._on_sleep(self._now)


class Told:
    """What an operator was told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def tell(self, text: str) -> None:
        self.texts.append(text)


def identity(name: str, database: str = "master", **changes: t.Any) -> dict[str, t.Any]:
    row: dict[str, t.Any] = {
        "server_name": name,
        "product_version": "15.0.4420.2",
        "database_name": database,
        "updateability": "READ_WRITE",
        "login_name": "LAB\\installer",
        "is_sysadmin": 1,
        "hadr_enabled": 0,
        "spid": 55,
    }
    return row | changes


def instance_answers(name: str, *databases: str) -> dict[str, t.Any]:
    return {
        _tsql.IDENTITY: [identity(name)],
        _tsql.DATABASES: [{"name": database, "state_desc": "ONLINE"} for database in ("master", *databases)],
        _tsql.AGENT_SERVICE: [{"service_name": "SQL Server Agent (MSSQLSERVER)", "status": 4}],
        _tsql_instance.PLACE: [{"is_clustered": 0, "physical_computer": name.partition("\\")[0]}],
        _tsql_sessions.WHO: [],
        _tsql_sessions.DATABASE_LOCKS: [],
        _tsql_sessions.SYSTEM_SESSIONS: [],
        _tsql_sessions.RUNNING_BACKUPS: [],
    }


def management_answers() -> dict[str, t.Any]:
    """A group on one instance, SQL1, all in order."""
    databases = ["BAMPrimaryImport", "BizTalkDTADb", "BizTalkMgmtDb", "BizTalkMsgBoxDb", "BizTalkRuleEngineDb", "SSODB"]
    return {
        **instance_answers("SQL1", *databases),
        _tsql.IDENTITY: [identity("SQL1", "BizTalkMgmtDb")],
        _tsql.MANAGEMENT_OBJECTS: [{"adm_group": 1, "biztalk_db_version": 2, "biztalk_cu_version": None}],
        _tsql.GROUP: [
            {
                "name": "BizTalk Group",
                "tracking_server": "SQL1",
                "tracking_database": "BizTalkDTADb",
                "bam_server": "SQL1",
                "bam_database": "BAMPrimaryImport",
                "rule_engine_server": "SQL1",
                "rule_engine_database": "BizTalkRuleEngineDb",
                "sso_server": "BTS1",
            }
        ],
        _tsql.SERVERS: [{"name": "BTS1"}, {"name": "BTS2"}],
        _tsql.HOSTS: [
            {"name": "Process", "host_type": 1, "host_tracking": -1, "cluster_group": ""},
            {"name": "Isolated", "host_type": 2, "host_tracking": 0, "cluster_group": ""},
        ],
        _tsql.HOST_INSTANCES: [
            {
                "name": "Microsoft BizTalk Server Process BTS1",
                "server_name": "BTS1",
                "host_name": "Process",
                "host_type": 1,
                "cluster_group": "",
                "disabled": 0,
                "configuration_state": 1,
            },
            {
                "name": "Microsoft BizTalk Server Isolated BTS1",
                "server_name": "BTS1",
                "host_name": "Isolated",
                "host_type": 2,
                "cluster_group": "",
                "disabled": -1,
                "configuration_state": 5,
            },
        ],
        _tsql.MESSAGE_BOXES: [{"server_name": "SQL1", "database_name": "BizTalkMsgBoxDb"}],
        _tsql.OTHER_BACKUP_DATABASES: [{"default_name": "SSO", "server_name": "SQL1", "database_name": "SSODB"}],
        _tsql.BACKUP_DATABASES: [{"server_name": "SQL1", "database_name": name} for name in databases],
        _tsql.DATABASE_VERSIONS: [
            {
                "name": "Management DB",
                "language": "1033",
                **{
                    f"{of}_{part}": 1
                    for of in ("database", "product")
                    for part in ("major", "minor", "build", "revision")
                },
            }
        ],
        _tsql.LAST_FULL_SET: [],
        _tsql_job.JOB: [{"name": JOB, "enabled": 1}],
        _tsql_job.JOB_STEPS: [{"step_id": 1, "step_name": "BackupFull", "command": BACKUP_STEP}],
        _tsql_job.JOB_ACTIVITY: [
            {
                "started": datetime(2026, 11, 22),
                "stopped": datetime(2026, 11, 22),
                "last_step_id": 4,
                "next_run": datetime(2026, 11, 22, 10, 15),
            }
        ],
        _tsql_job.LAST_JOB_OUTCOME: [{"run_status": 1, "message": "The job succeeded."}],
    }


def refused(kind: Kind) -> SqlError:
    return SqlError("refused", kind)
