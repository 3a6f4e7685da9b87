# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.biztalk.patching.tests.unit.plugins import records
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    MISSING_KEY,
    raw_snapshot,
    service_row,
    uninstall_key,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.statuses import (
    NO_RUN,
    group,
    host_instance,
    job,
    seen,
    silent,
    status,
)

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._status import Status

BARE = [uninstall_key("Microsoft BizTalk Server 2020")]


def texts(found: Status) -> list[str]:
    return [str(finding) for finding in found.findings()]


def services(**states: str) -> list[dict[str, t.Any]]:
    return [service_row("ENTSSO"), *(service_row(f"BTSSvc${host}", state) for host, state in states.items())]


def test_of_a_healthy_group_there_is_nothing_to_look_at() -> None:
    assert texts(status()) == []


def test_what_a_healthy_group_tells() -> None:
    result = status().as_result()
    assert json.loads(json.dumps(result)) == result
    assert result["group"] == "BizTalk Group"
    assert result["management"] == {"server": "SQL1", "database": "BizTalkMgmtDb"}
    assert result["run"] is None
    assert result["last_full_set"]["id"] == 44
    assert result["computers"][0] == {
        "host": "bts1",
        "name": "BTS1",
        "answers": True,
        "problem": "",
        "product": "Microsoft BizTalk Server 2020",
        "edition": "Enterprise",
        "version": "3.13.844.0",
        "updates": ["CU4 KB5009901"],
        "restart_pending": False,
        "sso_running": True,
        "host_instances": {"Receive": "running", "Send": "running"},
    }


@pytest.mark.parametrize(
    ("computers", "expected"),
    [
        ([seen("BTS1"), silent("BTS2")], "BTS2: does not answer: ntlm: connection timed out"),
        ([seen("BTS1")], "BTS2: is a computer of the BizTalk group but not in the inventory"),
        ([seen("BTS1"), seen("BTS2"), seen("BTS3")], "BTS3: is in the inventory but not a computer of this BizTalk"),
        ([seen("BTS1"), seen("BTS2", product=MISSING_KEY)], "BTS2: BizTalk Server is not installed here"),
        ([seen("BTS1"), seen("BTS2", uninstall=BARE)], "is installed on BTS1, but not on BTS2"),
        (
            [seen("BTS1"), seen("BTS2", uninstall=BARE)],
            "BTS2: is at 3.13.717.0, but an update has brought the databases",
        ),
        (
            [seen("BTS1"), seen("BTS2", services=services(Receive="started"))],
            "BTS2: host instances that are not disabled",
        ),
        ([seen("BTS1"), seen("BTS2", services=[])], "BTS2: Enterprise SSO (ENTSSO) is not running"),
        (
            [seen("BTS1"), seen("BTS2", facts={**raw_snapshot("BTS2")["facts"], "ansible_reboot_pending": True})],
            "BTS2: a restart is pending",
        ),
    ],
)
def test_what_is_wrong_with_a_computer_is_told(computers: list[dict[str, t.Any]], expected: str) -> None:
    found = texts(status(*computers))
    assert any(expected in text for text in found), found


def test_a_silent_computer_is_no_unknown_one() -> None:
    assert len(texts(status(seen("BTS1"), silent("bts2")))) == 1


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({"backup_job": job(exists=False)}, "the backup job is missing"),
        ({"backup_job": job(enabled=False)}, "the backup job is disabled"),
        ({"backup_job": job(path_configured=False)}, "the backup job has no path"),
        ({"backup_job": job(last_outcome="failed")}, "the backup job's last run failed"),
        ({"last_full_set": None}, "there is no full backup set"),
        ({"last_full_set": {**group()["last_full_set"], "complete": False}}, "set 44 is not complete"),
        ({"databases": [{**group()["databases"][1], "backed_up": False}]}, "does not cover SSODB"),
        ({"sql_instances": [{**group()["sql_instances"][0], "agent_running": False}]}, "SQL1: SQL Server Agent is"),
        ({"sql_instances": [{**group()["sql_instances"][0], "problem": "no login"}]}, "SQL1: could not be asked"),
    ],
)
def test_what_is_wrong_with_the_databases_is_told(replaced: dict[str, t.Any], expected: str) -> None:
    (found,) = texts(status(group=group(**replaced)))
    assert expected in found


def test_a_group_that_cannot_be_read_still_shows_its_computers() -> None:
    found = status(group=None, problem="SQL Server sql1.lab: Nothing answers there")
    assert texts(found) == [
        "BizTalkMgmtDb on sql1.lab: the group cannot be read: SQL Server sql1.lab: Nothing answers there"
    ]
    result = found.as_result()
    assert result["management"] == {"server": "sql1.lab", "database": "BizTalkMgmtDb"}
    assert result["backup_job"] is None
    assert result["computers"][1]["host_instances"] == {"Receive": "running", "Send": "running"}


@pytest.mark.parametrize(
    ("row", "service", "expected"),
    [
        ({}, service_row("BTSSvc$A"), "running"),
        ({}, service_row("btssvc$a", "stopped"), "stopped"),
        ({}, service_row("BTSSvc$A", "start_pending"), "starting or stopping"),
        ({}, service_row("BTSSvc$B"), "missing"),
        ({"disabled": True}, service_row("BTSSvc$A", "stopped"), "disabled"),
        ({}, service_row("BTSSvc$A", "stopped", start_mode="disabled"), "disabled"),
        # Enabled or not: it runs.
        ({"disabled": True}, service_row("BTSSvc$A"), "running"),
        ({"clustered": True}, service_row("BTSSvc$A", "stopped"), "clustered"),
    ],
)
def test_the_state_of_a_host_instance(row: dict[str, t.Any], service: dict[str, t.Any], expected: str) -> None:
    only = group(host_instances=[host_instance("BTS1", "A", **row), host_instance("BTS2", "A")])
    (computer,) = status(seen("BTS1", services=[service])).computers
    assert computer.host_instances(only) == {"A": expected}


def test_an_open_run_comes_first() -> None:
    found = {**NO_RUN, "record": records.record(), "open": True, "owner": "dead", "problems": ["a copy is spoilt"]}
    first, second = texts(status(record=found))
    assert first == f"{records.record()['id']}: a run has not come to its end. {records.record()['next']}"
    assert second == "run record: a copy is spoilt"
