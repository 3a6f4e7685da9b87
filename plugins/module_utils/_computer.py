# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A BizTalk computer in one snapshot: what is stopped, started or installed there is decided from this."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._services import SSO_SERVICE, Service

ADMINISTRATORS_SID = "S-1-5-32-544"

# Applications that work on the group's databases, by image; mmc.exe counts when it shows BizTalk's snap-in.
_APPLICATIONS = {
    "mmc.exe": "Administration Console",
    "btshatapp.exe": "Health and Activity Tracking",
    "devenv.exe": "Visual Studio",
}
_CONSOLE_FILE = "btsmmc.msc"
_KB = re.compile(r"\bKB(?: article)? ?(\d{6,8})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Application:
    """An application that has to be closed; `session` is the Windows logon session it is open in."""

    name: str
    image: str
    pid: int
    session: int

    @classmethod
    def parse(cls, row: t.Mapping[str, t.Any]) -> Application | None:
        """Read a `Win32_Process`; None where the process is none of BizTalk's applications."""
        image = row["Name"].lower()
        if image == "mmc.exe" and _CONSOLE_FILE not in (row["CommandLine"] or "").lower():
            return None
        name = _APPLICATIONS.get(image)
        return cls(name, row["Name"], row["ProcessId"], row["SessionId"]) if name else None


@dataclass(frozen=True)
class Product:
    """What setup and configuration wrote below `HKLM\\SOFTWARE\\Microsoft\\BizTalk Server\\3.0`."""

    name: str
    version: str
    edition: str
    management_server: str | None
    management_database: str | None

    @property
    def configured(self) -> bool:
        return bool(self.management_server and self.management_database)


@dataclass(frozen=True)
class Snapshot:
    """`updates` are the names of the sub-keys of the Uninstall keys, of both hives."""

    name: str
    architecture: str
    restart_pending: bool
    administrator: bool
    account: str
    services: tuple[Service, ...]
    applications: tuple[Application, ...]
    updates: tuple[str, ...]
    product: Product | None

    @classmethod
    def parse(cls, raw: t.Mapping[str, t.Any]) -> Snapshot:
        """Read the results of the modules that looked at the computer.

        `facts` of `setup`, `services` of `win_service_info`, `processes` as `Win32_Process` rows, `account` of
        `win_whoami`, and `product`, `administration` and `uninstall` (a list) of `win_reg_stat`.
        """
        facts, account = raw["facts"], raw["account"]
        applications = (Application.parse(row) for row in raw["processes"])
        return cls(
            name=facts["ansible_hostname"].upper(),
            architecture=facts["ansible_architecture"],
            restart_pending=bool(facts["ansible_reboot_pending"]),
            # A token that User Account Control has filtered names the group for deny only.
            administrator=any(
                group["sid"] == ADMINISTRATORS_SID and "Enabled" in group["attributes"] for group in account["groups"]
            ),
            account=account["account"]["domain_name"] + "\\" + account["account"]["account_name"],
            services=tuple(Service.parse(row) for row in raw["services"]),
            applications=tuple(application for application in applications if application),
            updates=tuple(name for key in raw["uninstall"] if key["exists"] for name in key["sub_keys"]),
            product=_product(raw["product"], raw["administration"]),
        )

    @property
    def sso_running(self) -> bool:
        return any(service.name == SSO_SERVICE and service.running for service in self.services)

    def has_update(self, kb: str) -> bool:
        """Whether an Uninstall entry names this KB article; `CU1` in a name is not enough, it is in `CU10` too."""
        return any(kb in _KB.findall(name) for name in self.updates)


def _product(product: t.Mapping[str, t.Any], administration: t.Mapping[str, t.Any]) -> Product | None:
    if not product["exists"]:
        return None
    return Product(
        name=_value(product, "ProductName") or "Microsoft BizTalk Server",
        version=_value(product, "ProductVersion") or "",
        edition=_value(product, "ProductEdition") or "",
        management_server=_value(administration, "MgmtDBServer"),
        management_database=_value(administration, "MgmtDBName"),
    )


def _value(key: t.Mapping[str, t.Any], name: str) -> str | None:
    properties = key.get("properties") or {}
    return str(properties[name]["value"]) if name in properties else None
