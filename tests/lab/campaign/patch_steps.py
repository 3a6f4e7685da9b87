# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of patch.yml, in the order in which a run comes to them, on the default group."""

from __future__ import annotations

from tests.lab.campaign import faults
from tests.lab.campaign.moment import Moment
from tests.lab.campaign.steps import KINDS, Step

_KILLED, _WINRM, _SQL, _SERVER, _COMPUTER, _FAILS, _HANGS = KINDS
_NO_SQL = {_SQL: "the run has no connection to SQL Server in it", _SERVER: "no SQL Server has anything to do with it"}
_NO_WINRM = {_WINRM: "no computer is asked anything in it"}
_ONCE = {_HANGS: "nothing in it waits: whoever gives up kills the controller"}
_BOUNDARY = {_FAILS: "it does nothing by itself", _HANGS: "it does nothing by itself"}


def _as_at(step: str, *kinds: str) -> dict[str, str]:
    """Strikes that find the run in the state in which they find it at another step."""
    return dict.fromkeys(kinds, f"as at: {step}")


def _record(computer: str, turn: int) -> Moment:
    """The `turn`-th time that the record is written on a computer."""
    return Moment("file.written", {"computer": computer, "path": r"*\run-?.json"}, turn)


def _install(kind: str, computer: str) -> Moment:
    return Moment(f"install.{kind}", {"computer": computer})


_AGENT = {"role": "agent"}
_OF_BIZTALK = {"computer": "BTS*"}
_RUN_LOGIN = {"login": "patching"}

