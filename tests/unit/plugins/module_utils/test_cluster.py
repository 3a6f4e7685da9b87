# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._cluster import ClusteredInstance, Resource, plan_cluster

SERVICE = "BTSSvc$Receive"


def resource(name: str = "BizTalk Service : Receive", **replaced: str) -> dict[str, t.Any]:
    """An object of Get-ClusterResource as win_powershell gives it."""
    values = {"group": "BizTalk", "node": "bts2", "state": "Online", "type": "Generic Service", **replaced}
    return {
        "Name": name,
        "OwnerGroup": {"Name": values["group"], "Cluster": "CLU"},
        "OwnerNode": {"Name": values["node"]},
        "ResourceType": {"Name": values["type"]},
        "State": {"Type": "ClusterResourceState", "String": values["state"], "Value": 2},
    }


def group(*servers: str, cluster_group: str | None = "biztalk") -> dict[str, t.Any]:
    return {
        "hosts": [{"name": "Receive", "clustered": bool(cluster_group), "cluster_group": cluster_group}],
        "host_instances": [{"host": "Receive", "server": server} for server in servers or ("BTS1", "bts2")],
    }


@pytest.mark.parametrize("value", [{"Name": "BizTalk"}, {"String": "BizTalk", "Value": 1}, "BizTalk"])
def test_a_resource_is_read_whatever_the_depth(value: t.Any) -> None:
    assert Resource.parse({**resource(), "OwnerGroup": value}).group == "BizTalk"


def test_a_group_without_clustered_hosts_needs_no_cluster() -> None:
    plan = plan_cluster(group(cluster_group=None), {})
    assert (plan.instances, plan.findings) == ({}, ())


@pytest.mark.parametrize(
    ("rows", "asked", "stopping"),
    [
        ([resource()], "BTS1", ["BTS2"]),
        ([resource()], "BTS2", ["BTS2"]),
        ([resource(node="BTS1")], "BTS2", ["BTS1"]),
        ([resource(node="BTS7")], "BTS2", ["BTS1"]),
        ([resource(state="Offline")], "BTS1", []),
    ],
    ids=["its owner", "whoever was asked", "the other owner", "an owner that is no computer of the group", "offline"],
)
def test_one_computer_takes_it_offline(rows: list[dict[str, t.Any]], asked: str, stopping: list[str]) -> None:
    plan = plan_cluster(group(), {asked: rows})
    assert plan.findings == ()
    for name in ("BTS1", "BTS2"):
        assert plan.of(name) == (ClusteredInstance("BizTalk Service : Receive", SERVICE, stop=name in stopping),)
    assert plan.of("BTS3") == ()


def test_enterprise_sso_and_others_of_the_cluster_stay_online() -> None:
    rows = [
        resource("ENTSSO"),
        resource("Enterprise Single Sign-On Service"),
        resource("Disk of Receive", type="Physical Disk"),
        resource("BizTalk Service : Receive", group="Another"),
        resource("BTSSvc$Receive"),
    ]
    assert plan_cluster(group(), {"BTS1": rows}).of("BTS2") == (
        ClusteredInstance("BTSSvc$Receive", SERVICE, stop=True),
    )


@pytest.mark.parametrize(
    ("resources", "text"),
    [
        ({}, "none of its computers tells of the resources of its failover cluster"),
        ({"BTS1": []}, "none of its computers tells of the resources"),
        ({"BTS9": [resource()]}, "none of its computers tells of the resources"),
        ({"BTS1": [resource("ENTSSO")]}, "cluster group biztalk has no resource of the type Generic Service"),
        ({"BTS1": [resource(state="Failed")]}, "BizTalk Service : Receive is Failed on BTS2: bring it online"),
        ({"BTS1": [resource(state="OnlinePending")]}, "is OnlinePending on BTS2"),
    ],
)
def test_a_cluster_that_cannot_be_handled_is_refused(resources: dict[str, t.Any], text: str) -> None:
    (finding,) = plan_cluster(group(), resources).findings
    assert (finding.level, finding.where, finding.rule) == ("fail", "Receive", "R11")
    assert text in finding.text


def test_one_computer_of_several_is_enough() -> None:
    assert plan_cluster(group(), {"BTS1": [], "BTS2": [resource()]}).findings == ()


def test_enterprise_sso_is_never_taken_offline_whatever_the_host_is_called() -> None:
    described = {
        "hosts": [{"name": "SSO", "clustered": True, "cluster_group": "BizTalk"}],
        "host_instances": [{"host": "SSO", "server": "BTS2"}],
    }
    plan = plan_cluster(described, {"BTS2": [resource("Enterprise SSO"), resource("ENTSSO")]})
    assert plan.of("BTS2") == ()
    assert [finding.level for finding in plan.findings] == ["fail"]
