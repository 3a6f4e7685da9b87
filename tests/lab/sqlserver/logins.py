# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has a login: SQL Server's own ones, Windows accounts, and accounts through their Windows groups."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tests.lab.sqlserver.schema import columns
from tests.lab.tds.interface import Column, Reply, ResultSet, SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.runner import Runner
    from tests.lab.sqlserver.spec import SqlLogin

LOGIN_COLUMNS = columns(
    """account name|nvarchar(128), type|char(8), privilege|char(9), mapped login name|nvarchar(128),
    permission path|nvarchar(128)""",
    separator="|",
)


@dataclass(frozen=True)
class Path:
    """A way by which a Windows account or group gets in: a login of its own (`login` is its name) or of its group."""

    login: str
    admin: bool


def sql_login(instance: SqlServerInstance, name: str) -> SqlLogin | None:
    return next((known for known in instance.spec.logins if known.name.casefold() == name.casefold()), None)


def windows_logins(instance: SqlServerInstance) -> list[Path]:
    """In the order in which they were created."""
    accounts = instance.world.topology.accounts
    own = [Path(account.name, account.sysadmin) for account in accounts if account.login]
    return own + [Path(login.name, login.sysadmin) for login in instance.spec.windows_logins]


def groups(instance: SqlServerInstance) -> dict[str, list[str]]:
    """The Windows groups and their members."""
    found: dict[str, list[str]] = {login.name: [] for login in instance.spec.windows_logins}
    for account in instance.world.topology.accounts:
        found.pop(account.name, None)
        for group in account.groups:
            found.setdefault(group, []).append(account.name)
    return found


def paths(instance: SqlServerInstance, name: str) -> list[Path]:
    """The ways into the instance, administrators' ones first, as xp_logininfo lists them."""
    account = instance.world.topology.account(name)
    names = {name.casefold(), *(group.casefold() for group in (account.groups if account else ()))}
    found = [path for path in windows_logins(instance) if path.login.casefold() in names]
    return sorted(found, key=lambda path: not path.admin)


def xp_logininfo(runner: Runner, acctname: str | None, option: str | None, privilege: str | None) -> t.Iterator[Reply]:
    """As Microsoft's *xp_logininfo (Transact-SQL)* describes it."""
    instance = runner.instance
    wanted = (option or "").casefold()
    if wanted not in ("", "all", "members"):
        text = "An invalid parameter or option was specified for procedure 'xp_logininfo'."
        raise SqlServerError(15600, text, procedure="xp_logininfo")
    if acctname is None:
        rows = [row for path in windows_logins(instance) for row in _rows(instance, path.login, [path])]
    elif "\\" not in acctname:
        text = f"'{acctname}' is not a valid Windows NT name. Give the complete name: <domain\\username>."
        raise SqlServerError(15407, text, procedure="xp_logininfo")
    else:
        rows = _rows_of(instance, acctname, wanted)
    yield ResultSet(tuple(Column(name, kind) for name, kind in LOGIN_COLUMNS.items()), rows)


def _rows_of(instance: SqlServerInstance, name: str, option: str) -> list[tuple[str | None, ...]]:
    spelled = _spelled(instance, name)
    if spelled is None or (option == "members" and spelled not in groups(instance)):
        text = f"Could not obtain information about Windows NT group/user '{name}', error code 0x534."
        raise SqlServerError(15404, text, procedure="xp_logininfo")
    ways = paths(instance, spelled)
    if option == "members":
        admin = any(way.admin for way in ways)
        members = groups(instance)[spelled]
        return [row for member in members for row in _rows(instance, member, [Path(spelled, admin)])]
    return _rows(instance, spelled, ways if option == "all" else ways[:1])


def _rows(instance: SqlServerInstance, name: str, ways: t.Iterable[Path]) -> list[tuple[str | None, ...]]:
    kind = "group" if name in groups(instance) else "user"
    return [
        (name, kind, "admin" if way.admin else "user", name, way.login if way.login != name else None) for way in ways
    ]


def _spelled(instance: SqlServerInstance, name: str) -> str | None:
    known = [account.name for account in instance.world.topology.accounts] + list(groups(instance))
    return next((item for item in known if item.casefold() == name.casefold()), None)
