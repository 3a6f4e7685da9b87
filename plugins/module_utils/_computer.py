# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A BizTalk computer in one snapshot: what is stopped, started or installed there is decided from this."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.biztalk.patching.plugins.module_utils._app_pools import app_pool_states
from ansible_collections.biztalk.patching.plugins.module_utils._installed import InstalledUpdate
from ansible_collections.biztalk.patching.plugins.module_utils._open_programs import (
    Program,
    applications,
    custom_programs,
    owners,
)
from ansible_collections.biztalk.patching.plugins.module_utils._registry import Registry
from ansible_collections.biztalk.patching.plugins.module_utils._running_setup import RunningSetup, installs
from ansible_collections.biztalk.patching.plugins.module_utils._services import SSO_SERVICE, Service
from ansible_collections.biztalk.patching.plugins.module_utils._volumes import Volume

ADMINISTRATORS_SID = "S-1-5-32-544"


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
    """`updates` are the entries of the Uninstall keys, of both hives; `system_root` is the folder of Windows."""

    name: str
    architecture: str
    restart_pending: bool
    administrator: bool
    account: str
    services: tuple[Service, ...]
    applications: tuple[Program, ...]
    custom_programs: tuple[Program, ...]
    app_pools: t.Mapping[str, str]
    running_setups: tuple[RunningSetup, ...]
    updates: tuple[InstalledUpdate, ...]
    product: Product | None
    system_root: str
    volumes: tuple[Volume, ...]

    @classmethod
    def parse(cls, raw: t.Mapping[str, t.Any]) -> Snapshot:
        """Read the results of the modules that looked at the computer.

        `facts` of `setup`, `services` of `win_service_info`, `processes` as `Win32_Process` rows and
        `owners` and `app_pools` as `tasklist.exe` and `appcmd.exe` list them, `volumes` as `Win32_Volume` rows,
        `account` of `win_whoami`, `registry` as `Registry` takes it, and `entries` (those of its Uninstall entries that
        were read) of `win_reg_stat`.
        """
        facts, account = raw["facts"], raw["account"]
        rows, users = [row for row in raw["processes"] if not installs(row)], owners(raw["owners"])
        registry = Registry.parse(raw["registry"])
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
            applications=applications(rows, users),
            custom_programs=custom_programs(rows, users),
            app_pools=app_pool_states(raw["app_pools"]),
            running_setups=RunningSetup.among(raw["processes"], raw["services"]),
            updates=_updates(registry, raw["entries"]),
            product=_product(registry),
            system_root=facts["ansible_env"]["SystemRoot"],
            volumes=tuple(Volume.parse(row) for row in raw["volumes"]),
        )

    @property
    def sso_running(self) -> bool:
        return any(service.name == SSO_SERVICE and service.running for service in self.services)

    @property
    def biztalk_updates(self) -> tuple[InstalledUpdate, ...]:
        return tuple(update for update in self.updates if update.of_biztalk)

    def has_update(self, package: t.Mapping[str, t.Any]) -> bool:
        return any(update.is_package(package) for update in self.updates)

    def lacking(self, packages: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[t.Mapping[str, t.Any], ...]:
        """Those that are not installed here."""
        return tuple(package for package in packages if not self.has_update(package))


def _product(registry: Registry) -> Product | None:
    product, administration = registry.product, registry.administration
    if product is None:
        return None
    return Product(
        name=product.get("ProductName") or "Microsoft BizTalk Server",
        version=product.get("ProductVersion") or "",
        edition=product.get("ProductEdition") or "",
        management_server=administration.get("MgmtDBServer"),
        management_database=administration.get("MgmtDBName"),
    )


def _updates(registry: Registry, entries: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[InstalledUpdate, ...]:
    """`entries` are the sub-keys that were read, with the path that they were read at as their `item`."""
    read = {entry["item"].rpartition("\\")[2]: entry for entry in entries}
    return tuple(InstalledUpdate.parse(name, _texts(read.get(name, {}))) for name in registry.entries)


def _texts(key: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {name: str(item["value"]) for name, item in (key.get("properties") or {}).items()}
