# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the databases, and the room on the volumes where they lie."""

from __future__ import annotations

import typing as t

from tests.lab.sqlserver.restore import DatabaseFile, files_of

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance
    from tests.lab.sqlserver.runner import Runner

PAGE = 8192
TOTAL, FREE = 500 * 1024**3, 100 * 1024**3
Rows = t.Iterator[tuple[t.Any, ...]]


def files(instance: SqlServerInstance, runner: Runner) -> Rows:
    for name, number in instance.database_numbers().items():
        for file in _files(instance, name):
            kind = (0, "ROWS") if file.kind == "D" else (1, "LOG")
            yield (number, file.number, *kind, file.logical, file.path, 0, "ONLINE", file.size // PAGE, -1, 8192)


def volumes(instance: SqlServerInstance, runner: Runner) -> Rows:
    for name, number in instance.database_numbers().items():
        for file in _files(instance, name):
            drive = file.path[:3]
            identity = f"\\\\?\\Volume{{{instance.service_name}-{drive[0]}}}\\"
            yield (number, file.number, drive, identity, "Data", "NTFS", TOTAL, FREE)


def _files(instance: SqlServerInstance, database: str) -> tuple[DatabaseFile, DatabaseFile]:
    return files_of(database, instance.state_of(database).folder, instance.size_of(database))
