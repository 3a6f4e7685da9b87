# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether accounts are sysadmin on every SQL Server instance of a group, as the installing one must be (KB 2003907)."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import connection_to
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_parallel import on_each

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._group import Group
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import Row, SqlServer, SqlServers


@dataclass(frozen=True)
class Standing:
    """What an account is on one instance. ``sysadmin`` is None when that could not be found out; see ``problem``."""

    instance: str
    sysadmin: bool | None
    # The Windows groups that bring the role; none when the account is sysadmin by itself.
    through: tuple[str, ...] = ()
    problem: str | None = None


def accounts_result(servers: SqlServers, group: Group, accounts: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """One entry for each account, in the order asked for."""
    if not accounts:
        return []
    instances = {instance.server: instance for instance in group.instances}

    def ask(server: str) -> list[Standing]:
        instance = instances[server]
        connection = connection_to(servers, group, instance)
        return [standing(connection, instance.name, account) for account in accounts]

    found = on_each(instances, ask)
    return [
        _result(account, [standings[place] for standings in found.values()]) for place, account in enumerate(accounts)
    ]


def standing(server: SqlServer, instance: str, account: str) -> Standing:
    """Windows accounts are written with their domain; all else is a SQL Server login."""
    if "\\" not in account and "@" not in account:
        answer = server.query(_tsql.SQL_LOGIN, account)[0]["is_sysadmin"]
        problem = None if answer is not None else f"{instance} has no login {account}"
        return Standing(instance, bool(answer), problem=problem)
    try:
        return _windows_standing(instance, account, server.query(_tsql.WINDOWS_ACCOUNT, account))
    except SqlError as error:
        if error.kind in (Kind.ACCOUNT_UNKNOWN, Kind.PERMISSION_MISSING):
            return Standing(instance, None, problem=str(error))
        raise


def _windows_standing(instance: str, account: str, rows: t.Sequence[Row]) -> Standing:
    if not rows:
        return Standing(instance, False, problem=f"{account} is no login of {instance}, nor is any group it is in")
    ways = [row for row in rows if str(row["privilege"]).strip().casefold() == "admin"]
    paths = [str(row["permission path"] or "").strip() for row in ways]
    # A way without a path is the account's own login.
    through = () if "" in paths or any(_same(path, account) for path in paths) else tuple(dict.fromkeys(paths))
    return Standing(instance, bool(ways), through)


def _same(path: str, account: str) -> bool:
    return path.casefold() == account.casefold()


def _result(account: str, standings: t.Sequence[Standing]) -> dict[str, t.Any]:
    return {
        "name": account,
        "sysadmin": all(standing.sysadmin for standing in standings),
        "instances": [asdict(standing) | {"through": list(standing.through)} for standing in standings],
    }
