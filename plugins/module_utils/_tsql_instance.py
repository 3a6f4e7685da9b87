# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements on where an instance runs, and which others hold replicas of its databases (see _tsql.py)."""

from __future__ import annotations

# Of a failover cluster instance the physical computer is the node that it runs on now.
PLACE = """
SELECT CAST(SERVERPROPERTY('IsClustered') AS int) AS is_clustered,
       CAST(SERVERPROPERTY('ComputerNamePhysicalNetBIOS') AS nvarchar(128)) AS physical_computer
"""

# The computers that a failover cluster instance may run on; no row for another one. Needs VIEW SERVER STATE.
CLUSTER_NODES = """
SELECT NodeName AS node_name
FROM sys.dm_os_cluster_nodes
ORDER BY NodeName
"""

# SQL Server 2012, and only where IDENTITY says hadr_enabled: the instances of each Availability Group. Only a primary
# replica knows the role of the others; a secondary one has NULL for them. Needs VIEW SERVER STATE.
REPLICA_INSTANCES = """
SELECT g.name AS availability_group, r.replica_server_name AS instance_name, s.role_desc AS replica_role
FROM sys.availability_groups AS g
JOIN sys.availability_replicas AS r ON r.group_id = g.group_id
LEFT JOIN sys.dm_hadr_availability_replica_states AS s ON s.replica_id = r.replica_id
ORDER BY g.name, r.replica_server_name
"""
