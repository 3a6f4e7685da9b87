# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What T-SQL's functions can ask about the session that runs them."""

from __future__ import annotations

import typing as t
import zlib

from tests.lab.sqlserver import errors, permissions
from tests.lab.sqlserver.procedures import PROCEDURES, Procedure
from tests.lab.sqlserver.restore import DATABASE_VERSIONS
from tests.lab.sqlserver.transactions import Transaction

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.permissions import Rights
    from tests.lab.sqlserver.sessions import Session


class Context:
    """`own_database` is that of the procedure that runs, if one does."""

    def __init__(self, instance: SqlServerInstance, session: Session, rights: Rights) -> None:
        self.instance = instance
        self.session = session
        self.rights = rights
        self.read_only = False
        self.transaction = Transaction(instance.store)
        self.rowcount: int = 0
        self.own_database: str | None = None

    @property
    def sysadmin(self) -> bool:
        return self.rights.sysadmin

    def check_open(self, database: str) -> None:
        """Raises `SqlServerError` where this session does not get into a database."""
        if not self.rights.is_user_of(database):
            raise errors.no_user(self.login, database)
        self.instance.check_open(database, sysadmin=self.sysadmin, read_only=self.read_only, own=self.session)

    def is_primary(self, database: str) -> int | None:
        """sys.fn_hadr_is_primary_replica: NULL for a database that is in no availability group."""
        group = self.instance.group_of(str(database))
        return int(group.primary is self.instance) if group else None

    def is_preferred(self, database: str) -> int:
        """sys.fn_hadr_backup_is_preferred_replica: 1 for a database that is in no availability group."""
        group = self.instance.group_of(str(database))
        if group is None or group.spec.backup_preference == "none":
            return 1
        return int((group.primary is self.instance) == (group.spec.backup_preference == "primary"))

    @property
    def spid(self) -> int:
        return self.session.spid

    @property
    def trancount(self) -> int:
        return self.transaction.depth

    @property
    def database(self) -> str:
        return self.session.database

    @property
    def home(self) -> str:
        """The database in which names are looked up: a procedure's own, else the session's."""
        return self.own_database or self.session.database

    @property
    def login(self) -> str:
        return self.session.login

    def server_property(self, name: str) -> t.Any:
        return self.instance.properties.get(str(name).casefold())

    def database_property(self, database: str, name: str) -> t.Any:
        if not self.instance.store.database(str(database)):
            return None
        state = self.instance.state_of(str(database))
        writable = "READ_WRITE" if self.instance.is_writable(str(database)) else "READ_ONLY"
        if str(name).casefold() == "version":
            return DATABASE_VERSIONS[self.instance.version[0]]
        known = {"status": state.state, "updateability": writable, "useraccess": state.access, "recovery": "FULL"}
        return known.get(str(name).casefold())

    def object_id(self, name: str) -> int | None:
        parts = [part.strip('[]"') for part in str(name).split(".")]
        database, schema, simple = ["", "", *parts][-3:]
        found = self.instance.store.find(database or self.home, schema or "dbo", simple)
        if found is None and self.procedure(tuple(parts)) is None:
            return None
        return zlib.crc32(f"{database or self.home}.{simple}".casefold().encode()) & 0x7FFFFFFF

    def database_id(self, name: str) -> int | None:
        known = self.instance.store.database(str(name))
        return self.instance.database_numbers()[known] if known else None

    def database_name(self, number: int) -> str | None:
        return next((name for name, known in self.instance.database_numbers().items() if known == number), None)

    def is_member(self, role: str, login: str | None) -> int | None:
        return permissions.is_member(self.instance, role, login or self.login)

    def has_access(self, database: str) -> int | None:
        known = self.instance.store.database(str(database))
        return int(self.rights.is_user_of(known)) if known else None

    def has_permission(self, securable: str | None, kind: str | None, permission: str) -> int | None:
        if securable is None and kind is None:
            return int(self.rights.on_server(str(permission)))
        if str(kind).upper() != "DATABASE":
            raise errors.unknown_to_the_lab(f"HAS_PERMS_BY_NAME for the class {kind}")
        return int(self.rights.in_database(str(securable), str(permission).upper()))

    def procedure(self, parts: tuple[str, ...]) -> Procedure | None:
        """Procedures are found in their own database; those of master named `sp_` and `xp_` in every one."""
        database, schema, name = ("", "", *parts)[-3:]
        found = PROCEDURES.get(name.casefold())
        if found is None or schema.casefold() not in ("", "dbo", "sys"):
            return None
        kind = self.instance.kind_of(database or self.home)
        return found if found.home in (kind, "master") else None
