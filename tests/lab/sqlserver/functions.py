# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scalar functions of T-SQL that the lab has: each computes on Python values within one session."""

from __future__ import annotations

import re
import typing as t
import uuid
from dataclasses import dataclass

from tests.lab.sqlserver.clock import stamp, utc_now
from tests.lab.sqlserver.conversions import add, cast, same
from tests.lab.tds.sqltypes import BIT, DATETIME, INT, SMALLINT, UNIQUEIDENTIFIER, SqlType, nvarchar

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.context import Context

SYSNAME = nvarchar(128)


def stored_name(name: str) -> str:
    """What the store calls a function: operators are functions of the lab's own already."""
    return name if name.startswith("lab_") else "lab_" + name.casefold().replace(".", "_")


@dataclass(frozen=True)
class Function:
    """`type` None means that of the first argument."""

    run: t.Callable[..., t.Any]
    type: SqlType | None = None
    minimum: int = 0
    maximum: int = 0


def _len(context: Context, value: t.Any) -> int | None:
    return None if value is None else len(str(value).rstrip(" "))


def _isnull(context: Context, value: t.Any, default: t.Any) -> t.Any:
    return default if value is None else value


def _coalesce(context: Context, *values: t.Any) -> t.Any:
    return next((value for value in values if value is not None), None)


def _text(function: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    """NULL in, NULL out."""

    def run(context: Context, *values: t.Any) -> t.Any:
        return None if None in values else function(*values)

    return run


def _charindex(sought: str, text: str, start: int = 1) -> int:
    return str(text).casefold().find(str(sought).casefold(), max(start, 1) - 1) + 1


def _substring(text: str, start: int, length: int) -> str:
    return str(text)[max(start - 1, 0) : max(start - 1 + length, 0)]


def _replace(text: str, old: str, new: str) -> str:
    return re.sub(re.escape(str(old)), lambda _: str(new), str(text), flags=re.IGNORECASE) if old else str(text)


def _quotename(text: str, quote: str = "[") -> str:
    close = {"[": "]", "]": "]"}.get(quote, quote)
    return ("[" if close == "]" else quote) + text.replace(close, close * 2) + close


FUNCTIONS: dict[str, Function] = {
    "object_id": Function(lambda context, name, kind=None: name and context.object_id(name), INT, 1, 2),
    "db_name": Function(
        lambda context, number=None: context.database if number is None else context.database_name(number),
        SYSNAME,
        0,
        1,
    ),
    "db_id": Function(
        lambda context, name=None: context.database_id(context.database if name is None else name), SMALLINT, 0, 1
    ),
    "serverproperty": Function(lambda context, name: name and context.server_property(name), None, 1, 1),
    "databasepropertyex": Function(
        lambda context, database, name: context.database_property(database, name), SYSNAME, 2, 2
    ),
    "suser_sname": Function(lambda context, sid=None: context.login if sid is None else "sa", SYSNAME, 0, 1),
    "suser_name": Function(lambda context: context.login, SYSNAME),
    "system_user": Function(lambda context: context.login, SYSNAME),
    "original_login": Function(lambda context: context.login, SYSNAME),
    "is_srvrolemember": Function(lambda context, role, login=None: context.is_member(role, login), INT, 1, 2),
    "has_perms_by_name": Function(
        lambda context, securable, kind, permission: context.has_permission(securable, kind, permission), INT, 3, 3
    ),
    "getdate": Function(lambda context: stamp(context.instance.now()), DATETIME),
    "sysdatetime": Function(lambda context: stamp(context.instance.now()), SqlType("datetime2", scale=7)),
    "getutcdate": Function(lambda context: stamp(utc_now()), DATETIME),
    "isnull": Function(_isnull, None, 2, 2),
    "coalesce": Function(_coalesce, None, 2, 99),
    "iif": Function(lambda context, condition, yes, no: yes if condition else no, None, 3, 3),
    "nullif": Function(lambda context, left, right: None if same(left, right) else left, None, 2, 2),
    "len": Function(_len, INT, 1, 1),
    "upper": Function(_text(lambda text: str(text).upper()), nvarchar(4000), 1, 1),
    "lower": Function(_text(lambda text: str(text).lower()), nvarchar(4000), 1, 1),
    "ltrim": Function(_text(lambda text: str(text).lstrip(" ")), nvarchar(4000), 1, 1),
    "rtrim": Function(_text(lambda text: str(text).rstrip(" ")), nvarchar(4000), 1, 1),
    "replace": Function(_text(_replace), nvarchar(4000), 3, 3),
    "left": Function(_text(lambda text, count: str(text)[:count]), nvarchar(4000), 2, 2),
    "right": Function(_text(lambda text, count: str(text)[-count:] if count else ""), nvarchar(4000), 2, 2),
    "substring": Function(_text(_substring), nvarchar(4000), 3, 3),
    "charindex": Function(_text(_charindex), INT, 2, 3),
    "quotename": Function(_text(_quotename), nvarchar(258), 1, 2),
    "newid": Function(lambda context: str(uuid.uuid4()), UNIQUEIDENTIFIER),
    "has_dbaccess": Function(lambda context, name: context.has_access(name), INT, 1, 1),
    "sys.fn_hadr_is_primary_replica": Function(lambda context, name: context.is_primary(name), BIT, 1, 1),
    "sys.fn_hadr_backup_is_preferred_replica": Function(lambda context, name: context.is_preferred(name), BIT, 1, 1),
    # The lab's own, to which operators are translated.
    "lab_add": Function(lambda context, left, right: add(left, right), None, 2, 2),
    "lab_cast": Function(
        lambda context, value, kind, style, gentle: cast(value, kind, style, gentle=gentle), None, 4, 4
    ),
}
GLOBALS: dict[str, tuple[t.Callable[[Context], t.Any], SqlType]] = {
    "spid": (lambda context: context.spid, SMALLINT),
    "servername": (lambda context: context.server_property("ServerName"), SYSNAME),
    "version": (lambda context: context.server_property("lab_version"), nvarchar(300)),
    "trancount": (lambda context: context.trancount, INT),
    "rowcount": (lambda context: context.rowcount, INT),
    "error": (lambda context: 0, INT),
    "language": (lambda context: "us_english", SYSNAME),
    "lock_timeout": (lambda context: -1, INT),
    "microsoftversion": (lambda context: 0x0F00114E, INT),
}
