# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a topology file says about SQL Server: instances, databases, logins, the backup job, faults."""

from __future__ import annotations

import typing as t

from tests.lab.strict import dataclass


@dataclass(frozen=True)
class Database:
    name: str
    role: t.Literal["management", "message_box", "tracking", "rule_engine", "sso", "bam", "other"]
    backed_up_as_other: bool = False
    # Under which name of its instance the group knows it: another alias, the FQDN, a listener.
    known_as: str | None = None
    size_mb: int = 64


@dataclass(frozen=True)
class EarlierSet:
    """A set that the job took before. `lacks` names the databases without a row, `lost` those whose file is gone."""

    id: int
    type: t.Literal["db", "lg"]
    complete: bool = True
    lacks: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


EARLIER_SETS = (EarlierSet(41, "db"), EarlierSet(42, "lg"), EarlierSet(43, "lg"))


@dataclass(frozen=True)
class BackupJob:
    """The job *Backup BizTalk Server*; a path of None is the unconfigured `<destination path>`.

    `local_time` is the parameter `@UseLocalTime` of its procedures. `earlier_sets` are in the order of their making.
    """

    exists: bool = True
    enabled: bool = False
    path: str | None = None
    local_time: bool = False
    earlier_sets: tuple[EarlierSet, ...] = EARLIER_SETS


@dataclass(frozen=True)
class SqlLogin:
    """A login of SQL Server's own.

    `permissions` are those on the server. `databases` maps a database to the roles and permissions of its user there;
    into other databases than the system's it does not get. Without it, it is a user of each one, with no rights.
    """

    name: str
    password: str
    sysadmin: bool = False
    disabled: bool = False
    permissions: tuple[str, ...] = ()
    databases: dict[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class WindowsLogin:
    """A login of a Windows group or account, as CREATE LOGIN ... FROM WINDOWS makes it."""

    name: str
    sysadmin: bool = False


FaultKind = t.Literal[
    "backup_fails",
    "backup_slow",
    "backup_file_lost",
    "backup_file_damaged",
    "restore_fails",
    "slot_taken",
    "step_fails",
    "job_busy",
    "deadlock",
    "dropped_connection",
    "fail_over",
]


@dataclass(frozen=True)
class SqlFault:
    """Something that goes wrong in a SQL Server; `docs/lab.md` tells what each kind does.

    It happens for the first `times` occasions (0: every one) after `skip` ones that go well. `database` and `job`
    narrow the occasions down, `statement` to those that contain this text.
    """

    kind: FaultKind
    database: str | None = None
    job: str | None = None
    step: str | None = None
    statement: str | None = None
    times: int = 1
    skip: int = 0
    seconds: float = 0.0
    refusals: int = 0


@dataclass(frozen=True)
class SqlServer:
    """A SQL Server instance: `name` is `COMPUTER` or `COMPUTER\\INSTANCE`.

    `aliases` are further names under which computers reach it. Its clock is `utc_offset` hours ahead of UTC.
    `version` 2022 knows `Encrypt=strict`, 2019 does not.
    """

    name: str
    computer: str
    databases: tuple[Database, ...]
    backup_job: BackupJob | None = None
    logins: tuple[SqlLogin, ...] = ()
    agent_running: bool = True
    aliases: tuple[str, ...] = ()
    windows_logins: tuple[WindowsLogin, ...] = ()
    utc_offset: float = 0.0
    version: t.Literal[2019, 2022] = 2019
    faults: tuple[SqlFault, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.name, *self.aliases


@dataclass(frozen=True)
class AvailabilityGroup:
    """An Always On availability group. The first of `replicas` begins as the primary; it hosts the databases.

    Without `databases` it is all of them. The jobs exist on every replica, guarded as Microsoft tells to do it.
    """

    name: str
    listener: str
    replicas: tuple[str, ...]
    databases: tuple[str, ...] = ()
    readable: t.Literal["NO", "READ_ONLY", "ALL"] = "NO"
    backup_preference: t.Literal["primary", "secondary_only", "secondary", "none"] = "primary"
