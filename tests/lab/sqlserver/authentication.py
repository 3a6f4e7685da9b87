# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in, and into which database."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver import errors, logins, permissions
from tests.lab.tds.interface import SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.tds.login import Login


def authenticate(instance: SqlServerInstance, login: Login) -> str:
    """The database that a login gets. Raises `SqlServerError`, without telling the client what was wrong."""
    reason, error = _refusal(instance, login)
    if error is None:
        return _database_for(instance, login)
    instance.emit("sql.login_failed", login=login.user, reason=reason)
    raise error


def _refusal(instance: SqlServerInstance, login: Login) -> tuple[str, SqlServerError | None]:
    known = logins.sql_login(instance, login.user)
    if instance.front.refuses_login():
        return "not yet available", errors.not_available(login.database or "master", instance.name)
    if login.integrated:
        return "the lab does not know integrated authentication", errors.untrusted_domain()
    if known is None or known.password != login.password:
        return "password" if known else "unknown login", errors.login_failed(login.user)
    if known.disabled:
        return "disabled", errors.login_disabled(login.user)
    return "", None


def _database_for(instance: SqlServerInstance, login: Login) -> str:
    wanted = login.database or "master"
    database = instance.store.database(wanted)
    rights = permissions.rights_of(instance, login.user)
    try:
        if database is None or not rights.is_user_of(database):
            raise errors.cannot_open(wanted)
        instance.check_open(database, sysadmin=rights.sysadmin, read_only=login.read_only)
    except SqlServerError as error:
        instance.emit("sql.login_failed", login=login.user, reason=f"database {wanted}")
        raise error from errors.login_failed(login.user)
    return database
