# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._agents import check_agents, plan_agents
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import sql_instance as instance

CLUSTERED = {"clustered": True, "physical_computer": "NODE2", "cluster_nodes": ["NODE1", "NODE2"]}


@pytest.mark.parametrize(
    ("row", "sql_hosts", "host", "service"),
    [
        (instance("SQL1"), {"sql1.lab": ""}, "sql1.lab", "SQLSERVERAGENT"),
        (instance("sql1\\BTS"), {"SQL1": ""}, "SQL1", "SQLAgent$BTS"),
        (instance("SQL1"), {"10.0.0.7": "sql1"}, "10.0.0.7", "SQLSERVERAGENT"),
        (instance("SQL2"), {"sql1.lab": "", "node.lab": "SQL2"}, "node.lab", "SQLSERVERAGENT"),
        (instance("SQL2"), {"sql1.lab": ""}, None, "SQLSERVERAGENT"),
        (instance("SQL1"), {"sql1.lab": "OTHER"}, None, "SQLSERVERAGENT"),
        (instance("SQL1"), {}, None, "SQLSERVERAGENT"),
    ],
)
def test_the_agent_is_stopped_through_the_host_of_its_computer(
    row: dict[str, t.Any], sql_hosts: dict[str, str], host: str | None, service: str
) -> None:
    (agent,) = plan_agents([row], sql_hosts)
    assert (agent.host, agent.service, agent.resource, agent.running) == (host, service, None, True)


@pytest.mark.parametrize(
    ("name", "sql_hosts", "host", "resource"),
    [
        ("SQLCLU", {"node1.lab": "", "node2.lab": ""}, "node2.lab", "SQL Server Agent"),
        ("SQLCLU", {"node1.lab": ""}, "node1.lab", "SQL Server Agent"),
        ("SQLCLU\\BTS", {"other": "node2"}, "other", "SQL Server Agent (BTS)"),
        ("SQLCLU\\BTS", {"sqlclu": ""}, None, "SQL Server Agent (BTS)"),
    ],
    ids=["the node that runs it", "another node", "a named instance", "the cluster's own name is no computer"],
)
def test_a_clustered_agent_is_stopped_through_a_node(
    name: str, sql_hosts: dict[str, str], host: str | None, resource: str
) -> None:
    (agent,) = plan_agents([instance(name, **CLUSTERED)], sql_hosts)
    assert (agent.host, agent.resource) == (host, resource)
    findings = [finding.text for finding in check_agents([agent], managed=True)]
    assert ["its computer (NODE2 or NODE1)" in text for text in findings] == [True] * (host is None)


@pytest.mark.parametrize(
    ("row", "sql_hosts", "managed", "words"),
    [
        (instance(), {"sql1": ""}, True, []),
        (instance(), {}, True, ["add the SQL Server computer to the inventory group"]),
        (instance(), {}, False, []),
        (instance(agent_running=False), {"sql1": ""}, True, []),
        (instance(agent_running=None, problem="no route to host"), {"sql1": ""}, True, ["(no route to host)"]),
        (instance(agent_running=None), {}, False, ["(the login may not know)"]),
    ],
)
def test_what_is_found(row: dict[str, t.Any], sql_hosts: dict[str, str], managed: bool, words: list[str]) -> None:
    findings = list(check_agents(plan_agents([row], sql_hosts), managed=managed))
    assert len(findings) == len(words)
    for finding, text in zip(findings, words, strict=True):
        assert (finding.level, finding.where, finding.rule, text in finding.text) == ("fail", "SQL1", "R13", True)


def test_the_result_is_what_the_roles_need() -> None:
    (agent,) = plan_agents([instance("SQLCLU", agent_running=None, **CLUSTERED)], {"node1": ""})
    assert agent.as_result() == {
        "instance": "SQLCLU",
        "host": "node1",
        "service": "SQLSERVERAGENT",
        "resource": "SQL Server Agent",
        "running": False,
    }
