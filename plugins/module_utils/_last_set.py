# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last full backup set of the job: how old it is and how long it took, which is what the next one will take."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import full_sets
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import BackupFile
    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServer

UNKNOWN_ZONE: t.Final = 127
Times = tuple[datetime, datetime]


def last_full_set(management: SqlServer, connect: t.Callable[[str], SqlServer]) -> dict[str, t.Any] | None:
    """None before the first one. Its times are None where not every instance remembers its files."""
    found = full_sets(management.query(_tsql.LAST_FULL_SET))
    if not found:
        return None
    newest = found[-1]
    times = [_times(file, connect) for file in newest.files]
    known = [one for one in times if one]
    complete = len(known) == len(times)
    finished = max(end for _begin, end in known) if complete else None
    return {
        "id": newest.id,
        "finished": finished.isoformat(timespec="seconds") if finished else None,
        "seconds": (finished - min(begin for begin, _end in known)).total_seconds() if finished else None,
        "complete": newest.complete,
    }


def _times(file: BackupFile, connect: t.Callable[[str], SqlServer]) -> Times | None:
    """Begin and end in UTC, from the instance that wrote the file; adm_BackupHistory may have UTC or local time."""
    try:
        rows = connect(file.server).query(_tsql.BACKUP_TIMES, file.database, file.path)
    except SqlError:
        return None
    if not rows or rows[0]["time_zone"] in (None, UNKNOWN_ZONE):
        return None
    zone = timezone(timedelta(minutes=15 * int(rows[0]["time_zone"])))
    begin, end = (rows[0][name].replace(tzinfo=zone).astimezone(timezone.utc) for name in ("started", "finished"))
    return begin, end
