# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the rollback that patch.yml makes by itself with biztalk_on_failure=rollback.

It is that of rollback.yml, so only those are struck that hand over from the one to the other, and back.
"""

from __future__ import annotations

from tests.lab.campaign import faults
from tests.lab.campaign.moment import Moment
from tests.lab.campaign.steps import KINDS, Step

_KILLED, _WINRM, _SQL, _SERVER, _COMPUTER, _FAILS, _HANGS = KINDS
_SAME = "the same role and the same state as in rollback.yml"

ON_FAILURE_STEPS = (
    Step(
        "uninstall",
        Moment("uninstall.started"),
        computer="BTS1",
        fails=faults.uninstall_fails("BTS1", 1603),
        without=dict.fromkeys((_WINRM, _SQL, _SERVER, _COMPUTER, _HANGS), _SAME),
    ),
    Step(
        "restore, in the middle",
        Moment("restore.started", turn=4),
        without=dict.fromkeys((_WINRM, _SERVER, _COMPUTER, _FAILS, _HANGS), _SAME),
    ),
)
