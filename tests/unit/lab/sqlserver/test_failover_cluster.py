# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clustered instance: what it tells of its nodes, before and after its group of resources has moved."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.windows.cluster import create_clusters
from tests.lab.windows.computer import biztalk_computer, sql_computer
from tests.unit.lab.sqlserver.support import Sql, wait_until

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.sqlserver.instance import SqlServerInstance

PLACE = "SELECT SERVERPROPERTY(N'IsClustered'), SERVERPROPERTY('ComputerNamePhysicalNetBIOS')"
NODES = "SELECT NodeName, status_description, is_current_owner FROM sys.dm_os_cluster_nodes ORDER BY NodeName"
SERVICES = (
    "SELECT is_clustered, cluster_nodename FROM sys.dm_server_services WHERE servicename LIKE N'SQL Server Agent%'"
)


@pytest.fixture
def clustered(load: Callable[..., list[SqlServerInstance]]) -> SqlServerInstance:
    logins = [{"name": "patching", "password": "p", "sysadmin": True}, {"name": "plain", "password": "p"}]
    (instance,) = load("cluster.yml", {"sql_servers": [{"name": "SQLCLU", "logins": logins}]})
    world = instance.world
    for spec in world.topology.computers:
        world.computers[spec.name] = biztalk_computer(world, spec)
    for node in ("SQL1", "SQL2"):
        world.computers[node] = sql_computer(world, node, world.topology.sql_servers)
    create_clusters(world)
    return instance


def test_it_tells_its_nodes(clustered: SqlServerInstance) -> None:
    sql = Sql(clustered, "patching", "BizTalkMgmtDb")
    assert sql.rows(PLACE) == [(1, "SQL1")]
    assert sql.value("SELECT SERVERPROPERTY('MachineName')") == "SQLCLU"
    assert sql.rows(NODES) == [("SQL1", "up", True), ("SQL2", "up", False)]
    assert sql.rows(SERVICES) == [("Y", "SQL1")]


def test_it_moves_to_another_node(clustered: SqlServerInstance) -> None:
    sql = Sql(clustered, "patching", "BizTalkMgmtDb")
    clustered.world.computers["SQL1"].restart("test")
    wait_until(clustered, lambda: sql.rows(PLACE) == [(1, "SQL2")])
    assert sql.rows(SERVICES) == [("Y", "SQL2")]
    nodes = {name: owner for name, _status, owner in sql.rows(NODES)}
    assert nodes == {"SQL1": False, "SQL2": True}


def test_a_node_that_is_down(clustered: SqlServerInstance) -> None:
    clustered.world.computers["SQL2"].power.up = False
    assert Sql(clustered, "patching", "master").rows(NODES)[1] == ("SQL2", "down", False)


def test_the_nodes_are_not_for_everybody(clustered: SqlServerInstance) -> None:
    plain = Sql(clustered, "plain", "master")
    assert plain.messages(NODES) == [300, 297]
    assert plain.rows(PLACE) == [(1, "SQL1")]


def test_an_instance_on_a_computer_of_its_own(sql: Sql) -> None:
    assert sql.rows(PLACE) == [(0, "SQL1")]
    assert sql.value("SELECT SERVERPROPERTY('MachineName')") == "SQL1"
    assert sql.rows(NODES) == []
    assert sql.rows(SERVICES) == [("N", None)]
