# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A database's state as sys.databases has it, and who gets in."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tests.lab.tds.interface import SqlServerError

State = t.Literal["ONLINE", "RESTORING", "OFFLINE"]
Access = t.Literal["MULTI_USER", "SINGLE_USER", "RESTRICTED_USER"]
STATES: dict[State, int] = {"ONLINE": 0, "RESTORING": 1, "OFFLINE": 6}
ACCESSES: dict[Access, int] = {"MULTI_USER": 0, "SINGLE_USER": 1, "RESTRICTED_USER": 2}


DATA_FOLDER = r"C:\Program Files\Microsoft SQL Server\MSSQL15.MSSQLSERVER\MSSQL\DATA"


@dataclass
class DatabaseState:
    """`folder` is where its files lie."""

    state: State = "ONLINE"
    access: Access = "MULTI_USER"
    folder: str = DATA_FOLDER

    def check_open(self, name: str, *, others: bool, sysadmin: bool) -> None:
        """Raises `SqlServerError`; `others` tells whether somebody else uses the database."""
        if self.state == "OFFLINE":
            raise SqlServerError(942, f"Database '{name}' cannot be opened because it is offline.", severity=14)
        if self.state == "RESTORING":
            text = f"Database '{name}' cannot be opened. It is in the middle of a restore."
            raise SqlServerError(927, text, severity=14)
        if self.access == "SINGLE_USER" and others:
            text = f"Database '{name}' is already open and can only have one user at a time."
            raise SqlServerError(924, text, severity=14)
        if self.access == "RESTRICTED_USER" and not sysadmin:
            text = (
                f"Database '{name}' is in restricted user mode and only users that are members of sysadmin can open it."
            )
            raise SqlServerError(18461, text, severity=14)
