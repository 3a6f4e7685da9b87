# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SERVERPROPERTY."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.lab.sqlserver.instance import SqlServerInstance

VERSION_TEXT = (
    "Microsoft SQL Server 2019 (RTM-CU32) (KB5054833) - 15.0.4430.1 (X64) \n\tFeb 21 2025 17:28:58 \n"
    "\tCopyright (C) 2019 Microsoft Corporation\n\tEnterprise Edition (64-bit) on Windows Server 2019"
)


def properties_of(instance: SqlServerInstance) -> dict[str, t.Any]:
    """By name in small letters."""
    return {
        "servername": instance.name,
        "machinename": instance.spec.computer,
        "computernamephysicalnetbios": instance.spec.computer,
        "instancename": instance.name.partition("\\")[2] or None,
        "productversion": "15.0.4430.1",
        "productmajorversion": "15",
        "productlevel": "RTM",
        "edition": "Enterprise Edition (64-bit)",
        "engineedition": 3,
        "isclustered": 0,
        "ishadrenabled": int(bool(instance.groups)),
        "isintegratedsecurityonly": 0,
        "collation": "SQL_Latin1_General_CP1_CI_AS",
        "lab_version": VERSION_TEXT,
    }
