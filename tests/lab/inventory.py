# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of a running lab, as an operator would write one for real computers."""

from __future__ import annotations

import configparser
import importlib
import sys
import typing as t

import yaml

from tests.setup.paths import CACHE

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.lab import Lab

CONNECTING_ACCOUNT, INSTALLING_ACCOUNT, SQL_LOGIN = r"LAB\ansible", r"LAB\patchadmin", "patching"
DEFAULT_UPDATE = "5009901"


def write(lab: Lab) -> None:
    """Write the inventory to `lab.inventory_path`; the passwords in it protect nothing but the lab."""
    lab.inventory_path.write_text(yaml.safe_dump(document(lab), sort_keys=False), encoding="utf-8")


def write_for_groups(labs: t.Mapping[str, Lab], path: Path) -> None:
    """Write one inventory, and its ansible.cfg, for several labs: each is an inventory group of its own."""
    sites = {f"{name}_site": _site(lab, name, f"{name}_sql") for name, lab in labs.items()}
    # What is written for no group in particular.
    common = {"biztalk_record_folder": str(path.parent / "records")}
    path.write_text(yaml.safe_dump({"all": {"children": sites, "vars": common}}, sort_keys=False), encoding="utf-8")
    write_configuration(path)


def write_configuration(inventory: Path) -> None:
    """Write an ansible.cfg beside the inventory: in that folder ansible-playbook needs no arguments for the lab."""
    configuration = configparser.ConfigParser()
    configuration["defaults"] = {
        "inventory": str(inventory),
        # This checkout as biztalk.patching, and the collections that it needs.
        "collections_path": str(CACHE),
        "home": str(inventory.parent / "ansible"),
        "display_skipped_hosts": "false",
        # All computers of the group at once, and the modules of the controller without copies of files.
        "forks": "20",
        "pipelining": "true",
        # How often it looks whether a task has ended: a thousand times a second costs more than it brings.
        "internal_poll_interval": "0.02",
    }
    with inventory.with_name("ansible.cfg").open("w", encoding="utf-8") as file:
        configuration.write(file)


def document(lab: Lab) -> dict[str, t.Any]:
    return {"all": {"children": {"windows": _site(lab, "biztalk", "biztalk_sql")}}}


def _site(lab: Lab, biztalk: str, sql: str) -> dict[str, t.Any]:
    """The computers of a lab in two inventory groups, and all that is to be known of them."""
    computers = [spec.name for spec in lab.topology.computers]
    nodes = [node for server in lab.topology.sql_servers for node in lab.topology.nodes_of(server.name)]
    children = {biztalk: _hosts(lab, computers), sql: _hosts(lab, list(dict.fromkeys(nodes)))}
    variables = _connection(lab) | _settings(lab) | {"biztalk_sql_group": sql}
    return {"children": children, "vars": variables}


def _hosts(lab: Lab, names: list[str]) -> dict[str, t.Any]:
    return {"hosts": {name.lower(): {"ansible_port": lab.winrm[name].port} for name in names}}


def _connection(lab: Lab) -> dict[str, t.Any]:
    return {
        "ansible_host": "localhost",
        "ansible_connection": "winrm",
        "ansible_winrm_scheme": "https",
        "ansible_winrm_transport": "basic",
        "ansible_winrm_ca_trust_path": str(lab.certificates.authority),
        "ansible_user": CONNECTING_ACCOUNT,
        "ansible_password": _windows_password(lab, CONNECTING_ACCOUNT),
    }


def _settings(lab: Lab) -> dict[str, t.Any]:
    management = lab.topology.group.management
    logins = {login.name: login.password for server in lab.topology.sql_servers for login in server.logins}
    return {
        "biztalk_management_server": management.instance,
        "biztalk_management_database": management.database,
        "biztalk_sql_options": {
            "driver": _microsoft_driver(),
            "login_user": SQL_LOGIN,
            "login_password": logins[SQL_LOGIN],
            "ca_certificate": str(lab.certificates.authority),
            "server_addresses": {name: f"localhost,{server.port}" for name, server in lab.tds.items()},
        },
        "biztalk_installer_user": INSTALLING_ACCOUNT,
        "biztalk_installer_password": _windows_password(lab, INSTALLING_ACCOUNT),
        "biztalk_record_folder": str(lab.folder / "records"),
        # The lab's computers are quicker than real ones.
        "biztalk_settle_time": 3,
        "biztalk_install_poll_interval": 1,
        "biztalk_trusted_publishers": [str(lab.library.publisher.authority)],
        "biztalk_packages": [str(lab.library.downloads(DEFAULT_UPDATE))],
    }


def _microsoft_driver() -> str:
    """The driver of the wheel: by themselves the modules would take another one where one is installed."""
    if str(CACHE) not in sys.path:
        sys.path.append(str(CACHE))
    drivers = importlib.import_module("ansible_collections.biztalk.patching.plugins.module_utils._sql_driver")
    return str(drivers.installed_wheel_library())


def _windows_password(lab: Lab, name: str) -> str:
    account = lab.topology.account(name)
    if account is None:
        raise LookupError(f"the topology has no account {name}")
    return account.password
