# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CROSS APPLY and OUTER APPLY of a system function that returns a table: a join with a view of all its answers."""

from __future__ import annotations

from sqlglot import exp

from tests.lab.sqlserver import errors

# The columns of the view that stand for the function's arguments.
ARGUMENTS = {"dm_os_volume_stats": ("database_id", "file_id")}


def join_functions(tree: exp.Expr) -> None:
    """Change the tree. Raises `SqlServerError` for a function that the lab does not have."""
    for join in list(tree.find_all(exp.Join)):
        if isinstance(join.this, exp.Lateral):
            _join(join, join.this)


def _join(join: exp.Join, lateral: exp.Lateral) -> None:
    call = lateral.this
    name = call.expression.name.casefold() if isinstance(call, exp.Dot) else ""
    if name not in ARGUMENTS:
        raise errors.unknown_to_the_lab("APPLY of anything but a function of the schema sys")
    given = call.expression.expressions
    if len(given) != len(ARGUMENTS[name]):
        raise errors.unknown_to_the_lab(f"{name} with {len(given)} arguments")
    alias = lateral.alias or name
    pairs = [
        exp.EQ(this=exp.column(column, table=alias), expression=value)
        for column, value in zip(ARGUMENTS[name], given, strict=True)
    ]
    join.set("this", exp.table_(name, db=call.this.name, alias=alias))
    join.set("on", exp.and_(*pairs))
    join.set("side", None if lateral.args.get("cross_apply") else "LEFT")
