# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One SQL Server instance of the lab: what the simulated computers see of it, and what its endpoint serves."""

from __future__ import annotations

import contextlib
import itertools
import typing as t
from datetime import timedelta

from tests.lab.sqlserver import (
    catalog,
    clock,
    content,
    conversions,
    earlier,
    errors,
    functions,
    jobs,
    permissions,
    server_properties,
)
from tests.lab.sqlserver.agent import Agent
from tests.lab.sqlserver.authentication import authenticate
from tests.lab.sqlserver.availability import Group
from tests.lab.sqlserver.contents import Contents
from tests.lab.sqlserver.faults import Faults
from tests.lab.sqlserver.front import Front
from tests.lab.sqlserver.media import Media
from tests.lab.sqlserver.native_sets import NativeSets
from tests.lab.sqlserver.runner import Runner
from tests.lab.sqlserver.sessions import Session, Sessions
from tests.lab.sqlserver.states import DatabaseState
from tests.lab.sqlserver.store import Store
from tests.lab.tds.interface import SqlServerError
from tests.lab.world import SqlPermissionError

if t.TYPE_CHECKING:
    from datetime import datetime

    from tests.lab.sqlserver.spec import BackupJob, Database
    from tests.lab.sqlserver.translate import Translated
    from tests.lab.tds.login import Login
    from tests.lab.topology import SqlServer
    from tests.lab.world import World

SYSTEM_KINDS = {"master": "master", "msdb": "msdb", "tempdb": "tempdb", "model": "model"}


