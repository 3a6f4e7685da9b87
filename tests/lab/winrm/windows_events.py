# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-WinEvent: the newest entries of Windows' event logs, as EventLogRecord has them."""

from __future__ import annotations

import typing as t

from tests.lab.winrm.core_scripts import RefusedError
from tests.lab.winrm.service_control import CmdletError

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.lab.windows.event_log import Entry
    from tests.lab.winrm.streams import Streams

_LOGS = ("system", "application")
_LEVELS = {"Error": 2, "Warning": 3, "Information": 4}


def get_win_event(computer: Computer, parameters: dict[str, t.Any], streams: Streams) -> None:
    """`-LogName` with one or more logs, and `-MaxEvents`, which counts over all of them; newest first."""
    names = parameters.get("logname")
    logs = [str(name) for name in (names if isinstance(names, list) else [names])]
    if any(log.casefold() not in _LOGS for log in logs):
        raise RefusedError(f"the lab has the event logs System and Application only, not {logs}")
    entries = [entry for log in logs for entry in computer.event_logs.newest_first(log)]
    entries.sort(key=lambda entry: entry.record_id, reverse=True)
    if not entries:
        message = "No events were found that match the specified selection criteria."
        streams.fail(CmdletError("NoMatchingEventsFound", message))
    limit = parameters.get("maxevents")
    streams.output += [_record(computer.name, entry) for entry in entries[: int(limit) if limit else None]]


def _record(computer: str, entry: Entry) -> dict[str, t.Any]:
    return {
        "Id": entry.id,
        "Level": _LEVELS[entry.level],
        "LevelDisplayName": entry.level,
        "LogName": entry.log,
        "MachineName": computer,
        "Message": entry.message,
        "ProviderName": entry.provider,
        "RecordId": entry.record_id,
        "TimeCreated": entry.time,
    }
