# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: a sysadmin everything, everybody else what the role `public` may."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver import errors
from tests.lab.sqlserver.schema import NEEDS_SERVER_STATE

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.procedures import Procedure
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.translate import Translated

SERVER_ROLES = {
    "sysadmin", "serveradmin", "securityadmin", "processadmin", "setupadmin", "bulkadmin", "diskadmin", "dbcreator",
    "public",
}  # fmt: skip


def is_sysadmin(instance: SqlServerInstance, login: str) -> bool:
    if login.casefold() == "sa":
        return True
    account = instance.world.topology.account(login)
    own = next((known for known in instance.spec.logins if known.name.casefold() == login.casefold()), None)
    return bool(own.sysadmin if own else account and account.sysadmin)


def is_member(instance: SqlServerInstance, role: str, login: str) -> int | None:
    """IS_SRVROLEMEMBER: NULL for a role or login that does not exist."""
    known = login.casefold() == "sa" or instance.world.topology.account(login) is not None
    known = known or any(own.name.casefold() == login.casefold() for own in instance.spec.logins)
    if str(role).casefold() not in SERVER_ROLES or not known:
        return None
    return int(str(role).casefold() == "public" or (role.casefold() == "sysadmin" and is_sysadmin(instance, login)))


def check_tables(runner: Runner, query: Translated) -> None:
    if runner.sysadmin:
        return
    for table in query.tables:
        if table.schema == "sys":
            if table.name in NEEDS_SERVER_STATE:
                raise errors.denied_server_state()
            continue
        raise errors.denied("SELECT" if query.target is None else "UPDATE", table.name, table.database)


def check_execute(runner: Runner, procedure: Procedure, database: str) -> None:
    if not runner.sysadmin and not procedure.public:
        raise errors.denied("EXECUTE", procedure.name, database)