class SqlServerInstance:
    """Implements `tests.lab.world.SqlInstance` and `tests.lab.tds.interface.Backend`."""

    def __init__(self, world: World, spec: SqlServer, groups: tuple[Group, ...], native_sets: NativeSets) -> None:
        self.world = world
        self.spec = spec
        self.name = spec.name
        self.groups = groups
        self.native_sets = native_sets
        self.started = self.now()
        self.store = Store()
        self.sessions = Sessions(world, spec.name, self.now)
        self.media = Media(world.events.path.parent / "sqlserver" / spec.name.replace("\\", "_"))
        self.faults = Faults(self, spec.faults)
        self.front = Front(self)
        self.translations: dict[tuple[str, str], Translated] = {}
        self.contents = Contents(self)
        self._states: dict[str, DatabaseState] = {}
        self._lsn = itertools.count(34000000012300001, 1000)
        self._register_functions()
        content.create_databases(self)
        catalog.create_system_views(self)
        guarded = {name for group in groups for name in group.databases}
        self.agent = Agent(self, jobs.jobs_of(self.databases, self.backup_job, guarded.__contains__))

    def prepare(self) -> None:
        """What needs the other instances: the folders and files of backups."""
        job, management = self.backup_job, self.world.topology.group.management.database
        if job and job.path and self.store.find(management, "dbo", "adm_BackupHistory"):
            for server, _database in self.store.rows_of(f"{management}.dbo.admv_BackupDatabases"):
                owner = self.peer(server) or self
                owner.media.make_folder(job.path)
            self.media.make_folder(job.path)
            if self.is_writable(management):
                earlier.write_earlier_sets(self, management, job)

    # -- what a Windows computer sees (tests.lab.world.SqlInstance)

    def open_session(self, *, host: str, program: str, login: str, database: str) -> Session:
        home = self._home(database)
        try:
            home.check_open(database, sysadmin=False)
        except SqlServerError as error:
            self.emit("sql.login_failed", login=login, reason=error.message)
            return home.sessions.refused(host=host, program=program, login=login, database=database)
        return home.sessions.open(host=host, program=program, login=login, database=database)

    def sessions_of(self, database: str) -> list[str]:
        return [
            f"{session.program} on {session.host}" for session in self._home(database).sessions.of_database(database)
        ]

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
        self._home(database).contents.scripts.append((database, script))

    def damage(self, database: str, reason: str) -> None:
        home = self._home(database)
        if database not in home.contents.damaged:
            home.contents.damaged[database] = reason
            home.emit("database.damaged", database=database, reason=reason)

    def damaged(self) -> list[str]:
        """A database that is offline or being restored is of no more use than an inconsistent one."""
        closed = [name for name in self.biztalk_databases if self.state_of(name).state != "ONLINE"]
        return list(dict.fromkeys([*self.contents.damaged, *closed]))

    def _home(self, database: str) -> SqlServerInstance:
        """Computers reach a database of an availability group through the listener."""
        group = self.group_of(database)
        return group.primary if group else self

    # -- what the endpoint serves (tests.lab.tds.interface.Backend)

    @property
    def version(self) -> tuple[int, int, int]:
        return server_properties.PRODUCTS[self.spec.version].version[:3]

    def log_in(self, login: Login, interrupted: t.Callable[[], bool]) -> Runner:
        database = authenticate(self, login)
        session = self.sessions.open(host=login.host, program=login.program, login=login.user, database=database)
        rights = permissions.rights_of(self, login.user)
        return Runner(self, session, rights, interrupted, client=True, read_only=login.read_only)

    def close(self) -> None:
        """The instance ends: jobs are cancelled, nothing is written any more."""
        self.agent.stop()

    # -- what its parts need

    def now(self) -> datetime:
        """The server's local time."""
        return self.local(clock.utc_now())

    def local(self, moment: datetime) -> datetime:
        return moment + timedelta(hours=self.spec.utc_offset)

    @property
    def databases(self) -> tuple[Database, ...]:
        """Its own ones, and on a secondary replica those of the availability group."""
        topology = self.world.topology
        others = [
            database
            for group in self.groups
            if group.spec.replicas[0] != self.name
            for database in topology.sql_server(group.spec.replicas[0]).databases
            if group.holds(database.name)
        ]
        return (*self.spec.databases, *others)

    @property
    def backup_job(self) -> BackupJob | None:
        """A secondary replica has the same jobs."""
        first = [self.world.topology.sql_server(group.spec.replicas[0]).backup_job for group in self.groups]
        return next(filter(None, (self.spec.backup_job, *first)), None)

    def group_of(self, database: str) -> Group | None:
        return next((group for group in self.groups if group.holds(database)), None)

    def state_of(self, database: str) -> DatabaseState:
        return self._states.setdefault(database.casefold(), DatabaseState())

    def size_of(self, database: str) -> int:
        """In bytes."""
        sizes = {item.name.casefold(): item.size_mb for item in self.databases}
        return sizes.get(database.casefold(), 8) * 1024 * 1024

    def is_writable(self, database: str) -> bool:
        group = self.group_of(database)
        return group is None or group.primary is self

    def check_open(self, database: str, *, sysadmin: bool, read_only: bool = False, own: Session | None = None) -> None:
        """Raises `SqlServerError` where nobody, or not this session, gets into a database."""
        state = self.state_of(database)
        used = state.access == "SINGLE_USER" and bool(self.sessions.in_database(database, but=own))
        state.check_open(database, others=used, sysadmin=sysadmin)
        if group := self.group_of(database):
            group.check_readable(self, database, read_only=read_only)

    def replicate(self, database: str) -> None:
        """Before something is read: a secondary replica has what the primary has."""
        if group := self.group_of(database):
            group.copy_to(self)

    @property
    def service_name(self) -> str:
        return self.name.partition("\\")[2] or "MSSQLSERVER"

    @property
    def biztalk_databases(self) -> list[str]:
        return [database.name for database in self.databases]

    @property
    def properties(self) -> dict[str, t.Any]:
        return server_properties.properties_of(self)

    def database_numbers(self) -> dict[str, int]:
        return catalog.database_numbers(self)

    def kind_of(self, database: str) -> str:
        kinds: dict[str, str] = {item.name.casefold(): item.role for item in self.databases}
        return (SYSTEM_KINDS | kinds).get(database.casefold(), "none")

    def peer(self, server: str) -> SqlServerInstance | None:
        """The instance that the group knows under this name: its own one, an alias, or a listener."""
        wanted = server.casefold()
        for name, instance in self.world.instances.items():
            if isinstance(instance, SqlServerInstance):
                listeners = [group.spec.listener for group in instance.groups if group.primary is instance]
                if wanted in map(str.casefold, (name, *instance.spec.aliases, *listeners)):
                    return instance
        return self if wanted == self.name.casefold() else None

    @contextlib.contextmanager
    def acting_for(self, runner: Runner) -> t.Iterator[Runner]:
        """A session here in which another instance's session works, as through a linked server."""
        if runner.instance is self:
            yield runner
            return
        host = runner.instance.spec.computer
        session = self.open_session(host=host, program="Microsoft SQL Server", login=runner.login, database="master")
        remote = Runner(self, session, runner.rights, runner.interrupted)
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

    def _register_functions(self) -> None:
        for name, function in functions.FUNCTIONS.items():
            self.store.function(functions.stored_name(name), self._bound(function.run))
        self.store.function("lab_global", lambda name: functions.GLOBALS[name][0](self.store.context))
        self.store.function("like", conversions.like)

    def _bound(self, run: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        return lambda *values: run(self.store.context, *values)


def create_instances(world: World) -> dict[str, SqlServerInstance]:
    """The instances of the world's topology, with what they have in common."""
    topology = world.topology
    groups = [Group(spec, topology) for spec in topology.availability_groups]
    instances: dict[str, SqlServerInstance] = {}
    native_sets = NativeSets(instances)
    for spec in topology.sql_servers:
        own = tuple(group for group in groups if spec.name in group.spec.replicas)
        instances[spec.name] = SqlServerInstance(world, spec, own, native_sets)
    for group in groups:
        group.instances.update({name: instances[name] for name in group.spec.replicas})
    world.instances.update(instances)
    for instance in instances.values():
        instance.prepare()
    return instances
