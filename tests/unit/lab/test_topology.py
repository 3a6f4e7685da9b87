# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from tests.lab.topology import BackupJob, Delays, Topology, TopologyError, merge

DEFAULT = Path(__file__).parents[2] / "lab" / "topologies" / "default.yml"


@pytest.fixture(scope="module")
def default() -> Topology:
    return Topology.load(DEFAULT)


def test_the_default_group_is_the_one_that_was_asked_for(default: Topology) -> None:
    assert [computer.name for computer in default.computers] == ["BTS1", "BTS2", "BTS3"]
    assert default.group.master_secret_server in {computer.name for computer in default.computers}
    assert [host.type for host in default.group.hosts] == ["in_process", "in_process", "isolated"]
    states = [state for computer in default.computers for state in computer.host_instances.values()]
    assert (states.count("disabled"), states.count("stopped")) == (1, 1)
    open_somewhere = [application for computer in default.computers for application in computer.applications]
    assert sum("BTSmmc.msc" in application.arguments for application in open_somewhere) == 1
    assert {"management", "message_box", "tracking", "rule_engine", "sso", "bam"} == default.databases_by_role.keys()
    assert default.sql_servers[0].backup_job == BackupJob(enabled=True, path="D:\\Backup\\BizTalk")


def test_references_are_looked_up_by_name(default: Topology) -> None:
    account = default.account("lab\\PATCHADMIN")
    assert account is not None
    assert account.name == "LAB\\patchadmin"
    assert default.account("LAB\\nobody") is None
    assert default.instance_of("SSODB") == "SQL1"
    assert default.group.host("WebHost").type == "isolated"
    assert [database.backed_up_as_other for database in default.databases_by_role["sso"]] == [True]


def test_a_database_is_found_on_the_instance_that_hosts_it() -> None:
    second = {"name": r"SQL2\BTS", "computer": "SQL2", "databases": [{"name": "Ledger", "role": "other"}]}
    topology = Topology.load(DEFAULT, overrides={"sql_servers": [second]})
    assert (topology.instance_of("BizTalkMsgBoxDb"), topology.instance_of("Ledger")) == ("SQL1", r"SQL2\BTS")


def test_what_a_file_leaves_out_is_the_usual() -> None:
    added = {
        "accounts": [{"name": r"LAB\new", "password": "x"}],
        "computers": [{"name": "BTS9"}],
        "sql_servers": [
            {
                "name": "SQL9",
                "computer": "SQL9",
                "databases": [{"name": "Ledger", "role": "other"}],
                "logins": [{"name": "reader", "password": "x"}],
                "backup_job": {},
            }
        ],
    }
    topology = Topology.load(DEFAULT, overrides=added)
    account, computer, server = topology.accounts[-1], topology.computers[-1], topology.sql_servers[-1]
    assert (account.administrator, account.sysadmin) == (False, False)
    assert (computer.architecture, computer.host_instances, computer.applications) == ("x64", {}, ())
    assert computer.in_group
    assert server.agent_running
    assert server.backup_job == BackupJob(exists=True, enabled=False, path=None)
    assert not server.logins[0].sysadmin
    assert not server.databases[0].backed_up_as_other


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"colour": "blue"}, "colour: Unexpected keyword argument"),
        ({"group": {"colour": "blue"}}, "group.colour: Unexpected keyword argument"),
        ({"computers": [{"name": "BTS9", "memory": 8}]}, "computers.3.memory: Unexpected keyword argument"),
        (
            {"computers": [{"name": "BTS1", "architecture": "ia64"}]},
            "computers.0.architecture: Input should be 'x64' or",
        ),
        (
            {"computers": [{"name": "BTS1", "host_instances": {"WebHost": "paused"}}]},
            "computers.0.host_instances.WebHost",
        ),
        ({"computers": [{"name": "BTS1", "host_instances": {"Ghost": "running"}}]}, "BTS1 has instances of hosts that"),
        ({"group": {"version": 3.13}}, "group.version: Input should be a valid string"),
        ({"delays": {"scale": "fast"}}, "delays.scale: Input should be a valid number"),
        ({"delays": {"scale": "1.5"}}, "delays.scale: Input should be a valid number"),
        ({"sql_servers": [{"name": "SQL1", "agent_running": "yes"}]}, "agent_running: Input should be a valid boolean"),
        ({"sql_servers": [{"name": "SQL2", "computer": "SQL2"}]}, "sql_servers.1.databases: Field required"),
        ({"group": {"management": {"instance": "SQL9"}}}, "the management database's instance SQL9 is not defined"),
        ({"accounts": None}, "accounts: Input should be"),
    ],
)
def test_what_the_lab_does_not_know_is_an_error_that_says_where(overrides: dict[str, t.Any], message: str) -> None:
    with pytest.raises(TopologyError) as caught:
        Topology.load(DEFAULT, overrides=overrides)
    assert message in str(caught.value)


@pytest.mark.parametrize("document", [None, [], "text", 1])
def test_a_file_that_is_no_mapping_is_an_error(document: t.Any) -> None:
    with pytest.raises(TopologyError, match="topology: Input should be"):
        Topology.parse(document)


def test_all_errors_come_at_once() -> None:
    with pytest.raises(
        TopologyError, match=r"group: Field required; accounts: .*; computers: .*; sql_servers: .*; x: "
    ):
        Topology.parse({"x": 1})


@pytest.mark.parametrize(
    ("document", "overrides", "expected"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 3, "c": 4}, {"a": 1, "b": 3, "c": 4}, id="mappings merge"),
        pytest.param({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}, id="all the way down"),
        pytest.param(
            [{"name": "x", "v": 1, "w": 1}, {"name": "y", "v": 1}],
            [{"name": "z"}, {"name": "x", "v": 2}],
            [{"name": "x", "v": 2, "w": 1}, {"name": "y", "v": 1}, {"name": "z"}],
            id="lists of named things merge by name",
        ),
        pytest.param([{"name": "x"}], [], [], id="an empty list empties"),
        pytest.param([], [{"name": "x"}], [{"name": "x"}], id="an empty list is filled"),
        pytest.param([1, 2], [3], [3], id="other lists are replaced"),
        pytest.param([{"image": "a"}], [{"image": "b"}], [{"image": "b"}], id="unnamed things are replaced"),
        pytest.param({"a": {"b": 1}}, {"a": None}, {"a": None}, id="nothing replaces something"),
        pytest.param({"a": 1}, {}, {"a": 1}, id="no overrides"),
    ],
)
def test_overrides_are_laid_over_the_file(document: t.Any, overrides: t.Any, expected: t.Any) -> None:
    assert merge(document, overrides) == expected


def test_merging_leaves_both_sides_as_they_are() -> None:
    document = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    overrides = {"computers": [{"name": "BTS1", "architecture": "x86"}]}
    assert merge(document, overrides)["computers"][0]["architecture"] == "x86"
    assert document == yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    assert overrides == {"computers": [{"name": "BTS1", "architecture": "x86"}]}


def test_every_delay_is_scaled_once() -> None:
    delays = Delays(scale=0.5, remote_task=1.0, service_stop=4.0)
    assert delays.scaled == Delays(
        scale=1.0,
        remote_task=0.5,
        service_start=0.75,
        service_stop=2.0,
        session_linger=1.5,
        backup_database=0.5,
        install=3.0,
        restart=5.0,
    )
    assert delays.scaled.scaled == delays.scaled
