# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os
import typing as t

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.doc_fragments import constructed, inventory_cache

from ansible_collections.biztalk.patching.plugins.doc_fragments import sql as sql_fragment
from ansible_collections.biztalk.patching.plugins.inventory import management_db
from ansible_collections.biztalk.patching.plugins.module_utils import _tsql
from ansible_collections.biztalk.patching.plugins.module_utils._sql import TRUST_FILE
from ansible_collections.biztalk.patching.plugins.module_utils._sql_errors import Kind, SqlError
from ansible_collections.biztalk.patching.tests.unit.plugins.fake_sql import (
    FakeServer,
    FakeServers,
    management_answers,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.biztalk.patching.plugins.module_utils._sql_options import SqlOptions

PLUGIN = "biztalk.patching.management_db"
PASSWORD = "s3cret!"


class InventoryModule(management_db.InventoryModule):
    """The plugin with the names that Ansible's loader gives it."""

    _load_name = ansible_name = PLUGIN
    _redirected_names: t.ClassVar = [PLUGIN]


def definitions() -> dict[str, dict[str, t.Any]]:
    """The options as Ansible's loader puts them together."""
    found: dict[str, dict[str, t.Any]] = {}
    for fragment in (sql_fragment, constructed, inventory_cache):
        found |= yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    for name, option in yaml.safe_load(management_db.DOCUMENTATION)["options"].items():
        found[name] = {**found.get(name, {}), **option}
    return found


class SqlServers:
    """Opens a group's instances, and keeps with what options it was asked to."""

    def __init__(self) -> None:
        self.options: list[SqlOptions] = []
        self.answers = management_answers()
        self.refuses: SqlError | None = None

    @contextlib.contextmanager
    def open(self, options: SqlOptions) -> t.Iterator[FakeServers]:
        self.options.append(options)
        # The environment of a connection with a private authority.
        os.environ[TRUST_FILE] = "/private/ca.pem"
        if self.refuses:
            raise self.refuses
        yield FakeServers(FakeServer(self.answers))


@pytest.fixture
def sql(monkeypatch: pytest.MonkeyPatch) -> SqlServers:
    servers = SqlServers()
    monkeypatch.setattr(management_db, "OdbcServers", servers.open)
    return servers


def parse(folder: Path, *, fresh: bool = False, **options: t.Any) -> InventoryData:
    """The inventory of a configuration file with these options."""
    path = folder / "biztalk.yml"
    path.write_text(yaml.safe_dump({"plugin": PLUGIN, "server": "SQL1", **options}), encoding="utf-8")
    constants.config.initialize_plugin_configuration_definitions("inventory", PLUGIN, definitions())
    plugin, inventory = InventoryModule(), InventoryData()
    plugin.parse(inventory, DataLoader(), str(path), cache=not fresh)
    if "cache" in options:
        plugin.update_cache_if_changed()
    return inventory


def variables(inventory: InventoryData, host: str) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", inventory.get_host(host).get_vars())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("biztalk.yml", True),
        ("biztalk.yaml", True),
        ("orders.biztalk.yml", True),
        ("mybiztalk.yml", False),
        ("biztalk.yml.orig", False),
        ("biztalk.ini", False),
    ],
)
def test_its_files_are_told_by_their_names(tmp_path: Path, name: str, expected: bool) -> None:
    path = tmp_path / name
    path.touch()
    assert management_db.InventoryModule().verify_file(str(path)) is expected
    path.unlink()
    assert management_db.InventoryModule().verify_file(str(path)) is False


def test_the_group_becomes_hosts_groups_and_variables(tmp_path: Path, sql: SqlServers) -> None:
    inventory = parse(tmp_path, domain="example.org")
    groups = inventory.get_groups_dict()
    assert groups["biztalk"] == ["bts1.example.org", "bts2.example.org"]
    assert groups["biztalk_sql"] == ["sql1.example.org"]
    assert groups["biztalk_master_secret"] == groups["biztalk_host_Process"] == ["bts1.example.org"]
    assert variables(inventory, "bts2.example.org")["biztalk_computer"] == "BTS2"
    assert inventory.groups["biztalk"].vars == {
        "biztalk_management_server": "SQL1",
        "biztalk_management_database": "BizTalkMgmtDb",
        "biztalk_sql_group": "biztalk_sql",
        "biztalk_sql_options": {},
    }


