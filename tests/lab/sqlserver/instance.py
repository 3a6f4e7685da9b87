# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One SQL Server instance of the lab: what the simulated computers see of it, and what its endpoint serves."""

from __future__ import annotations

import contextlib
import itertools
import typing as t

from tests.lab.sqlserver import catalog, clock, content, conversions, earlier, errors, functions, jobs, permissions
from tests.lab.sqlserver.agent import Agent
from tests.lab.sqlserver.media import Media
from tests.lab.sqlserver.runner import Runner
from tests.lab.sqlserver.sessions import Session, Sessions
from tests.lab.sqlserver.store import Store
from tests.lab.tds.interface import SqlServerError
from tests.lab.world import SqlPermissionError

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.sqlserver.translate import Translated
    from tests.lab.tds.login import Login
    from tests.lab.topology import SqlServer
    from tests.lab.world import World

LOGIN_FAILED = 18456
SYSTEM_KINDS = {"master": "master", "msdb": "msdb", "tempdb": "tempdb", "model": "model"}
VERSION_TEXT = (
    "Microsoft SQL Server 2019 (RTM-CU32) (KB5054833) - 15.0.4430.1 (X64) \n\tFeb 21 2025 17:28:58 \n"
    "\tCopyright (C) 2019 Microsoft Corporation\n\tEnterprise Edition (64-bit) on Windows Server 2019"
)


