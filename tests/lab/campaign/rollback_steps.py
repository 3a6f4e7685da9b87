# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of rollback.yml after a whole run of patch.yml: an update with SQL, so all databases are restored."""

from __future__ import annotations

from tests.lab.campaign import faults
from tests.lab.campaign.moment import Moment
from tests.lab.campaign.steps import KINDS, Step

_KILLED, _WINRM, _SQL, _SERVER, _COMPUTER, _FAILS, _HANGS = KINDS
_NO_SQL = {_SQL: "the run has no connection to SQL Server in it", _SERVER: "no SQL Server has anything to do with it"}
_NO_WINRM = {_WINRM: "no computer is asked anything in it"}
_ONCE = {_HANGS: "nothing in it waits: whoever gives up kills the controller"}
_BOUNDARY = {_FAILS: "it does nothing by itself", _HANGS: "it does nothing by itself"}
_AS_PATCH = dict.fromkeys(KINDS, "the same role and the same state as in patch.yml")


def _as_at(step: str, *kinds: str) -> dict[str, str]:
    """Strikes that find the run in the state in which they find it at another step."""
    return dict.fromkeys(kinds, f"as at: {step}")


def _as_in_patch(*kinds: str) -> dict[str, str]:
    return {kind: _AS_PATCH[kind] for kind in kinds}


_OF_BIZTALK = {"computer": "BTS*"}

ROLLBACK_STEPS = (
    Step(
        "stop, in the middle",
        Moment("service.stopped", _OF_BIZTALK, 4),
        computer="BTS1",
        without=_NO_SQL | _as_in_patch(_COMPUTER, _FAILS) | _as_in_patch(_HANGS),
    ),
    Step(
        "stop Enterprise SSO",
        Moment("service.stopped", {"role": "sso"}),
        computer="BTS2",
        hangs=faults.service_hangs("BTS2", "ENTSSO", "stop"),
        without=_NO_SQL
        | _as_at("stop, in the middle", _WINRM, _KILLED)
        | {_FAILS: "as when it hangs"}
        | _as_at("first uninstall", _COMPUTER),
    ),
    Step(
        "first uninstall",
        Moment("uninstall.started"),
        computer="BTS1",
        fails=faults.uninstall_fails("BTS1", 1603),
        without=_NO_SQL | _ONCE | _as_at("second uninstall has ended", _WINRM),
    ),
    Step(
        "second uninstall has ended",
        Moment("uninstall.finished", turn=2),
        computer="BTS1",
        without=_NO_SQL | _BOUNDARY | _as_at("first uninstall", _COMPUTER),
    ),
    Step(
        "restore, in the middle",
        Moment("restore.started", turn=4),
        computer="BTS2",
        fails=faults.sql_fails("SQL1", "restore_fails", database="BizTalkMsgBoxDb"),
        without=_NO_WINRM | _ONCE,
    ),
    Step(
        "recover the databases",
        Moment("restore.database", {"recovered": "True"}, 3),
        without=_NO_WINRM
        | _as_at("restore, in the middle", _COMPUTER, _FAILS)
        | _ONCE
        | _as_at("restore, in the middle", _SQL, _SERVER),
    ),
    Step(
        "start Enterprise SSO",
        Moment("service.started", {"role": "sso"}),
        computer="BTS1",
        without=_NO_SQL
        | _as_at("start, in the middle", _WINRM)
        | {_FAILS: "as when it hangs"}
        | {_HANGS: "as when the computer is restarted"},
    ),
    Step(
        "start, in the middle",
        Moment("service.started", {"computer": "BTS*", "role": "host_instance"}, 2),
        computer="BTS2",
        without=_NO_SQL | _as_in_patch(_COMPUTER, _FAILS, _HANGS) | _as_at("start Enterprise SSO", _KILLED),
    ),
    Step(
        "force the new full backup",
        Moment("backup.forced"),
        computer="BTS1",
        without=_NO_WINRM | _as_in_patch(_COMPUTER) | _BOUNDARY | {_SQL: "as when SQL Server is restarted"},
    ),
)
