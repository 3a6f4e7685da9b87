# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""patch.yml against groups of other shapes: the rules hold there too, or the run is refused before anything stops."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from tests.integration.runs import CLOSE_APPLICATIONS, changes, run, states
from tests.lab.invariants import broken
from tests.lab.paths import TOPOLOGIES

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab


@pytest.mark.long
@pytest.mark.parametrize("name", ["named-instance", "two-instances"])
def test_a_group_on_other_sql_servers_is_patched(open_lab: Callable[..., Lab], name: str) -> None:
    with open_lab(TOPOLOGIES / f"{name}.yml") as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode == 0, result.stdout
        assert broken(lab.events.events) == {}
        assert states(lab) == before


@pytest.mark.long
def test_sql_server_agent_is_stopped_on_all_replicas_of_an_availability_group(open_lab: Callable[..., Lab]) -> None:
    with open_lab(TOPOLOGIES / "availability-group.yml") as lab:
        before = states(lab)
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode == 0, result.stdout
        assert broken(lab.events.events) == {}
        assert states(lab) == before
        agents = [event for event in lab.run_events() if event.fields.get("service") == "SQLSERVERAGENT"]
        first_install = next(at for at, event in enumerate(lab.run_events()) if event.kind == "install.started")
        stopped = {event["computer"] for event in lab.run_events()[:first_install] if event in agents}
        assert stopped == {"SQL1", "SQL2"}


def test_an_availability_group_with_an_unknown_replica_is_refused(open_lab: Callable[..., Lab]) -> None:
    with open_lab(TOPOLOGIES / "availability-group.yml") as lab:
        inventory = yaml.safe_load(lab.inventory_path.read_text(encoding="utf-8"))
        del inventory["all"]["children"]["windows"]["children"]["biztalk_sql"]["hosts"]["sql2"]
        lab.inventory_path.write_text(yaml.safe_dump(inventory), encoding="utf-8")
        result = run("patch", lab, *CLOSE_APPLICATIONS)

        assert result.returncode != 0
        assert (
            "SQL2: hosts BizTalk databases, but no host of the inventory group biztalk_sql is its computer"
            in " ".join(result.stdout.split())
        )
        assert changes(lab.run_events()) == []