class SqlServerInstance:
    """Implements `tests.lab.world.SqlInstance` and `tests.lab.tds.interface.Backend`."""

    def __init__(self, world: World, spec: SqlServer, folder: Path | None = None) -> None:
        self.world = world
        self.spec = spec
        self.name = spec.name
        self.started = clock.now()
        self.store = Store()
        self.sessions = Sessions(world, spec.name)
        self.media = Media((folder or world.events.path.parent / "sqlserver") / spec.name.replace("\\", "_"))
        self.translations: dict[tuple[str, str], Translated] = {}
        self.scripts: list[tuple[str, str]] = []
        self._damaged: dict[str, str] = {}
        self._lsn = itertools.count(34000000012300001, 1000)
        self._register_functions()
        content.create_databases(self)
        catalog.create_system_views(self)
        self.agent = Agent(self, jobs.jobs_of(spec))
        self._prepare_backups()

    # -- what a Windows computer sees (tests.lab.world.SqlInstance)

    def open_session(self, *, host: str, program: str, login: str, database: str) -> Session:
        return self.sessions.open(host=host, program=program, login=login, database=database)

    def sessions_of(self, database: str) -> list[str]:
        return [f"{session.program} on {session.host}" for session in self.sessions.of_database(database)]

    def agent_started(self) -> None:
        self.agent.start()

    def agent_stopped(self) -> None:
        self.agent.stop()

    def is_sysadmin(self, login: str) -> bool:
        return permissions.is_sysadmin(self, login)

    def run_update_script(self, *, database: str, script: str, login: str, kb: str) -> None:
        if not self.is_sysadmin(login):
            raise SqlPermissionError(
                f"Login {login} may not run {script} of {kb} in {database} on {self.name}: it is not sysadmin."
            )
        self.scripts.append((database, script))

    def damage(self, database: str, reason: str) -> None:
        if database not in self._damaged:
            self._damaged[database] = reason
            self.emit("database.damaged", database=database, reason=reason)

    def damaged(self) -> list[str]:
        return list(self._damaged)

    # -- what the endpoint serves (tests.lab.tds.interface.Backend)

    def log_in(self, login: Login, interrupted: t.Callable[[], bool]) -> Runner:
        database = self._authenticated(login)
        session = self.sessions.open(host=login.host, program=login.program, login=login.user, database=database)
        return Runner(self, session, sysadmin=self.is_sysadmin(login.user), interrupted=interrupted)

    def close(self) -> None:
        """The instance ends: jobs are cancelled, nothing is written any more."""
        self.agent.stop()

    # -- what its parts need

    @property
    def service_name(self) -> str:
        return self.name.partition("\\")[2] or "MSSQLSERVER"

    @property
    def biztalk_databases(self) -> list[str]:
        return [database.name for database in self.spec.databases]

    @property
    def properties(self) -> dict[str, t.Any]:
        """SERVERPROPERTY, by name in small letters."""
        return {
            "servername": self.name,
            "machinename": self.spec.computer,
            "computernamephysicalnetbios": self.spec.computer,
            "instancename": self.name.partition("\\")[2] or None,
            "productversion": "15.0.4430.1",
            "productmajorversion": "15",
            "productlevel": "RTM",
            "edition": "Enterprise Edition (64-bit)",
            "engineedition": 3,
            "isclustered": 0,
            "ishadrenabled": 0,
            "isintegratedsecurityonly": 0,
            "collation": "SQL_Latin1_General_CP1_CI_AS",
            "lab_version": VERSION_TEXT,
        }

    def database_numbers(self) -> dict[str, int]:
        return catalog.database_numbers(self)

    def kind_of(self, database: str) -> str:
        kinds: dict[str, str] = {item.name.casefold(): item.role for item in self.spec.databases}
        return (SYSTEM_KINDS | kinds).get(database.casefold(), "none")

    def peer(self, server: str) -> SqlServerInstance | None:
        """The instance that the group knows under this name."""
        if server.casefold() == self.name.casefold():
            return self
        other = next(
            (item for name, item in self.world.instances.items() if name.casefold() == server.casefold()), None
        )
        return other if isinstance(other, SqlServerInstance) else None

    @contextlib.contextmanager
    def acting_for(self, runner: Runner) -> t.Iterator[Runner]:
        """A session here in which another instance's session works, as through a linked server."""
        if runner.instance is self:
            yield runner
            return
        host = runner.instance.spec.computer
        session = self.open_session(host=host, program="Microsoft SQL Server", login=runner.login, database="master")
        remote = Runner(self, session, sysadmin=runner.sysadmin, interrupted=runner.interrupted)
        try:
            yield remote
        finally:
            remote.close()

    def next_lsn(self) -> int:
        return next(self._lsn)

    def emit(self, kind: str, **fields: t.Any) -> None:
        self.world.events.emit(kind, instance=self.name, **fields)

    def refused(self, error: SqlServerError) -> None:
        """Put it on record where the lab does not know something that a real server may know."""
        if error.number == errors.UNKNOWN_TO_THE_LAB and error.message.startswith("the lab does not know"):
            self.emit("sql.refused", reason=error.message)

    def _authenticated(self, login: Login) -> str:
        """The database that a login gets. Raises `SqlServerError`, without telling the client what was wrong."""
        known = next((item for item in self.spec.logins if item.name.casefold() == login.user.casefold()), None)
        if login.integrated:
            reason = "the lab does not know integrated authentication"
            text = (
                "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication."
            )
            error = SqlServerError(18452, text, severity=14)
        elif known is None or known.password != login.password:
            reason = "password" if known else "unknown login"
            error = errors.login_failed(login.user)
        else:
            database = self.store.database(login.database or "master")
            if database:
                return database
            reason = f"database {login.database}"
            error = errors.cannot_open(login.database)
        self.emit("sql.login_failed", login=login.user, reason=reason)
        raise error from (None if error.number == LOGIN_FAILED else errors.login_failed(login.user))

    def _register_functions(self) -> None:
        for name, function in functions.FUNCTIONS.items():
            prefixed = name if name.startswith("lab_") else f"lab_{name}"
            self.store.function(prefixed, self._bound(function.run))
        self.store.function("lab_global", lambda name: functions.GLOBALS[name][0](self.store.context))
        self.store.function("like", conversions.like)

    def _bound(self, run: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        return lambda *values: run(self.store.context, *values)

    def _prepare_backups(self) -> None:
        job = self.spec.backup_job
        if job and job.path:
            management = next(item.name for item in self.spec.databases if item.role == "management")
            self.media.make_folder(job.path)
            earlier.write_earlier_sets(self, management, job.path)
