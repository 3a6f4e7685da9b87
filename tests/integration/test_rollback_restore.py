# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates with SQL go back with a restore of all databases, on each of their instances, also by a second run."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, chain_of, record_of, run, states
from tests.lab.campaign.faults import service_hangs
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.inventory import DEFAULT_UPDATE
from tests.lab.packages.catalogue import chain_packages
from tests.lab.paths import SINGLE_TOPOLOGY, TOPOLOGIES

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab
    from tests.lab.packages.library import Library

# Installed by hand; the set is the one that the backup job made before the lab began, of which only the id is given.
BY_HAND = [{"name": name, "updates": [DEFAULT_UPDATE]} for name in ("BTS1", "BTS2")]
NAMED = ("-e", f"{{biztalk_rollback_kb: ['{DEFAULT_UPDATE}'], biztalk_rollback_backup_set: {{id: 41}}}}")
CONFIRMED = ("-e", f"biztalk_confirm_restore=KB{DEFAULT_UPDATE}")


@pytest.mark.long
def test_the_management_database_is_left_restoring(open_lab: Callable[..., Lab]) -> None:
    with open_lab(TOPOLOGIES / "two-instances.yml", computers=BY_HAND) as lab:
        before = states(lab)
        lab.instances["SQL1"].faults.add("restore_fails", database="BizTalkMgmtDb")

        failed = run("rollback", lab, *NAMED, *CONFIRMED)

        assert failed.returncode != 0
        assert "RESTORING" in failed.stdout
        assert record_of(lab)["step"] == "restoring"
        assert lab.instances["SQL1"].state_of("BizTalkMgmtDb").state == "RESTORING"
        since = len(lab.events.events)

        again = run("rollback", lab, *NAMED, *CONFIRMED)

        assert again.returncode == 0, again.stdout
        events = lab.events.events[since:]
        assert not [event for event in events if event.kind == "uninstall.started"]
        assert {event["instance"] for event in events if event.kind == "restore.database"} == {"SQL1", "SQL2"}
        assert record_of(lab)["step"] == "done"
        assert states(lab) == before
        assert broken(lab.events.events) == {}


@pytest.mark.long
def test_enterprise_sso_that_hangs_in_its_start_keeps_nobody_waiting(open_lab: Callable[..., Lab]) -> None:
    with open_lab(SINGLE_TOPOLOGY, computers=BY_HAND[:1]) as lab:
        before = states(lab)
        hanging = service_hangs("BTS1", "ENTSSO", "start")
        hanging.arm(lab)

        stuck = run("rollback", lab, *CLOSE_APPLICATIONS, *NAMED, *CONFIRMED)

        assert stuck.returncode != 0
        assert "'Start Enterprise SSO on the master secret server' did not succeed on bts1 within 15 s" in stuck.stdout
        assert record_of(lab)["step"] == "restored"
        hanging.mend(lab)

        again = run("rollback", lab, *CLOSE_APPLICATIONS, *NAMED, *CONFIRMED)

        assert again.returncode == 0, again.stdout
        assert record_of(lab)["step"] == "done"
        assert states(lab) == before
        assert broken(lab.events.events) == {}


@pytest.mark.long
def test_a_chain_with_sql_goes_back_in_reverse_order(open_lab: Callable[..., Lab], chain_library: Library) -> None:
    numbers = [spec.kb for spec in chain_packages()]
    with open_lab(SINGLE_TOPOLOGY, packages=chain_library) as lab:
        before = states(lab)
        patched = run("patch", lab, *CLOSE_APPLICATIONS, *chain_of(chain_library, numbers))
        assert patched.returncode == 0, patched.stdout
        installed = len(lab.events.events)

        result = run("rollback", lab, "-e", f"biztalk_confirm_restore={record_of(lab)['id']}")

        assert result.returncode == 0, result.stdout
        history = History(lab.events.events)
        assert [event["kb"] for _, event in history.of_kind("uninstall.finished")] == list(reversed(numbers))
        assert max(history.positions("uninstall.finished")) < min(history.positions("restore.started"))
        restored = {event["database"] for event in lab.events.events[installed:] if event.kind == "restore.database"}
        assert restored == set(lab.instances["SQL1"].biztalk_databases)
        assert states(lab) == before
        assert broken(lab.events.events) == {}
