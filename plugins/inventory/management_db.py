# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: management_db
short_description: Makes the inventory of a BizTalk Server group from its management database
version_added: 0.1.0
author:
  - The biztalk.patching contributors (@biztalk-patching)
description:
  - The management database knows every BizTalk computer of its group (C(adm_Server)) and every SQL Server instance with
    one of its databases, so an inventory that is made from it forgets none.
  - It reads what M(biztalk.patching.group_info) reads, and changes nothing.
  - The configuration is a YAML file called C(biztalk.yml) or C(NAME.biztalk.yml) (C(.yaml) does too). One file is for
    one BizTalk group; several of them need different names in O(biztalk_group) and O(sql_group).
  - The BizTalk computers are in O(biztalk_group), in the order in which updates are installed, the master secret server
    first, then those with host instances, then the others. A group for each BizTalk host has the computers with an
    instance of it. Another one, called as O(biztalk_group) with C(_master_secret), so C(biztalk_master_secret) by
    default, has the master secret server. Where
    that is no BizTalk computer of the group it is in no other, and a warning tells so.
  - O(sql_group) has the computers of the SQL Server instances, among them all nodes of a clustered instance and those
    of all replicas of an Availability Group.
  - Each host has the variables C(biztalk_computer), the name of the computer itself, and on a BizTalk computer
    C(biztalk_master_secret_server), C(biztalk_runtime) (whether it has a host instance) and C(biztalk_host_names), on a
    SQL Server computer C(biztalk_sql_instances).
  - O(biztalk_group) has the variables C(biztalk_management_server), C(biztalk_management_database) and
    C(biztalk_sql_group), which are settings of the role P(biztalk.patching.settings#role). Without O(login_user) it has
    C(biztalk_sql_options) too, with the options of this connection. With a login set that one beside the inventory,
    since it holds the password then.
  - When the group cannot be read there is no inventory. Ansible itself goes on then with a warning and without hosts,
    unless C(any_unparsed_is_failed) is set in the section C(inventory) of its configuration. The playbooks of this
    collection fail without hosts.
extends_documentation_fragment:
  - biztalk.patching.sql
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices: [biztalk.patching.management_db]
  login_user:
    env:
      - name: BIZTALK_SQL_LOGIN_USER
  login_password:
    description:
      - Password of O(login_user). Keep it in a vault, or take it from where secrets are, with a template.
      - It gets neither into the inventory nor into a cache.
    env:
      - name: BIZTALK_SQL_LOGIN_PASSWORD
  sso_database:
    description:
      - Name of the single sign-on database, to find its SQL Server instance where the backup job does not cover it.
    type: str
    default: SSODB
  domain:
    description:
      - DNS domain of the computers, which the group knows by their NetBIOS names. C(BTS1) is the host
        V(bts1.example.com) where this is V(example.com), and V(bts1) without it.
    type: str
    default: ""
  host_names:
    description: For each computer that is called otherwise, its name as an inventory host.
    type: dict
    default: {}
  biztalk_group:
    description: Name of the inventory group of the BizTalk computers, the C(biztalk_hosts) of the playbooks.
    type: str
    default: biztalk
  sql_group:
    description: Name of the inventory group of the SQL Server computers.
    type: str
    default: biztalk_sql
  host_group_prefix:
    description:
      - What the names of the groups for the BizTalk hosts begin with. What no group name can have becomes an
        underscore.
      - By default O(biztalk_group) with C(_host_).
    type: str
notes:
  - Any string of the options of the connection may be a template, as in O(login_password).
seealso:
  - module: biztalk.patching.group_info
"""

EXAMPLES = r"""
# biztalk.yml, with a Kerberos ticket of an account that may read the management database
plugin: biztalk.patching.management_db
server: sql1.example.com
domain: example.com
ca_certificate: /etc/pki/tls/certs/example-ca.pem
server_addresses:
  SQL1: sql1.example.com

---
# orders.biztalk.yml, one of several groups, with a SQL Server login, a cache and groups of the user's own
plugin: biztalk.patching.management_db
server: sql7.example.com\BTS
login_user: patching
login_password: "{{ lookup('ansible.builtin.env', 'PATCHING_PASSWORD') }}"
biztalk_group: biztalk_orders
sql_group: biztalk_orders_sql
host_names:
  BTS9: bts9.dmz.example.com
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/biztalk
compose:
  ansible_host: biztalk_computer | lower ~ '.example.com'
groups:
  clustered_sql: biztalk_sql_instances is defined and biztalk_computer is match('SQLN')
keyed_groups:
  - key: biztalk_sql_instances | default([])
    prefix: instance
"""

import contextlib
import os
import typing as t
from pathlib import Path

from ansible.errors import AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.biztalk.patching.plugins.module_utils._arguments import missing_pyodbc, sql_argument_spec
from ansible_collections.biztalk.patching.plugins.module_utils._group_reader import read_group
from ansible_collections.biztalk.patching.plugins.module_utils._group_result import group_result
from ansible_collections.biztalk.patching.plugins.module_utils._inventory import (
    GroupNames,
    Members,
    Names,
    NoComputersError,
    host_variables,
    members,
    placed,
)
from ansible_collections.biztalk.patching.plugins.module_utils._sql import TRUST_FILE, OdbcServers
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import SqlError
from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions
from ansible_collections.biztalk.patching.plugins.module_utils._whereabouts import all_instances

if t.TYPE_CHECKING:
    from ansible.inventory.data import InventoryData
    from ansible.parsing.dataloader import DataLoader

_SUFFIXES = (".yml", ".yaml")
# These have variables of their own.
_APART = ("server", "database")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]  # ansible-core has no types
    NAME = "biztalk.patching.management_db"

    def verify_file(self, path: str) -> bool:
        name = Path(path)
        stem = name.stem.rpartition(".")[2]
        return bool(super().verify_file(path)) and stem == "biztalk" and name.suffix in _SUFFIXES

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        connection = self._connection()
        found = self._members(path, connection, cache=cache)
        for doubt in found["doubts"]:
            self.display.warning(f"{path}: {doubt}")
        self._add_hosts(found)
        self._add_group_variables(connection)

    def _connection(self) -> dict[str, t.Any]:
        """The options of the connection, with the templates in them answered."""
        options = {name: self.templar.template(self.get_option(name)) for name in sql_argument_spec()}
        if bool(options["login_user"]) != bool(options["login_password"]):
            raise AnsibleParserError(
                "login_user and login_password belong together: give both, or none for integrated authentication"
            )
        return options

    def _members(self, path: str, connection: t.Mapping[str, t.Any], *, cache: bool) -> Members:
        # What was read from another database is another group.
        key = self.get_cache_key(f"{path} {connection['server']} {connection['database']}")
        caching = self.get_option("cache")
        if caching and cache:
            with contextlib.suppress(KeyError):
                return t.cast("Members", self._cache[key])
        found = self._read(connection)
        if caching:
            self._cache[key] = found
        return found

    def _read(self, connection: t.Mapping[str, t.Any]) -> Members:
        missing = missing_pyodbc()
        if missing:
            raise AnsibleParserError(missing)
        try:
            with _trust_afterwards_as_before(), OdbcServers(SqlOptions.from_params(connection)) as servers:
                group = read_group(servers, sso_database=self.get_option("sso_database"))
                return members(group_result(group, all_instances(servers, group)))
        except (SqlError, NoComputersError) as error:
            raise AnsibleParserError(
                f"There is no inventory, because the BizTalk group cannot be read: {error}"
            ) from None

    def _add_hosts(self, found: Members) -> None:
        names = Names(self.get_option("domain"), self.get_option("host_names"))
        groups = GroupNames(
            self.get_option("biztalk_group"), self.get_option("sql_group"), self.get_option("host_group_prefix") or ""
        )
        variables = host_variables(found, names)
        for host, values in variables.items():
            self.inventory.add_host(host)
            for name, value in values.items():
                self.inventory.set_variable(host, name, value)
        for group, hosts in placed(found, names, groups).items():
            added = self._added(group)
            for host in hosts:
                self.inventory.add_child(added, host)
        for host, values in variables.items():
            self._construct(host, values)

    def _construct(self, host: str, variables: dict[str, t.Any]) -> None:
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)

    def _add_group_variables(self, connection: t.Mapping[str, t.Any]) -> None:
        group = self._added(self.get_option("biztalk_group"))
        variables = {
            "biztalk_management_server": connection["server"],
            "biztalk_management_database": connection["database"],
            "biztalk_sql_group": self._added(self.get_option("sql_group")),
        }
        if not connection["login_user"]:
            usual = {name: argument.get("default") for name, argument in sql_argument_spec().items()}
            variables["biztalk_sql_options"] = {
                name: value for name, value in connection.items() if value != usual[name] and name not in _APART
            }
        for name, value in variables.items():
            self.inventory.set_variable(group, name, value)

    def _added(self, name: str) -> str:
        """A group that is there afterwards, by a name that Ansible takes."""
        return str(self.inventory.add_group(to_safe_group_name(name, force=True, silent=True)))


@contextlib.contextmanager
def _trust_afterwards_as_before() -> t.Iterator[None]:
    """This is ansible-playbook's own process, whose other connections go on to trust what they trusted."""
    before = os.environ.get(TRUST_FILE)
    try:
        yield
    finally:
        os.environ.pop(TRUST_FILE, None)
        if before is not None:
            os.environ[TRUST_FILE] = before