def test_the_connection_of_a_ticket_is_handed_on(tmp_path: Path, sql: SqlServers) -> None:
    addresses = {"SQL1": "sql1.example.org,1500"}
    inventory = parse(tmp_path, encrypt="no", server_addresses=addresses, sql_group="databases")
    handed_on = inventory.groups["biztalk"].vars
    assert handed_on["biztalk_sql_options"] == {"encrypt": "no", "server_addresses": addresses}
    assert handed_on["biztalk_sql_group"] == "databases"


def test_a_password_comes_from_a_template_or_the_environment_and_goes_nowhere(
    tmp_path: Path, sql: SqlServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory = parse(tmp_path, login_user="sa", login_password="{{ 's3' ~ 'cret!' }}")
    monkeypatch.setenv("BIZTALK_SQL_LOGIN_USER", "sa")
    monkeypatch.setenv("BIZTALK_SQL_LOGIN_PASSWORD", PASSWORD)
    parse(tmp_path)
    assert [(options.login_user, options.login_password) for options in sql.options] == [("sa", PASSWORD)] * 2
    assert PASSWORD not in str([group.vars for group in inventory.groups.values()])
    assert "biztalk_sql_options" not in inventory.groups["biztalk"].vars


def test_a_login_needs_its_password(tmp_path: Path, sql: SqlServers) -> None:
    with pytest.raises(AnsibleParserError, match="login_user and login_password belong together"):
        parse(tmp_path, login_user="sa")


@pytest.mark.parametrize(
    "refusal", [SqlError("SQL Server SQL1: cannot connect. Nothing answers", Kind.UNREACHABLE), None]
)
def test_a_group_that_cannot_be_read_is_no_inventory(tmp_path: Path, sql: SqlServers, refusal: SqlError | None) -> None:
    sql.refuses = refusal
    sql.answers[_tsql.SERVERS] = []
    with pytest.raises(
        AnsibleParserError, match=r"There is no inventory.*SQL1: .*(Nothing answers|adm_Server is empty)"
    ):
        parse(tmp_path)


def test_groups_and_variables_of_the_users_own(tmp_path: Path, sql: SqlServers) -> None:
    inventory = parse(
        tmp_path,
        compose={"ansible_host": "biztalk_computer | lower ~ '.mgmt'"},
        groups={"quiet": "not biztalk_runtime | default(true)"},
        keyed_groups=[{"key": "biztalk_sql_instances | default([])", "prefix": "instance"}],
    )
    assert variables(inventory, "bts1")["ansible_host"] == "bts1.mgmt"
    assert inventory.get_groups_dict()["quiet"] == ["bts2"]
    assert inventory.get_groups_dict()["instance_SQL1"] == ["sql1"]


def test_strict_makes_a_wrong_expression_an_error(tmp_path: Path, sql: SqlServers) -> None:
    assert "wrong" not in variables(parse(tmp_path, compose={"wrong": "nothing.at_all"}), "bts1")
    with pytest.raises(Exception, match="Could not set wrong for host bts1"):
        parse(tmp_path, compose={"wrong": "nothing.at_all"}, strict=True)


def test_a_cache_spares_the_question_and_holds_no_secret(
    tmp_path: Path, sql: SqlServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cache"
    options: dict[str, t.Any] = {"login_user": "sa", "login_password": PASSWORD, "cache": True}
    options |= {"cache_plugin": "jsonfile", "cache_connection": str(folder)}
    first, second = parse(tmp_path, **options), parse(tmp_path, **options)
    assert len(sql.options) == 1
    assert second.get_groups_dict() == first.get_groups_dict()
    assert PASSWORD not in "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    # Asked anew: with --flush-cache, and where the file names another group.
    parse(tmp_path, **options, database="BizTalkMgmtDb2")
    parse(tmp_path, fresh=True, **options)
    assert len(sql.options) == 3
    # An inventory that was once read is no answer when it is to be read again.
    sql.refuses = SqlError("SQL Server SQL1: cannot connect", Kind.UNREACHABLE)
    with pytest.raises(AnsibleParserError, match="There is no inventory"):
        parse(tmp_path, fresh=True, **options)


@pytest.mark.parametrize("before", [None, "/etc/ssl/certs/ca-certificates.crt"])
def test_other_connections_trust_afterwards_what_they_trusted_before(
    sql: SqlServers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, before: str | None
) -> None:
    monkeypatch.delenv(TRUST_FILE, raising=False)
    if before:
        monkeypatch.setenv(TRUST_FILE, before)
    parse(tmp_path)
    assert os.environ.get(TRUST_FILE) == before
