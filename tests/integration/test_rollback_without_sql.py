# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking back updates without SQL: uninstalled in reverse order, and no database is touched."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, chain_of, changes, record_of, run, states
from tests.lab.campaign.moment import Moment, Trigger
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.packages.catalogue import chain_packages
from tests.lab.paths import SINGLE_TOPOLOGY, SMALL_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab
    from tests.lab.packages.library import Library

# Those of the chain that have no SQL.
NUMBERS = [spec.kb for spec in chain_packages() if not spec.has_sql]
DATABASE_ROLES = ("agent", "sso")
BY_HAND = [{"name": name, "updates": [NUMBERS[0]]} for name in ("BTS1", "BTS2")]
NAMED = ("-e", f"{{biztalk_rollback_kb: ['{NUMBERS[0]}'], biztalk_assume_sql: 'no'}}")


@pytest.mark.long
def test_a_chain_goes_back_in_reverse_order(open_lab: Callable[..., Lab], chain_library: Library) -> None:
    with open_lab(SINGLE_TOPOLOGY, packages=chain_library) as lab:
        before = states(lab)
        patched = run("patch", lab, *CLOSE_APPLICATIONS, *chain_of(chain_library, NUMBERS))
        assert patched.returncode == 0, patched.stdout
        since = len(lab.events.events)

        preview = run("rollback", lab, "--check")

        assert preview.returncode == 0, preview.stdout
        assert "BTS1: uninstall Microsoft BizTalk Server 2020 Hotfix [KB 90000004]" in preview.stdout
        assert changes(lab.events.events[since:]) == []

        result = run("rollback", lab)

        assert result.returncode == 0, result.stdout
        done = [event["kb"] for _, event in History(lab.events.events).of_kind("uninstall.finished")]
        assert done == list(reversed(NUMBERS))
        events = lab.events.events[since:]
        assert not [event for event in events if event.kind.startswith(("restore.", "backup."))]
        stopped = [event for event in events if event.kind == "service.stop_requested"]
        assert not [event for event in stopped if event["role"] in DATABASE_ROLES]
        assert states(lab) == before
        assert broken(lab.events.events) == {}


@pytest.mark.long
def test_a_computer_that_gets_lost_before_the_first_uninstall_is_started_by_the_next_run(
    open_lab: Callable[..., Lab], chain_library: Library
) -> None:
    with open_lab(SMALL_TOPOLOGY, packages=chain_library, computers=BY_HAND) as lab:
        before = states(lab)
        endpoint = lab.winrm["BTS2"]
        Trigger(lab.events, Moment("service.stopped", {"computer": "BTS2"}), endpoint.cut_off)
        lost = run("rollback", lab, *NAMED, *CLOSE_APPLICATIONS)

        assert lost.returncode != 0
        assert "Nothing was uninstalled, and what ran before runs again, except on bts2" in lost.stdout
        assert (record_of(lab)["operation"], record_of(lab)["step"]) == ("rollback", "uninstalling")
        assert not [event for event in lab.run_events() if event.kind == "uninstall.started"]

        endpoint.come_back()
        again = run("rollback", lab, *NAMED, *CLOSE_APPLICATIONS)

        assert again.returncode == 0, again.stdout
        done = [event["computer"] for _, event in History(lab.events.events).of_kind("uninstall.finished")]
        assert done == ["BTS1", "BTS2"]
        assert record_of(lab)["step"] == "done"
        assert states(lab) == before
        assert broken(lab.events.events) == {}
