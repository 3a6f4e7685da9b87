# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cmdlet writes, and how win_powershell turns it into its result."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

if t.TYPE_CHECKING:
    from tests.lab.winrm.service_control import CmdletError


class StoppedError(Exception):
    """With the error action `stop` the first error is the last thing that a command does."""


@dataclass(frozen=True)
class Enum:
    """A value of an enumeration of .NET."""

    type: str
    text: str
    value: int


@dataclass(frozen=True)
class Object:
    """An object of .NET with its properties; `text` is what its ToString() says."""

    text: str
    properties: dict[str, t.Any]


@dataclass
class Streams:
    """Objects, and errors, which with `error_action` are passed over or end the command."""

    error_action: str = "continue"
    output: list[t.Any] = field(default_factory=list)
    errors: list[CmdletError] = field(default_factory=list)

    def fail(self, error: CmdletError) -> None:
        if self.error_action != "silentlycontinue":
            self.errors.append(error)
        if self.error_action == "stop":
            raise StoppedError from error

    @property
    def failed(self) -> bool:
        return self.error_action == "stop" and bool(self.errors)


def converted(value: t.Any, depth: int) -> t.Any:
    """What Convert-OutputObject of win_powershell makes of a value: below its depth objects are but their names."""
    if isinstance(value, Enum):
        return {"Type": value.type, "String": value.text, "Value": value.value} if depth >= 0 else value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if depth < 0:
        return value.text if isinstance(value, Object) else str(value)
    if isinstance(value, list):
        return [converted(item, depth - 1) for item in value]
    properties = value.properties if isinstance(value, Object) else value
    return {name: converted(item, depth - 1) for name, item in properties.items()}
