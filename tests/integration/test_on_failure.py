# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""biztalk_on_failure=rollback: an install fails, and the same run takes the update back."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import CLOSE_APPLICATIONS, record_of, run, states
from tests.lab.invariants import broken
from tests.lab.invariants.history import History
from tests.lab.packages.catalogue import chain_packages
from tests.lab.paths import DEFAULT_TOPOLOGY, SMALL_TOPOLOGY

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.lab import Lab
    from tests.lab.packages.library import Library

ROLLBACK = (*CLOSE_APPLICATIONS, "-e", "biztalk_on_failure=rollback")
FAILING = [{"name": "BTS2", "install": {"exit_codes": [1603]}}]
WITHOUT_SQL = next(spec.kb for spec in chain_packages() if not spec.has_sql)


def taken_back(lab: Lab) -> list[str]:
    """The computers that an uninstall was successful on."""
    history = History(lab.events.events)
    return [event["computer"] for _, event in history.of_kind("uninstall.finished") if event["exit_code"] == 0]


@pytest.mark.long
@pytest.mark.parametrize("topology", [SMALL_TOPOLOGY, DEFAULT_TOPOLOGY])
def test_the_second_computer_fails(open_lab: Callable[..., Lab], topology: Path) -> None:
    with open_lab(topology, computers=FAILING) as lab:
        before = states(lab)

        result = run("patch", lab, *ROLLBACK)

        assert result.returncode != 0
        assert "An install failed, and the update was taken back" in result.stdout
        assert "exit code 1603" in result.stdout
        assert [install.computer for install in History(lab.events.events).installs] == ["BTS1", "BTS2"]
        assert taken_back(lab) == ["BTS1"]
        sets = [
            event["backup_set"] for event in lab.run_events() if event.kind == "backup.set" and event["type"] == "db"
        ]
        # The second one was made after the restore.
        assert len(sets) == 2
        assert record_of(lab)["backup_set"]["id"] == sets[0]
        assert (record_of(lab)["operation"], record_of(lab)["step"]) == ("rollback", "done")
        assert states(lab) == before
        assert lab.instances["SQL1"].damaged() == []
        assert broken(lab.events.events) == {}


@pytest.mark.long
def test_what_ran_since_the_backup_is_not_lost_without_a_word(open_lab: Callable[..., Lab]) -> None:
    # Setup on the first computer starts the services again, which are stopped at once.
    computers = [{"name": "BTS1", "install": {"restarts_services": True}}, *FAILING]
    with open_lab(SMALL_TOPOLOGY, computers=computers) as lab:
        before = states(lab)

        held = run("patch", lab, *ROLLBACK)

        assert held.returncode != 0
        assert "nothing was taken back: what is down stays down" in held.stdout
        assert "on BTS1 ran after the backup set had been made" in held.stdout
        assert taken_back(lab) == []
        assert not [event for event in lab.run_events() if event.kind == "restore.started"]
        run_id = record_of(lab)["id"]
        assert f"biztalk_confirm_restore={run_id}" in held.stdout

        confirmed = run("rollback", lab, "-e", f"biztalk_confirm_restore={run_id}")

        assert confirmed.returncode == 0, confirmed.stdout
        assert taken_back(lab) == ["BTS1"]
        assert states(lab) == before
        assert broken(lab.events.events) == {}


@pytest.mark.long
def test_without_sql_the_uninstall_is_all(open_lab: Callable[..., Lab], chain_library: Library) -> None:
    packages = ("-e", f"{{biztalk_packages: ['{chain_library.downloads(WITHOUT_SQL)}']}}")
    with open_lab(SMALL_TOPOLOGY, packages=chain_library, computers=FAILING) as lab:
        before = states(lab)

        result = run("patch", lab, *ROLLBACK, *packages)

        assert result.returncode != 0
        assert "An install failed, and the update was taken back" in result.stdout
        assert taken_back(lab) == ["BTS1"]
        assert not [event for event in lab.run_events() if event.kind.startswith("restore.")]
        assert record_of(lab)["step"] == "done"
        assert states(lab) == before
        assert broken(lab.events.events) == {}
