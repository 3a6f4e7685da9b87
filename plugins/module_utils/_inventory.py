# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The computers of a BizTalk group as an inventory has them: hosts, groups and variables, from the group itself."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.biztalk.patching.plugins.module_utils._agents import computers_of
from ansible_collections.biztalk.patching.plugins.module_utils._group import same_computer
from ansible_collections.biztalk.patching.plugins.module_utils._plan import install_rank

Members = dict[str, t.Any]


class NoComputersError(ValueError):
    """A group without a computer: an empty inventory would make every playbook a success that does nothing."""


@dataclass(frozen=True)
class Names:
    """How the names of computers become those of inventory hosts.

    `hosts` has the exceptions by computer; to all others `domain` is appended, unless they have a domain already.
    """

    domain: str = ""
    hosts: t.Mapping[str, str] = field(default_factory=dict)

    def host(self, computer: str) -> str:
        for name, host in self.hosts.items():
            if same_computer(name, computer):
                return host
        plain = computer.strip().lower()
        domain = self.domain.strip(". ").lower()
        return f"{plain}.{domain}" if domain and "." not in plain else plain


@dataclass(frozen=True)
class GroupNames:
    """`host_prefix` is what the groups of the BizTalk hosts begin with, empty for the usual."""

    biztalk: str = "biztalk"
    sql: str = "biztalk_sql"
    host_prefix: str = ""

    @property
    def master_secret(self) -> str:
        return f"{self.biztalk}_master_secret"

    def of_host(self, name: str) -> str:
        return f"{self.host_prefix or self.biztalk + '_host_'}{name}"


def members(group: t.Mapping[str, t.Any]) -> Members:
    """What the inventory is made of, from the result of `group_info`: names only, so that it may be kept in a cache.

    `servers` are in the order in which updates are installed, `sql_computers` maps each computer to its instances.
    Raises `NoComputersError`.
    """
    servers = sorted(group["servers"], key=lambda server: (install_rank(server), server["name"].upper()))
    if not servers:
        raise NoComputersError(
            f"{group['management']['server']}: {group['management']['database']} knows no BizTalk computer (adm_Server"
            " is empty). Check the option database"
        )
    sql_computers: dict[str, list[str]] = {}
    for instance in group["sql_instances"]:
        for computer in computers_of(instance):
            sql_computers.setdefault(computer, []).append(instance["name"])
    return {
        "group": group["name"],
        "master_secret_server": group["sso_server"],
        "servers": [
            {name: server[name] for name in ("name", "hosts", "runtime", "master_secret_server")} for server in servers
        ],
        "sql_computers": sql_computers,
        "doubts": list(_doubts(group)),
    }


def host_variables(found: Members, names: Names) -> dict[str, dict[str, t.Any]]:
    """The variables of each inventory host, those of the group's BizTalk computers first and in install order."""
    hosts: dict[str, dict[str, t.Any]] = {}
    for server in found["servers"]:
        hosts[names.host(server["name"])] = {
            "biztalk_computer": server["name"].upper(),
            "biztalk_master_secret_server": server["master_secret_server"],
            "biztalk_runtime": server["runtime"],
            "biztalk_host_names": list(server["hosts"]),
        }
    if alone := _apart(found):
        hosts[names.host(alone)] = {"biztalk_computer": alone.upper(), "biztalk_master_secret_server": True}
    for computer, instances in found["sql_computers"].items():
        variables = hosts.setdefault(names.host(computer), {"biztalk_computer": computer})
        variables["biztalk_sql_instances"] = list(instances)
    return hosts


def placed(found: Members, names: Names, groups: GroupNames) -> dict[str, list[str]]:
    """The inventory hosts of each group, in install order. A group's name may have characters that Ansible refuses."""
    members_of: dict[str, list[str]] = {groups.biztalk: [], groups.sql: [], groups.master_secret: []}
    for server in found["servers"]:
        host = names.host(server["name"])
        members_of[groups.biztalk].append(host)
        if server["master_secret_server"]:
            members_of[groups.master_secret].append(host)
        for hosted in server["hosts"]:
            members_of.setdefault(groups.of_host(hosted), []).append(host)
    if alone := _apart(found):
        members_of[groups.master_secret].append(names.host(alone))
    members_of[groups.sql] += [names.host(computer) for computer in found["sql_computers"]]
    return members_of


def _doubts(group: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Where the inventory may lack a computer although the group was read."""
    secret = group["sso_server"]
    if not any(server["master_secret_server"] for server in group["servers"]):
        yield (
            f"The master secret server {secret or '(none is named)'} is no BizTalk computer of the group, so nothing"
            " here patches it: it needs the update too, by hand, where BizTalk Server or Enterprise SSO is installed"
        )
    for instance in group["sql_instances"]:
        if instance["problem"]:
            yield (
                f"{instance['name']} holds replicas of the group's databases but could not be asked. Where it is"
                " clustered, the inventory lacks the computers of its cluster"
            )
        elif instance["clustered"] and not instance["cluster_nodes"]:
            yield (
                f"{instance['name']} is clustered, but the login may not see the nodes of its cluster: grant it VIEW"
                " SERVER STATE, or add the other nodes to the inventory by hand"
            )


def _apart(found: Members) -> str | None:
    """The master secret server where it is no BizTalk computer of the group."""
    if any(server["master_secret_server"] for server in found["servers"]):
        return None
    return str(found["master_secret_server"]).strip() or None
