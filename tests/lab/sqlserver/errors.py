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


def unknown_schema_function(schema: str, name: str) -> SqlServerError:
    text = (
        f'Cannot find either column "{schema}" or the user-defined function or aggregate "{name}", or the name is'
        " ambiguous."
    )
    return SqlServerError(4121, text)


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


def no_user(login: str, database: str) -> SqlServerError:
    text = (
        f'The server principal "{login}" is not able to access the database "{database}" under the current security'
        " context."
    )
    return SqlServerError(916, text, severity=14)


def read_only(database: str) -> SqlServerError:
    return SqlServerError(3906, f'Failed to update database "{database}" because the database is read-only.')


def denied_server_state() -> SqlServerError:
    text = "VIEW SERVER STATE permission was denied on object 'server', database 'master'."
    return SqlServerError(300, text, severity=14)


def login_failed(login: str) -> SqlServerError:
    return SqlServerError(18456, f"Login failed for user '{login}'.", severity=14)


def login_disabled(login: str) -> SqlServerError:
    text = f"Login failed for user '{login}'. Reason: The account is disabled."
    return SqlServerError(18470, text, severity=14)


def untrusted_domain() -> SqlServerError:
    text = "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication."
    return SqlServerError(18452, text, severity=14)


def not_available(database: str, server: str) -> SqlServerError:
    text = f"Database '{database}' on server '{server}' is not currently available. Please retry the connection later."
    return SqlServerError(40613, text, severity=17)


def deadlock(spid: int) -> SqlServerError:
    text = (
        f"Transaction (Process ID {spid}) was deadlocked on lock resources with another process and has been chosen as"
        " the deadlock victim. Rerun the transaction."
    )
    return SqlServerError(1205, text, severity=13, state=51)


def cannot_open(database: str) -> SqlServerError:
    text = f'Cannot open database "{database}" requested by the login. The login failed.'
    return SqlServerError(4060, text, severity=11)
