# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that are no services and must be closed for an install: who has them open, and how they are closed.

KB 2003907 names Administration Console and Health and Activity Tracking. A custom isolated adapter may be one too.
"""

from __future__ import annotations

import csv
import re
import typing as t
from dataclasses import dataclass

# Applications that work on the group's databases, by image; mmc.exe counts when it shows BizTalk's snap-in.
_APPLICATIONS = {
    "mmc.exe": "Administration Console",
    "btshatapp.exe": "Health and Activity Tracking",
    "devenv.exe": "Visual Studio",
}
_CONSOLE_FILE = "btsmmc.msc"
# The columns of `tasklist.exe /v /fo csv` in their order; their titles are in the language of Windows.
_PID, _USER, _COLUMNS = 1, 6, 9
# Services and what they start have this session, which shows nothing to anybody.
_NO_DESKTOP = 0
# What may stand between double quotes on a command line of cmd.exe, and in a filter of taskkill.exe.
_PLAIN_IMAGE = re.compile(r"[\w.$(){}@#~+-][\w .$(){}@#~+-]*")


class ImageNameError(ValueError):
    """The name of a program that cannot be put on a command line safely."""


@dataclass(frozen=True)
class Program:
    """A program that has to be closed; `session` is its Windows logon session, `name` what people call it."""

    name: str
    image: str
    pid: int
    session: int
    user: str = ""

    def __str__(self) -> str:
        whose = f"{self.user}, " if self.user else ""
        return f"{self.name} ({self.image}, process {self.pid}, {whose}session {self.session})"


def owners(listing: str) -> dict[int, str]:
    """Whose each process is, from the output of `tasklist.exe /v /fo csv /nh`."""
    rows = [row for row in csv.reader(listing.splitlines()) if len(row) == _COLUMNS]
    return {int(row[_PID]): row[_USER] for row in rows if row[_PID].isdigit()}


def applications(rows: t.Iterable[t.Mapping[str, t.Any]], users: t.Mapping[int, str]) -> tuple[Program, ...]:
    """BizTalk's own applications among rows of `Win32_Process`."""
    return tuple(_program(row, _APPLICATIONS[row["Name"].lower()], users) for row in rows if _is_application(row))


def custom_programs(rows: t.Iterable[t.Mapping[str, t.Any]], users: t.Mapping[int, str]) -> tuple[Program, ...]:
    """The others, which were asked for because the operator names them."""
    return tuple(_program(row, "custom program", users) for row in rows if row["Name"].lower() not in _APPLICATIONS)


def is_image_name(text: str) -> bool:
    return bool(_PLAIN_IMAGE.fullmatch(text))


def close_command(programs: t.Iterable[t.Mapping[str, t.Any]], *, seconds: int) -> str:
    """A command line that asks for programs to be closed: in words those who have them open, and the programs.

    Only a window of the caller's own session can be closed with taskkill.exe, so on somebody's desktop the words count.
    """
    chosen = list(programs)
    sessions = sorted({program["session"] for program in chosen} - {_NO_DESKTOP})
    text = f"BizTalk Server is going to be updated. Save your work: what is open of it is closed in {seconds} seconds."
    told = [f'msg.exe {session} /time:{max(seconds, 1)} "{text}"' for session in sessions]
    return " & ".join(told + [f"taskkill.exe {_filters(program)}" for program in chosen])


def end_command(programs: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """A command line that ends what is still open of these programs, until one cannot be ended.

    Image and process id together name a program, since Windows gives an id again; what is gone already is no error.
    """
    return " && ".join(f"taskkill.exe /f {_filters(program)}" for program in programs)


def _is_application(row: t.Mapping[str, t.Any]) -> bool:
    image = row["Name"].lower()
    return image in _APPLICATIONS and (image != "mmc.exe" or _CONSOLE_FILE in (row["CommandLine"] or "").lower())


def _program(row: t.Mapping[str, t.Any], name: str, users: t.Mapping[int, str]) -> Program:
    return Program(name, row["Name"], row["ProcessId"], row["SessionId"], users.get(row["ProcessId"], ""))


def _filters(program: t.Mapping[str, t.Any]) -> str:
    return f'/fi "PID eq {program["pid"]:d}" /fi "IMAGENAME eq {_checked(program["image"])}"'


def _checked(image: str) -> str:
    if not is_image_name(image):
        raise ImageNameError(f"{image!r} is not the name of a program, such as Adapter.exe")
    return image
