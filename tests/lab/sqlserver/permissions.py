# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a login may do: server permissions, roles in databases, and the errors of what it may not."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from tests.lab.sqlserver import errors, logins
from tests.lab.sqlserver.schema import NEEDS_SERVER_STATE
from tests.lab.tds.interface import Message, Reply, SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.procedures import Procedure
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.translate import Translated

SERVER_STATE = "VIEW SERVER STATE"
SERVER_ROLES = {
    "sysadmin", "serveradmin", "securityadmin", "processadmin", "setupadmin", "bulkadmin", "diskadmin", "dbcreator",
    "public",
}  # fmt: skip
# Everybody gets into them as guest, and sees sys and the public procedures there.
OPEN_DATABASES = {"master", "msdb", "tempdb"}
PUBLIC = {"CONNECT SQL", "VIEW ANY DATABASE"}
ALL = "ALL"
ROLES: dict[str, frozenset[str]] = {
    "db_owner": frozenset({ALL}),
    "db_datareader": frozenset({"SELECT"}),
    "db_datawriter": frozenset({"INSERT", "UPDATE", "DELETE"}),
    "db_backupoperator": frozenset({"BACKUP DATABASE", "BACKUP LOG"}),
    "sqlagentoperatorrole": frozenset({"sp_start_job", "sp_stop_job", "sp_help_job"}),
}


@dataclass(frozen=True)
class Rights:
    """`databases` maps a database (in small letters) to what its user may do there; None: a user of each one."""

    sysadmin: bool = False
    server: frozenset[str] = frozenset()
    databases: dict[str, frozenset[str]] | None = field(default_factory=dict)

    def on_server(self, permission: str) -> bool:
        return self.sysadmin or bool({permission.upper(), "CONTROL SERVER"} & (self.server | PUBLIC))

    def is_user_of(self, database: str) -> bool:
        known = self.databases is None or database.casefold() in OPEN_DATABASES | self.databases.keys()
        return self.on_server("CONTROL SERVER") or known

    def in_database(self, database: str, permission: str) -> bool:
        granted = (self.databases or {}).get(database.casefold(), frozenset())
        return self.on_server("CONTROL SERVER") or bool({permission, ALL} & granted)


EVERYTHING = Rights(sysadmin=True)


def rights_of(instance: SqlServerInstance, login: str) -> Rights:
    known = logins.sql_login(instance, login)
    if is_sysadmin(instance, login) or known is None:
        return Rights(sysadmin=is_sysadmin(instance, login))
    databases = known.databases
    users = None if databases is None else {name.casefold(): _granted(names) for name, names in databases.items()}
    return Rights(server=frozenset(name.upper() for name in known.permissions), databases=users)


def _granted(names: t.Iterable[str]) -> frozenset[str]:
    """A role's permissions, or a permission by its own name."""
    return frozenset().union(*(ROLES.get(name.casefold(), {name}) for name in names))


def is_sysadmin(instance: SqlServerInstance, login: str) -> bool:
    known = logins.sql_login(instance, login)
    if login.casefold() == "sa" or known is not None:
        return known is None or known.sysadmin
    return any(path.admin for path in logins.paths(instance, login))


def is_member(instance: SqlServerInstance, role: str, login: str) -> int | None:
    """IS_SRVROLEMEMBER: NULL for a role or login that does not exist."""
    known = login.casefold() == "sa" or logins.sql_login(instance, login) or logins.paths(instance, login)
    if str(role).casefold() not in SERVER_ROLES or not known:
        return None
    return int(str(role).casefold() == "public" or (role.casefold() == "sysadmin" and is_sysadmin(instance, login)))


def check_tables(runner: Runner, query: Translated) -> t.Iterator[Reply]:
    """Raises `SqlServerError` for a table that the login may not read or change."""
    for table in query.tables:
        if table.schema == "sys":
            if table.name in NEEDS_SERVER_STATE:
                yield from need_server_state(runner)
            continue
        runner.check_open(table.database)
        permission = query.permission if table is query.target else "SELECT"
        if not runner.rights.in_database(table.database, permission):
            raise errors.denied(permission, table.name, table.database)


def need_server_state(runner: Runner) -> t.Iterator[Reply]:
    if not runner.rights.on_server(SERVER_STATE):
        denied = errors.denied_server_state()
        yield Message(denied.message, denied.number, denied.severity)
        raise SqlServerError(297, "The user does not have permission to perform this action.")


def check_execute(runner: Runner, procedure: Procedure, database: str) -> None:
    place = "master" if procedure.home == "master" else database
    granted = (runner.rights.in_database(place, name) for name in ("EXECUTE", procedure.name))
    if not procedure.public and not any(granted):
        # What belongs to the schema sys lies in the resource database.
        shown = "mssqlsystemresource" if procedure.schema == "sys" else place
        raise errors.denied("EXECUTE", procedure.name, shown, procedure.schema)
