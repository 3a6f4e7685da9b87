# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The procedures that the lab has, and how arguments find their parameters."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tests.lab.sqlserver import backup_procedures, job_help, job_procedures, logins, system_procedures
from tests.lab.tds.interface import Reply, SqlServerError

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.runner import Runner

Run = t.Callable[..., t.Iterator[Reply]]
REQUIRED = object()


@dataclass(frozen=True)
class Procedure:
    """`home` is the kind of database that has it; the parameters are in order, with their defaults."""

    name: str
    home: str
    run: Run
    parameters: tuple[tuple[str, t.Any], ...] = ()
    public: bool = False
    schema: str = "dbo"

    def start(self, runner: Runner, arguments: t.Sequence[tuple[str, t.Any]]) -> t.Iterator[Reply]:
        values = self._bound(arguments)
        missing = next((name for name, value in values.items() if value is REQUIRED), None)
        if missing:
            text = f"Procedure or function '{self.name}' expects parameter '@{missing}', which was not supplied."
            raise SqlServerError(201, text, state=4, procedure=self.name)
        yield from self.run(runner, **values)

    def _bound(self, arguments: t.Sequence[tuple[str, t.Any]]) -> dict[str, t.Any]:
        values = dict(self.parameters)
        names = {name.casefold(): name for name in values}
        for place, (name, value) in enumerate(arguments):
            if name:
                if name[1:].casefold() not in names:
                    text = f"@{name[1:]} is not a parameter for procedure {self.name}."
                    raise SqlServerError(8145, text, procedure=self.name)
                values[names[name[1:].casefold()]] = value
            elif place < len(self.parameters):
                values[self.parameters[place][0]] = value
            else:
                text = f"Procedure or function {self.name} has too many arguments specified."
                raise SqlServerError(8144, text, procedure=self.name)
        return values


_ALL = (
    Procedure("sp_who2", "master", system_procedures.sp_who2, (("loginame", None),), public=True),
    Procedure(
        "sp_datatype_info_100",
        "master",
        system_procedures.sp_datatype_info,
        (("data_type", 0), ("ODBCVer", 2)),
        public=True,
    ),
    Procedure(
        "sp_describe_undeclared_parameters",
        "master",
        system_procedures.sp_describe_undeclared_parameters,
        (("tsql", REQUIRED), ("params", None)),
        public=True,
    ),
    Procedure(
        "xp_logininfo",
        "master",
        logins.xp_logininfo,
        (("acctname", None), ("option", None), ("privilege", None)),
        schema="sys",
    ),
    Procedure("sp_ForceFullBackup", "management", backup_procedures.sp_force_full_backup),
    Procedure(
        "sp_SetBackupCompression",
        "management",
        backup_procedures.sp_set_backup_compression,
        (("bCompression", REQUIRED),),
    ),
    Procedure(
        "sp_BackupAllFull_Schedule",
        "management",
        backup_procedures.sp_backup_all_full_schedule,
        (
            ("Frequency", REQUIRED),
            ("MarkName", REQUIRED),
            ("BackupPath", REQUIRED),
            ("ForceFullBackupAfterPartialSetFailure", 0),
            ("BackupHour", None),
            ("UseLocalTime", 0),
        ),
    ),
    Procedure(
        "sp_MarkAll",
        "management",
        backup_procedures.sp_mark_all,
        (("MarkName", REQUIRED), ("BackupPath", REQUIRED), ("UseLocalTime", 0)),
    ),
    Procedure(
        "sp_DeleteBackupHistory",
        "management",
        backup_procedures.sp_delete_backup_history,
        (("DaysToKeep", None), ("UseLocalTime", 0)),
    ),
    Procedure("bts_ManageMessageRefCountLog", "message_box", job_procedures.manage_ref_count_log),
    Procedure(
        "sp_start_job",
        "msdb",
        job_procedures.sp_start_job,
        (("job_name", None), ("job_id", None), ("error_flag", 1), ("server_name", None), ("step_name", None)),
    ),
    Procedure(
        "sp_stop_job",
        "msdb",
        job_procedures.sp_stop_job,
        (("job_name", None), ("job_id", None), ("originating_server", None), ("server_name", None)),
    ),
    Procedure(
        "sp_update_job",
        "msdb",
        job_procedures.sp_update_job,
        (("job_id", None), ("job_name", None), ("new_name", None), ("enabled", None)),
    ),
    Procedure(
        "sp_help_job", "msdb", job_help.sp_help_job, (("job_id", None), ("job_name", None), ("job_aspect", None))
    ),
)
PROCEDURES: dict[str, Procedure] = {procedure.name.casefold(): procedure for procedure in _ALL}
