# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversions, comparisons and patterns, by T-SQL's rules. Values are as the store keeps them."""

from __future__ import annotations

import re
import typing as t
import uuid
from decimal import Decimal, InvalidOperation

from tests.lab.sqlserver import errors, schema
from tests.lab.sqlserver.clock import moment, stamp
from tests.lab.tds.interface import SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.tds.sqltypes import SqlType


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
