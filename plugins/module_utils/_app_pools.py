# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application pools of IIS, as appcmd.exe lists, stops and starts them ("Getting Started with AppCmd.exe")."""

from __future__ import annotations

import re
import typing as t

_APPCMD = r"%SystemRoot%\System32\inetsrv\appcmd.exe"
LIST_COMMAND = f"{_APPCMD} list apppool"
# APPPOOL "DefaultAppPool" (MgdVersion:v4.0,MgdMode:Integrated,state:Started)
_LINE = re.compile(r'^APPPOOL "(?P<name>[^"]+)" \(.*\bstate:(?P<state>\w+)\)\s*$', re.MULTILINE)
# What may stand between double quotes on a command line of cmd.exe without a meaning of its own.
_PLAIN_NAME = re.compile(r"[\w .$(){}@#~+,;=-]+")

Verb = t.Literal["start", "stop"]


class AppPoolNameError(ValueError):
    """The name of an application pool that cannot be put on a command line safely."""


def app_pool_states(listing: str) -> dict[str, str]:
    """The state of each application pool by its name, such as `Started`; from the output of `LIST_COMMAND`."""
    return {match["name"]: match["state"] for match in _LINE.finditer(listing.replace("\r", ""))}


def app_pool_command(names: t.Iterable[str], verb: Verb) -> str:
    """A command line that stops or starts application pools and lists what has come of it.

    Raises `AppPoolNameError` for a name that cmd.exe would not take literally.
    """
    return " & ".join([*(f'{_APPCMD} {verb} apppool "/apppool.name:{_checked(name)}"' for name in names), LIST_COMMAND])


def _checked(name: str) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        raise AppPoolNameError(
            f"the name {name!r} of an application pool has characters that cmd.exe would interpret: rename the pool, or"
            " have all of IIS stopped (biztalk_stop_iis)"
        )
    return name
