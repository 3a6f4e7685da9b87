# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of Microsoft's KB 2003907 by their numbers in docs/kb2003907.md."""

from __future__ import annotations

import typing as t

RULES: t.Final = {
    "R1": "An update with only an x86 download is for 32-bit and 64-bit computers",
    "R2": "With separate x86 and x64 downloads each computer gets the one of its own architecture",
    "R3": "The installing user is a Windows administrator on every BizTalk computer",
    "R4": "The installing user is sysadmin on every SQL Server instance with a BizTalk database",
    "R5": "Before an update with SQL, all BizTalk databases are backed up",
    "R6": "With SQL: BizTalk services and SQL Server Agent are stopped before the install",
    "R7": "With SQL: both are started again after the install",
    "R8": "Without SQL: host instances are restarted after the install",
    "R9": "Setup.xml tells which files are updated, and whether there is SQL",
    "R10": "Every computer of the group gets the update",
    "R11": "Host instances, related services and applications are stopped on all computers first",
    "R12": "IIS is stopped where HTTP, SOAP, WSE or WCF adapters are used",
    "R13": "SQL Server Agent is stopped on every instance that hosts a BizTalk database",
    "R14": "Enterprise SSO keeps running during an install",
    "R15": "The databases are verified not to be in use (sp_who2) before the first install",
    "R16": "One computer at a time",
    "R17": "Afterwards BizTalk services, IIS and SQL Server Agent run again: those that ran before",
    "R18": "Without SQL, rollback is the uninstall",
    "R19": "With SQL, uninstalling alone is refused: it is uninstall plus restore",
    "R20": "The backup is sp_ForceFullBackup plus the SQL Server Agent job Backup BizTalk Server",
    "R21": "Rollback with SQL: stop, uninstall, restore all databases, restart",
    "R22": "No SQL script is run by hand in a rollback",
    "R23": "Service packs and cumulative updates are installed the same way; a missing prerequisite is found first",
}
