# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.biztalk.patching.plugins.module_utils._record import parse, serialise
from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import advance, begin, with_computer
from ansible_collections.biztalk.patching.tests.unit.plugins.records import (
    GROUP,
    LATER,
    NOW,
    OWNER,
    package,
    plan,
    record,
)

INSTALL = {"kb": "5009901", "exit_code": 0, "entries": ["KB5009901"], "finished": LATER}


def test_a_record_begins_with_what_ran_before() -> None:
    begun = begin(plan(), group=GROUP, packages=[package(), package(kb="5010000")], owner=OWNER, now=NOW)
    assert (begun["id"], begun["sequence"], begun["step"]) == ("20261122T013000Z-KB5009901-5010000", 1, "prepared")
    assert (begun["operation"], begun["mode"], begun["started"], begun["updated"]) == ("patch", "outage", NOW, NOW)
    first = begun["computers"][0]
    assert (first["host"], first["name"], first["services"]) == ("bts1", "BTS1", ["BTSSvc$A"])
    assert (first["start_modes"], first["installs"]) == ({"BTSSvc$A": "auto", "BTSSvc$B": "manual"}, [])
    assert first["plan"] == {"updates": [{"kb": "5009901"}], "app_pools": [], "clustered": []}
    assert begun["agents"][0]["running"]
    assert begun["packages"][0].keys() == {"kb", "file_name", "sha256", "title", "has_sql"}
    assert parse(serialise(begun)) == begun


def test_a_step_makes_a_newer_record_with_its_own_next_action() -> None:
    backed_up = advance(record(), now=LATER, step="backed_up", backup_set={"id": 44})
    installing = advance(backed_up, now=LATER, step="installing")
    assert (backed_up["sequence"], backed_up["backup_set"], backed_up["updated"]) == (2, {"id": 44}, LATER)
    assert (installing["backup_set"], installing["owner"]) == ({"id": 44}, OWNER)
    assert installing["next"].startswith("Start nothing by hand.")
    assert record()["sequence"] == 1


def test_a_run_is_taken_over() -> None:
    other = {**OWNER, "pid": 9}
    taken = advance(record(), now=LATER, owner=other, operation="rollback", step="uninstalling")
    assert (taken["owner"], taken["operation"], taken["id"]) == (other, "rollback", record()["id"])


def test_what_was_installed_comes_to_its_computer() -> None:
    changed = with_computer(with_computer(record(), "bts2", installs=[INSTALL]), "bts2", uninstalled=["5009901"])
    assert [computer["installs"] for computer in changed["computers"]] == [[], [INSTALL]]
    assert [computer["uninstalled"] for computer in changed["computers"]] == [[], ["5009901"]]
    assert parse(serialise(changed)) == changed
