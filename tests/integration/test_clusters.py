# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failover clusters: clustered host instances and SQL Server Agent go offline and online through their cluster."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.runs import changes, run, states
from tests.lab.invariants import broken
from tests.lab.paths import TOPOLOGIES

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

CLUSTER = TOPOLOGIES / "cluster.yml"


def requests(lab: Lab, service: str) -> list[tuple[str, str, str]]:
    """What was asked of a service, where and by whom."""
    kinds = ("service.stop_requested", "service.start_requested")
    return [
        (event.kind, event["computer"], event["origin"])
        for event in lab.run_events()
        if event.kind in kinds and event["service"] == service
    ]


@pytest.mark.long
def test_the_cluster_stops_and_starts_what_is_its_own(open_lab: Callable[..., Lab]) -> None:
    with open_lab(CLUSTER) as lab:
        before = states(lab)
        result = run("patch", lab)

        assert result.returncode == 0, result.stdout
        assert broken(lab.events.events) == {}
        assert states(lab) == before
        for service, node in (("BTSSvc$ReceiveHost", "BTS1"), ("SQLSERVERAGENT", "SQL1")):
            assert requests(lab, service) == [
                ("service.stop_requested", node, "Stop-ClusterResource"),
                ("service.start_requested", node, "Start-ClusterResource"),
            ]
        assert not [event for event in lab.run_events() if event.kind.startswith("cluster.")]


@pytest.mark.long
def test_enterprise_sso_stays_where_its_cluster_runs_it(open_lab: Callable[..., Lab]) -> None:
    clusters = [{"name": "BTSCLUSTER", "groups": [{"name": "BizTalk Receive", "nodes": ["BTS1", "BTS2"], "sso": True}]}]
    clusters += [{"name": "SQLCLUSTER"}]
    with open_lab(CLUSTER, clusters=clusters) as lab:
        before = states(lab)
        assert (before["BTS1", "ENTSSO"], before["BTS2", "ENTSSO"]) == ("running", "stopped")
        result = run("patch", lab)

        assert result.returncode == 0, result.stdout
        assert broken(lab.events.events) == {}
        assert states(lab) == before
        assert requests(lab, "ENTSSO") == []
        assert not [event for event in lab.run_events() if event.kind.startswith("cluster.")]


def test_a_clustered_instance_is_stopped_through_the_node_that_owns_it_now(open_lab: Callable[..., Lab]) -> None:
    clusters = [
        {"name": "BTSCLUSTER", "groups": [{"name": "BizTalk Receive", "nodes": ["BTS2", "BTS1"]}]},
        {"name": "SQLCLUSTER", "groups": [{"name": "SQL Server (MSSQLSERVER)", "nodes": ["SQL2", "SQL1"]}]},
    ]
    with open_lab(CLUSTER, clusters=clusters) as lab:
        plan = run("plan", lab)

        assert plan.returncode == 2, plan.stdout
        assert changes(lab.run_events()) == []
        text = " ".join(plan.stdout.split())
        assert "BTS2: take the cluster resource BizTalk Service BizTalk Group : ReceiveHost offline" in text
        assert "BTS1: take the cluster resource" not in text
        assert "then stop SQLSERVERAGENT, the cluster resource SQL Server Agent, on sql2" in text


def test_a_cluster_without_a_node_in_the_inventory_is_refused(open_lab: Callable[..., Lab]) -> None:
    with open_lab(CLUSTER) as lab:
        result = run("patch", lab, "-e", "biztalk_sql_group=nobody")

        assert result.returncode != 0
        assert "no host of the inventory group biztalk_sql is its computer (SQL1 or SQL2)" in " ".join(
            result.stdout.split()
        )
        assert changes(lab.run_events()) == []
