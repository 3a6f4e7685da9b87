# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory that the management database makes, and playbooks that run with it."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.runs import CLOSE_APPLICATIONS, changes
from tests.lab import inventory
from tests.lab.paths import TOPOLOGIES
from tests.lab.playbook import environment_of, run_playbook

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab import Lab

PASSWORD_VARIABLE = "BIZTALK_SQL_LOGIN_PASSWORD"


def configure(lab: Lab, **options: t.Any) -> Path:
    """Write what an operator writes: the plugin's file, and the settings and the connections beside it."""
    windows = inventory.document(lab)["all"]["children"]["windows"]
    settings = windows["vars"]
    connection = dict(settings["biztalk_sql_options"])
    del connection["login_password"]
    path = lab.folder / "lab.biztalk.yml"
    plugin = {
        "plugin": "biztalk.patching.management_db",
        "server": settings.pop("biztalk_management_server"),
        "database": settings.pop("biztalk_management_database"),
        **connection,
        **options,
    }
    _write(path, plugin)
    _write(lab.folder / "group_vars" / "all.yml", settings)
    for group in windows["children"].values():
        for host, variables in group["hosts"].items():
            _write(lab.folder / "host_vars" / f"{host}.yml", variables)
    return path


def listed(lab: Lab, path: Path) -> subprocess.CompletedProcess[str]:
    """What the real ansible-inventory says of it."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(path), "--list"],
        env=environment_of(path) | {PASSWORD_VARIABLE: password(lab)},
        cwd=lab.folder,
        capture_output=True,
        text=True,
        check=False,
    )


def groups(lab: Lab, path: Path) -> dict[str, list[str]]:
    found = json.loads(listed(lab, path).stdout)
    return {name: group["hosts"] for name, group in found.items() if "hosts" in group}


def password(lab: Lab) -> str:
    return str(inventory.document(lab)["all"]["children"]["windows"]["vars"]["biztalk_sql_options"]["login_password"])


def _write(path: Path, document: dict[str, t.Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(document), encoding="utf-8")


def test_the_plan_is_made_for_what_the_database_knows(single_lab: Lab) -> None:
    path = configure(single_lab)
    assert groups(single_lab, path) == {
        "biztalk": ["bts1"],
        "biztalk_sql": ["sql1"],
        "biztalk_master_secret": ["bts1"],
        "biztalk_host_ProcessingHost": ["bts1"],
        "biztalk_host_ReceiveHost": ["bts1"],
        "biztalk_host_WebHost": ["bts1"],
    }
    result = run_playbook(
        "biztalk.patching.plan", path, *CLOSE_APPLICATIONS, environment={PASSWORD_VARIABLE: password(single_lab)}
    )
    output = " ".join(result.stdout.split())
    assert result.returncode == 2, result.stdout
    assert "PASS group: the inventory is the group" in output
    assert "BTS1: install BTS2020-KB5009901" in output
    assert changes(single_lab.run_events()) == []


@pytest.mark.long
def test_an_inventory_that_cannot_be_read_is_no_success(single_lab: Lab) -> None:
    path = configure(single_lab, server_addresses={"SQL1": "localhost,1"}, connect_timeout=2)
    said = " ".join(listed(single_lab, path).stderr.split())
    assert "There is no inventory, because the BizTalk group cannot be read: SQL Server SQL1 (at localhost,1)" in said
    assert "Nothing answers there" in said
    result = run_playbook("biztalk.patching.patch", path, environment={PASSWORD_VARIABLE: password(single_lab)})
    assert result.returncode != 0
    assert "Nothing was touched. The inventory has no computer for biztalk_hosts=biztalk" in " ".join(
        result.stdout.split()
    )
    assert password(single_lab) not in said + result.stdout


@pytest.mark.long
@pytest.mark.parametrize("topology", ["cluster.yml", "availability-group.yml"])
def test_every_computer_behind_the_databases_is_there(open_lab: Callable[..., Lab], topology: str) -> None:
    with open_lab(TOPOLOGIES / topology) as lab:
        found = groups(lab, configure(lab))
    assert sorted(found["biztalk_sql"]) == ["sql1", "sql2"]
    assert found["biztalk"] == [spec.name.lower() for spec in lab.topology.computers]
