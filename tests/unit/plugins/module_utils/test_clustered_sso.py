# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._clustered_sso import check_sso
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import service_row, snapshot

RUNS, DOWN = snapshot(), snapshot(services=[service_row("ENTSSO", "stopped", start_mode="manual")])


def resource(name: str = "Enterprise Single Sign-On Service", state: str = "Online", **more: str) -> dict[str, t.Any]:
    values = {"ResourceType": "Generic Service", "OwnerGroup": "SSO", "OwnerNode": "BTS2", **more}
    return {"Name": name, "State": {"String": state}, **values}


@pytest.mark.parametrize("rows", [[], [resource()]])
def test_where_it_runs_nothing_is_found(rows: list[dict[str, t.Any]]) -> None:
    assert list(check_sso(RUNS, rows)) == []


@pytest.mark.parametrize(
    "name", ["Enterprise Single Sign-On Service", "ENTSSO", "Enterprise SSO", "Master single sign-on"]
)
def test_on_another_node_of_its_cluster_it_may_run(name: str) -> None:
    (finding,) = check_sso(DOWN, [resource("Other"), resource(name)])
    assert (finding.level, finding.where, finding.rule) == ("warn", "BTS1", "R14")
    assert f"the cluster resource {name}, which runs on BTS2 and not here" in finding.text


@pytest.mark.parametrize("state", ["Offline", "Failed", "OnlinePending"])
def test_it_must_be_online(state: str) -> None:
    (finding,) = check_sso(DOWN, [resource(state=state)])
    assert finding.level == "fail"
    assert f"is {state} on BTS2" in finding.text
    assert "in the Failover Cluster Manager, not by its service" in finding.text


@pytest.mark.parametrize("rows", [[], [resource("Other")], [resource(ResourceType="Generic Application")]])
def test_without_such_a_resource_the_service_must_run(rows: list[dict[str, t.Any]]) -> None:
    (finding,) = check_sso(DOWN, rows)
    assert (finding.level, finding.rule) == ("fail", "R14")
    assert "is not running, but must run during an install: start it" in finding.text
