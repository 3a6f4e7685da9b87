# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that a restore works on, all in order unless a test says otherwise."""

from __future__ import annotations

import contextlib
import typing as t
from datetime import datetime

from ansible_collections.biztalk.patching.plugins.module_utils._agent_job import Job
from ansible_collections.biztalk.patching.plugins.module_utils._backup_set import BackupFile
from ansible_collections.biztalk.patching.plugins.module_utils._group import Database, Group
from ansible_collections.biztalk.patching.plugins.module_utils._restore_media import FileInBackup, Medium
from ansible_collections.biztalk.patching.plugins.module_utils._restore_plan import Target
from ansible_collections.biztalk.patching.plugins.module_utils._restore_set import RestoreSet
from ansible_collections.biztalk.patching.plugins.module_utils._restore_situation import (
    DatabaseState,
    Place,
    PresentFile,
    Situation,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.biztalk.patching.plugins.module_utils._sql import SqlServers
    from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import FakeServers

MANAGEMENT = "BizTalkMgmtDb"
GIB = 1024**3
MOMENT = datetime(2026, 11, 22, 10, 0)
ONLINE = ("ONLINE", "MULTI_USER")


def place(name: str = "SQL1", *databases: str, **changes: t.Any) -> Place:
    states = {one.casefold(): DatabaseState(one, *ONLINE) for one in (databases or (MANAGEMENT, "SSODB"))}
    facts: dict[str, t.Any] = {"version": "15.0.4420.2", "internal_version": 904, "states": states}
    return Place(name, name, **facts | changes)


def backup(database: str, server: str = "SQL1", path: str = "", **changes: t.Any) -> BackupFile:
    return BackupFile(server, database, path or f"D:\\{server}_{database}.bak", "2026-11-22T10:00:00", True, **changes)


def restore_set(*databases: str | BackupFile, **changes: t.Any) -> RestoreSet:
    files = tuple(backup(one) if isinstance(one, str) else one for one in databases or (MANAGEMENT, "SSODB"))
    return RestoreSet(files=files, **{"id": 8, **changes})


def group(*databases: tuple[str, str, str]) -> Group:
    """``databases`` are (server, name, role)."""
    listed = databases or (("SQL1", MANAGEMENT, "management"), ("SQL1", "SSODB", "sso"))
    found = tuple(Database(name, server, server, role, backed_up=True) for server, name, role in listed)
    return Group("Group", "SQL1", MANAGEMENT, "BTS1", (), (), (), found, (), Job("job"), (), ())


def situation(*places: Place, known: Group | None = None, **changes: t.Any) -> Situation:
    listed = places or (place(),)
    values: dict[str, t.Any] = {
        "management": ("sql1", MANAGEMENT.casefold()),
        "group": known or group(),
        "places": {one.name.casefold(): one for one in listed},
    }
    return Situation(**values | changes)


def present(database: str, size: int, path: str = "", volume: str | None = "C:\\", free: int = 10) -> PresentFile:
    """Sizes in GiB."""
    available = None if volume is None else free * GIB
    return PresentFile(database, database, path or f"C:\\Data\\{database}.mdf", size * GIB, volume, available)


def in_backup(database: str, size: int, path: str = "") -> FileInBackup:
    return FileInBackup(database, path or f"C:\\Data\\{database}.mdf", size * GIB)


def medium(database: str, where: Place, *contents: FileInBackup, finished: datetime = MOMENT) -> Medium:
    return Medium(backup(database, where.name), where, finished, contents or (in_backup(database, 1),))


def target(database: str, where: Place | None = None, **changes: t.Any) -> Target:
    where = where or place("SQL1", MANAGEMENT, "SSODB", database)
    values: dict[str, t.Any] = {
        "place": where,
        "database": database,
        "server": where.name,
        "file": f"D:\\{database}.bak",
        "before": DatabaseState(database, *ONLINE),
        "size": GIB,
        "management": database == MANAGEMENT,
    }
    return Target(**values | changes)


def header(database: str = "SSODB", server: str = "SQL1", **changes: t.Any) -> dict[str, t.Any]:
    """A row of RESTORE HEADERONLY."""
    row = {
        "DatabaseName": database,
        "ServerName": server,
        "BackupType": 1,
        "IsDamaged": False,
        "SoftwareVersionMajor": 15,
        "DatabaseVersion": 904,
        "BackupSize": 4096,
        "CompressedBackupSize": 1024,
        "BackupStartDate": MOMENT,
        "BackupFinishDate": MOMENT,
    }
    return row | changes


def connect_to(servers: FakeServers) -> t.Callable[[], contextlib.AbstractContextManager[SqlServers]]:
    @contextlib.contextmanager
    def connect() -> Iterator[SqlServers]:
        yield servers

    return connect
