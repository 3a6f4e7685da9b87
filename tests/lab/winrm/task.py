# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One execution of a module on a simulated computer, as its handler sees it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.windows.files import Files
    from tests.lab.winrm.jobs import Jobs
    from tests.lab.winrm.session import Session

Result = dict[str, t.Any]


class ModuleError(Exception):
    """The module fails with a message, and with whatever else it returns then."""

    def __init__(self, message: str, **result: t.Any) -> None:
        super().__init__(message)
        self.result = result


@dataclass(frozen=True)
class Task:
    """`options` are validated, with their defaults and with environment variables in paths expanded."""

    module: str
    options: dict[str, t.Any]
    session: Session
    jobs: Jobs
    check_mode: bool = False
    diff_mode: bool = False

    def __getitem__(self, option: str) -> t.Any:
        return self.options.get(option)

    @property
    def computer(self) -> Computer:
        return self.session.computer

    @property
    def files(self) -> Files:
        return self.session.computer.files

    @property
    def origin(self) -> str:
        """Who did it, for the event log."""
        return f"ansible.windows.{self.module}"
