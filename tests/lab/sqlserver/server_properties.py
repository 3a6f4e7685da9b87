# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SERVERPROPERTY."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tests.lab.sqlserver import failover_cluster

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance


@dataclass(frozen=True)
class Product:
    version: tuple[int, int, int, int]
    text: str


# BizTalk Server 2020 is mostly used with 2019; 2022 is the first that knows TDS 8.
PRODUCTS = {
    2019: Product(
        (15, 0, 4430, 1),
        "Microsoft SQL Server 2019 (RTM-CU32) (KB5054833) - 15.0.4430.1 (X64) \n\tFeb 21 2025 17:28:58 \n"
        "\tCopyright (C) 2019 Microsoft Corporation\n\tEnterprise Edition (64-bit) on Windows Server 2019",
    ),
    2022: Product(
        (16, 0, 4135, 4),
        "Microsoft SQL Server 2022 (RTM-CU14) (KB5038325) - 16.0.4135.4 (X64) \n\tJul 10 2024 14:09:09 \n"
        "\tCopyright (C) 2022 Microsoft Corporation\n\tEnterprise Edition (64-bit) on Windows Server 2022",
    ),
}


def properties_of(instance: SqlServerInstance) -> dict[str, t.Any]:
    """By name in small letters."""
    product = PRODUCTS[instance.spec.version]
    return {
        "servername": instance.name,
        "machinename": failover_cluster.machine_name(instance),
        "computernamephysicalnetbios": failover_cluster.current_node(instance),
        "instancename": instance.name.partition("\\")[2] or None,
        "productversion": ".".join(map(str, product.version)),
        "productmajorversion": str(product.version[0]),
        "productlevel": "RTM",
        "edition": "Enterprise Edition (64-bit)",
        "engineedition": 3,
        "isclustered": int(failover_cluster.is_clustered(instance)),
        "ishadrenabled": int(bool(instance.groups)),
        "isintegratedsecurityonly": 0,
        "collation": "SQL_Latin1_General_CP1_CI_AS",
        "lab_version": product.text,
    }
