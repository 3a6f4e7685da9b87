# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as SQL Server words them (sys.messages)."""

from __future__ import annotations

from tests.lab.tds.interface import SqlServerError

# An error of the lab itself; user-defined numbers begin at 50000.
UNKNOWN_TO_THE_LAB = 50000


def unknown_to_the_lab(what: str) -> SqlServerError:
    return SqlServerError(UNKNOWN_TO_THE_LAB, f"the lab does not know {what}")


def syntax(near: str) -> SqlServerError:
    return SqlServerError(102, f"Incorrect syntax near '{near}'.", severity=15)


def invalid_object(name: str) -> SqlServerError:
    return SqlServerError(208, f"Invalid object name '{name}'.")


def invalid_column(name: str) -> SqlServerError:
    return SqlServerError(207, f"Invalid column name '{name}'.")


def unknown_function(name: str) -> SqlServerError:
    return SqlServerError(195, f"'{name}' is not a recognized built-in function name.", severity=15, state=10)


def unknown_procedure(name: str) -> SqlServerError:
    return SqlServerError(2812, f"Could not find stored procedure '{name}'.", state=62)


def unknown_database(name: str) -> SqlServerError:
    text = f"Database '{name}' does not exist. Make sure that the name is entered correctly."
    return SqlServerError(911, text)


def undeclared(name: str) -> SqlServerError:
    return SqlServerError(137, f'Must declare the scalar variable "{name}".', severity=15, state=2)


def denied(permission: str, name: str, database: str, schema: str = "dbo") -> SqlServerError:
    text = f"The {permission} permission was denied on the object '{name}', database '{database}', schema '{schema}'."
    return SqlServerError(229, text, severity=14, state=5)


def denied_server_state() -> SqlServerError:
    text = "VIEW SERVER STATE permission was denied on object 'server', database 'master'."
    return SqlServerError(300, text, severity=14)


def login_failed(login: str) -> SqlServerError:
    return SqlServerError(18456, f"Login failed for user '{login}'.", severity=14)


def cannot_open(database: str) -> SqlServerError:
    text = f'Cannot open database "{database}" requested by the login. The login failed.'
    return SqlServerError(4060, text, severity=11)
