# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scalar functions of T-SQL that the lab has: each computes on Python values within one session."""

from __future__ import annotations

import re
import typing as t
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from tests.lab.sqlserver import errors, schema
from tests.lab.tds.interface import SqlServerError
from tests.lab.tds.sqltypes import DATETIME, INT, SMALLINT, UNIQUEIDENTIFIER, SqlType, nvarchar

SYSNAME = nvarchar(128)
TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


class Context(t.Protocol):
    """What a function may ask of the session that runs it."""

    spid: int
    database: str
    login: str
    trancount: int
    rowcount: int

    def server_property(self, name: str) -> t.Any: ...

    def database_property(self, database: str, name: str) -> t.Any: ...

    def object_id(self, name: str) -> int | None: ...

    def database_id(self, name: str) -> int | None: ...

    def database_name(self, number: int) -> str | None: ...

    def is_member(self, role: str, login: str | None) -> int | None: ...

    def has_permission(self, securable: str | None, kind: str | None, permission: str) -> int | None: ...


@dataclass(frozen=True)
class Function:
    """`type` None means that of the first argument."""

    run: t.Callable[..., t.Any]
    type: SqlType | None = None
    minimum: int = 0
    maximum: int = 0


def now() -> datetime:
    """The server's local time, which in the lab is not UTC wherever the machine's clock is not."""
    return datetime.now().astimezone().replace(tzinfo=None)


def utc_now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


def stamp(moment: datetime) -> str:
    """A datetime as the store keeps it: sortable text, to the millisecond."""
    return moment.strftime(TIME_FORMAT)[:-3]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


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
    "getdate": Function(lambda context: stamp(now()), DATETIME),
    "sysdatetime": Function(lambda context: stamp(now()), SqlType("datetime2", scale=7)),
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


def same(left: t.Any, right: t.Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.rstrip(" ").casefold() == right.rstrip(" ").casefold()
    return bool(left == right)


def add(left: t.Any, right: t.Any) -> t.Any:
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, str) or isinstance(right, str):
        return _number(left) + _number(right)
    return left + right


def _number(value: t.Any) -> t.Any:
    if not isinstance(value, str):
        return value
    try:
        return int(value or "0")
    except ValueError as error:
        text = f"Conversion failed when converting the nvarchar value '{value}' to data type int."
        raise SqlServerError(245, text) from error


def like(pattern: str | None, text: str | None, escape: str | None = None) -> bool | None:
    """LIKE with the wildcards %, _, [set] and [^set]."""
    if pattern is None or text is None:
        return None
    return re.fullmatch(_like_expression(str(pattern), escape), str(text), re.IGNORECASE | re.DOTALL) is not None


def _like_expression(pattern: str, escape: str | None) -> str:

    token = (rf"{re.escape(escape)}.|" if escape else "") + r"\[[^\]]*\]|."
    parts = []
    for piece in re.findall(token, pattern, re.DOTALL):
        if escape and piece.startswith(escape) and len(piece) == 2:
            parts.append(re.escape(piece[1]))
        elif piece in ("%", "_"):
            parts.append(".*" if piece == "%" else ".")
        elif len(piece) > 1:
            parts.append("[" + piece[1:-1].replace("\\", "\\\\") + "]")
        else:
            parts.append(re.escape(piece))
    return "".join(parts)


def cast(value: t.Any, kind: str, style: int | None = None, *, gentle: t.Any = False) -> t.Any:
    """CAST, CONVERT and, where `gentle`, their TRY_ forms. Values are as the store keeps them."""
    if value is None:
        return None
    try:
        return _cast(value, schema.sql_type(kind), style)
    except (ValueError, InvalidOperation) as error:
        if gentle:
            return None
        text = f"Conversion failed when converting the value '{value}' to data type {kind.lower()}."
        raise SqlServerError(245, text) from error


def _cast(value: t.Any, kind: SqlType, style: int | None) -> t.Any:
    if kind.name in ("nvarchar", "varchar", "nchar", "char"):
        text = _styled(str(value), style)
        text = text if kind.length < 0 else text[: kind.length]
        return text.ljust(kind.length) if kind.name.endswith("nchar") or kind.name == "char" else text
    if kind.name in ("int", "bigint", "smallint", "tinyint"):
        return int(value) if isinstance(value, str) else int(Decimal(str(value)))
    if kind.name == "bit":
        return int(str(value).casefold() in ("1", "true") or (not isinstance(value, str) and value != 0))
    if kind.name in ("datetime", "datetime2"):
        return stamp(moment(str(value)))
    if kind.name == "float":
        return float(value)
    if kind.name == "decimal":
        return str(round(Decimal(str(value)), kind.scale))
    if kind.name == "uniqueidentifier":
        return str(uuid.UUID(str(value))).upper()
    if kind.name in ("varbinary", "binary"):
        return value if isinstance(value, bytes) else uuid.UUID(str(value)).bytes_le
    raise errors.unknown_to_the_lab(f"a conversion to {kind.name}")


def _styled(text: str, style: int | None) -> str:
    """Styles 120 and 121 are the ones that all code uses; the default is a matter of language."""
    if style not in (120, 121, 126):
        return text
    value = moment(text)
    if style == 120:
        return value.strftime("%Y-%m-%d %H:%M:%S")
    separator = "T" if style == 126 else " "
    return stamp(value).replace(" ", separator)


def days_ago(days: int) -> datetime:
    return utc_now() - timedelta(days=days)
