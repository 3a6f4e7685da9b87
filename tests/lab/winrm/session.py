# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who runs something on a computer, and how he is logged on."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from tests.lab.topology import Account
    from tests.lab.windows.computer import Computer

_VARIABLE = re.compile(r"%([^%]+)%")


@dataclass(frozen=True)
class Session:
    """A logon; a network logon (not interactive) carries no credentials on to another computer."""

    computer: Computer
    account: Account
    interactive: bool = False
    become_user: str | None = None
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def user(self) -> str:
        """The name without its domain."""
        return self.account.name.rpartition("\\")[2]

    @property
    def domain(self) -> str:
        return self.account.name.rpartition("\\")[0] or self.computer.name

    @property
    def profile(self) -> str:
        return rf"C:\Users\{self.user}"

    @property
    def environment(self) -> dict[str, str]:
        own = {"USERNAME": self.user, "USERDOMAIN": self.domain, "USERPROFILE": self.profile}
        return {**self.computer.environment, **own, **self.variables}

    def expand(self, text: str) -> str:
        """Replace `%NAME%` as Windows does: in any case, and an unknown name stays as it is."""
        values = {name.casefold(): value for name, value in self.environment.items()}
        return _VARIABLE.sub(lambda match: values.get(match[1].casefold(), match[0]), text)
