# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking back an update that somebody installed by hand: the operator names it, and the backup set from before."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import changes, run, states
from tests.lab.invariants import broken
from tests.lab.inventory import DEFAULT_UPDATE
from tests.lab.paths import SINGLE_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

NAMED = ("-e", f"{{biztalk_rollback_kb: ['{DEFAULT_UPDATE}']}}")
# The full set that the backup job made before the lab began.
SET = ("-e", "{biztalk_rollback_backup_set: {id: 41}}")
CONFIRMED = ("-e", f"biztalk_confirm_restore=KB{DEFAULT_UPDATE}")


@pytest.mark.long
def test_an_update_without_a_record(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=[{"name": "BTS1", "updates": [DEFAULT_UPDATE]}]) as lab:
        before = states(lab)

        refused = run("rollback", lab, *NAMED, *CONFIRMED)

        assert refused.returncode != 0
        assert "name the one from before the update in biztalk_rollback_backup_set" in refused.stdout
        assert changes(lab.run_events()) == []

        sessions = lab.instances["SQL1"].sessions
        nosy = lab.instances["SQL1"].open_session(
            host="MON1", program="Nosy Monitor", login=r"LAB\alice", database="BizTalkMsgBoxDb"
        )
        busy = run("rollback", lab, *NAMED, *SET, *CONFIRMED, "-e", "biztalk_idle_timeout=2")

        assert busy.returncode != 0
        assert "Nothing was uninstalled, and everything that ran before runs again" in busy.stdout
        assert states(lab) == before

        sessions.close(nosy)
        result = run("rollback", lab, *NAMED, *SET, *CONFIRMED)

        assert result.returncode == 0, result.stdout
        kinds = [event.kind for event in lab.run_events()]
        assert kinds.index("uninstall.finished") < kinds.index("restore.started")
        assert lab.world.computers["BTS1"].installer.updates.level == (3, 13, 717, 0)
        assert states(lab) == before
        assert broken(lab.events.events) == {}
