# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether something is being installed on a computer right now: Windows Installer does one thing at a time."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

    _Row = t.Mapping[str, t.Any]

_SERVICE, _INSTALLER = "msiserver", "msiexec.exe"
_UPDATE = re.compile(r"KB\d{6,8}", re.IGNORECASE)
_BIZTALK_UPDATE = re.compile(r"(BTS|BizTalk).*KB\d{6,8}", re.IGNORECASE)


@dataclass(frozen=True)
class RunningSetup:
    """A process that installs something; `biztalk` tells whether it is an update of BizTalk Server."""

    image: str
    pid: int
    session: int
    biztalk: bool

    @classmethod
    def among(cls, processes: t.Iterable[_Row], services: t.Iterable[_Row]) -> tuple[RunningSetup, ...]:
        """Choose from rows of `Win32_Process`, given the services as `win_service_info` reports them."""
        # Windows Installer's service stays for some minutes after its last work: its own process means nothing.
        idle = {service["process_id"] for service in services if service["name"].casefold() == _SERVICE}
        return tuple(
            cls(row["Name"], row["ProcessId"], row["SessionId"], biztalk=bool(_BIZTALK_UPDATE.match(row["Name"])))
            for row in processes
            if installs(row) and row["ProcessId"] not in idle
        )


def installs(row: _Row) -> bool:
    """Whether a process is Windows Installer, or the download of an update, whose name has the KB number."""
    return row["Name"].casefold() == _INSTALLER or bool(_UPDATE.search(row["Name"]))


def check_busy(snapshot: Snapshot) -> t.Iterator[Finding]:
    """An install that comes too early ends with exit code 1618 and is tried again, but not beside another update."""
    for setup in snapshot.running_setups:
        running = f"{setup.image} (process {setup.pid}, session {setup.session}) runs"
        if setup.biztalk:
            yield Finding(
                "fail",
                snapshot.name,
                f"{running}: an update of BizTalk Server is being installed. Wait until it has ended, then look again",
                "R16",
            )
        else:
            yield Finding(
                "warn",
                snapshot.name,
                f"{running}, so something may be being installed. See that it has ended before the maintenance window: "
                "the update waits for it biztalk_install_busy_retries times only",
            )