PATCH_STEPS = (
    Step(
        "look at the computers",
        Moment("remote.task", {"computer": "BTS2", "module": "win_whoami"}),
        fails=faults.task_fails("BTS2", "win_service_info"),
        without=_NO_SQL
        | _ONCE
        | _as_at("stage the package", _KILLED)
        | _as_at("claim the group and begin the record", _WINRM)
        | _as_at("stop, in the middle", _COMPUTER),
    ),
    Step(
        "read the group",
        Moment("session.opened", _RUN_LOGIN, 2),
        without=_NO_WINRM
        | _ONCE
        | _as_at("stage the package", _KILLED)
        | _as_at("stop, in the middle", _COMPUTER)
        | {_FAILS: "as when SQL Server is restarted"},
    ),
    Step(
        "stage the package",
        Moment("file.written", {"computer": "BTS2", "path": "*.exe"}),
        fails=faults.task_fails("BTS2", "win_copy"),
        without=_NO_SQL
        | _ONCE
        | _as_at("claim the group and begin the record", _WINRM)
        | _as_at("stop, in the middle", _COMPUTER),
    ),
    Step(
        "claim the group and begin the record",
        Moment("file.written", {"path": r"*\run.lock"}),
        computer="BTS1",
        armed=Moment("file.written", {"path": r"*\run.lock"}),
        fails=faults.task_fails("BTS2", "win_powershell"),
        without=_NO_SQL | _ONCE | _as_at("stop, in the middle", _COMPUTER),
    ),
    Step(
        "close programs",
        Moment("process.ended", {"image": "mmc.exe"}),
        without=_NO_SQL | _BOUNDARY | _as_at("stop, in the middle", _WINRM, _COMPUTER),
    ),
    Step(
        "stop, in the middle",
        Moment("service.stopped", _OF_BIZTALK, 4),
        computer="BTS1",
        armed=Moment("process.ended", {"image": "mmc.exe"}),
        hangs=faults.service_hangs("BTS2", "BTSSvc$ProcessingHost", "stop"),
        without=_NO_SQL | {_FAILS: "as when it hangs"},
    ),
    Step(
        "all is stopped",
        Moment("service.stopped", _OF_BIZTALK, 16),
        without=_NO_SQL | _BOUNDARY | _as_at("stop, in the middle", _WINRM, _COMPUTER),
    ),
    Step(
        "force the full backup",
        Moment("backup.forced"),
        computer="BTS1",
        without=_NO_WINRM
        | _BOUNDARY
        | _as_at("back up, in the middle", _SQL, _SERVER, _COMPUTER)
        | _as_at("back up, in the middle", _KILLED),
    ),
    Step(
        "back up, in the middle",
        Moment("backup.database", {"type": "db"}, 3),
        computer="BTS3",
        fails=faults.sql_fails("SQL1", "backup_fails", database="BizTalkMsgBoxDb"),
        hangs=faults.sql_fails("SQL1", "backup_slow", database="BizTalkDTADb", seconds=20.0),
        without=_NO_WINRM,
    ),
    Step(
        "verify the backup",
        Moment("backup.verified", turn=3),
        fails=faults.sql_fails("SQL1", "backup_file_damaged", database="BizTalkMsgBoxDb"),
        without=_NO_WINRM
        | _ONCE
        | _as_at("back up, in the middle", _SERVER, _COMPUTER)
        | _as_at("back up, in the middle", _SQL),
    ),
    Step(
        "stop SQL Server Agent",
        Moment("service.stopped", _AGENT),
        computer="SQL1",
        armed=Moment("backup.set", {"type": "db"}),
        hangs=faults.service_hangs("SQL1", "SQLSERVERAGENT", "stop"),
        without={_SQL: _NO_SQL[_SQL]}
        | _as_at("see that the databases are idle", _SERVER)
        | {_FAILS: "as when it hangs"},
    ),
    Step(
        "see that the databases are idle",
        Moment("sql.who"),
        computer="BTS1",
        hangs=faults.database_in_use("SQL1", "BizTalkMsgBoxDb"),
        without=_NO_WINRM
        | _as_at("record the backup set", _KILLED)
        | _as_at("back up, in the middle", _SQL)
        | {_FAILS: "as when it hangs"},
    ),
    Step(
        "record the backup set",
        _record("BTS2", 2),
        without=_NO_SQL
        | _ONCE
        | _as_at("see that the databases are idle", _COMPUTER)
        | {_FAILS: "as when the computer does not answer"},
    ),
    Step(
        "first install, before its scripts",
        _install("started", "BTS1"),
        computer="BTS1",
        fails=faults.installer_fails("BTS1", 1603),
        hangs=faults.installer_hangs("BTS1"),
        without={_SQL: _NO_SQL[_SQL]} | _as_at("first install, in its scripts", _KILLED),
    ),
    Step(
        "first install, in its scripts",
        _install("script", "BTS1"),
        computer="BTS1",
        without=_NO_SQL
        | _BOUNDARY
        | _as_at("first install, before its scripts", _WINRM, _SERVER)
        | _as_at("first install, before its scripts", _COMPUTER),
    ),
    Step(
        "first install has ended",
        _install("finished", "BTS1"),
        computer="BTS1",
        armed=_install("finished", "BTS1"),
        fails=faults.task_fails("BTS1", "win_powershell"),
        without=_NO_SQL | _ONCE | _as_at("first install is recorded", _COMPUTER),
    ),
    Step(
        "first install is recorded",
        _record("BTS1", 4),
        computer="BTS1",
        without=_NO_SQL | _BOUNDARY,
    ),
    Step(
        "second install, before its scripts",
        _install("started", "BTS2"),
        computer="BTS3",
        fails=faults.installer_fails("BTS2", 1603),
        hangs=faults.installer_hangs("BTS2"),
        without=_NO_SQL
        | _as_at("first install, before its scripts", _WINRM, _SERVER, _HANGS)
        | _as_at("first install, in its scripts", _KILLED),
    ),
    Step(
        "second install has ended",
        _install("finished", "BTS2"),
        computer="BTS1",
        armed=_install("finished", "BTS2"),
        fails=faults.task_fails("BTS2", "slurp"),
        without=_NO_SQL
        | _ONCE
        | _as_at("first install has ended", _WINRM)
        | _as_at("first install has ended", _KILLED)
        | _as_at("first install is recorded", _COMPUTER),
    ),
    Step(
        "last install, in its scripts",
        _install("script", "BTS3"),
        computer="BTS3",
        without=_NO_SQL
        | _as_at("first install, before its scripts", _WINRM, _SERVER, _FAILS)
        | _as_at("first install, in its scripts", _KILLED)
        | _as_at("first install, before its scripts", _HANGS),
    ),
    Step(
        "last install has ended",
        _install("finished", "BTS3"),
        computer="BTS3",
        without=_NO_SQL | _BOUNDARY | _as_at("first install has ended", _WINRM),
    ),
    Step(
        "start SQL Server Agent",
        Moment("service.start_requested", _AGENT),
        computer="SQL1",
        armed=_record("BTS3", 4),
        hangs=faults.service_hangs("SQL1", "SQLSERVERAGENT", "start"),
        without=_NO_SQL | _as_at("stop SQL Server Agent", _WINRM) | {_FAILS: "as when it hangs"},
    ),
    Step(
        "start, in the middle",
        Moment("service.started", _OF_BIZTALK, 4),
        fails=faults.service_fails_to_start("BTS2", "BTSSvc$ProcessingHost"),
        hangs=faults.service_hangs("BTS2", "BTSSvc$ProcessingHost", "start"),
        without=_NO_SQL,
    ),
    Step(
        "all is started",
        Moment("service.started", _OF_BIZTALK, 16),
        computer="BTS1",
        without=_NO_SQL | _BOUNDARY | _as_at("close the record", _KILLED),
    ),
    Step(
        "give up the claim",
        Moment("file.removed", {"path": r"*\run.lock"}),
        armed=Moment("service.started", _OF_BIZTALK, 16),
        fails=faults.task_fails("BTS1", "win_powershell"),
        without=_NO_SQL | _ONCE | _as_at("all is started", _WINRM, _COMPUTER),
    ),
    Step(
        "close the record",
        _record("BTS1", 5),
        computer="BTS1",
        armed=Moment("service.started", _OF_BIZTALK, 16),
        fails=faults.task_fails("BTS3", "win_powershell"),
        without=_NO_SQL | _ONCE | _as_at("all is started", _WINRM, _COMPUTER),
    ),
    Step(
        "clean up",
        Moment("file.removed", {"computer": "BTS2", "path": "*.exe"}),
        armed=Moment("file.removed", {"path": r"*\run.lock"}),
        fails=faults.task_fails("BTS2", "win_file"),
        without=_NO_SQL | _ONCE | _as_at("close the record", _KILLED) | _as_at("all is started", _WINRM, _COMPUTER),
    ),
)
