# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._options import Options
from ansible_collections.biztalk.patching.plugins.module_utils._plan import Plan, make_plan
from ansible_collections.biztalk.patching.plugins.module_utils._plan_lines import plan_lines
from ansible_collections.biztalk.patching.plugins.module_utils._record_steps import advance, begin, with_computer
from ansible_collections.biztalk.patching.tests.unit.plugins.records import GROUP as RECORD_GROUP
from ansible_collections.biztalk.patching.tests.unit.plugins.records import LATER, NOW, OWNER
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CU4,
    MISSING_KEY,
    installer,
    package,
    service_row,
    snapshot,
    sql_instance,
    uninstall_key,
)

UPDATED: dict[str, t.Any] = {"uninstall": [uninstall_key(CU4), MISSING_KEY]}
DOWN: dict[str, t.Any] = {
    "services": [service_row("ENTSSO"), service_row("BTSSvc$A", "stopped"), service_row("BTSSvc$B", "stopped")]
}
UP: dict[str, t.Any] = {
    "services": [service_row("ENTSSO"), service_row("BTSSvc$A"), service_row("BTSSvc$B", "stopped")]
}
UPDATE = package(sha256="ab" * 32, title="CU4")
GROUP: dict[str, t.Any] = {
    "servers": [{"name": "BTS1", "master_secret_server": True, "runtime": True}],
    "hosts": [{"name": "A", "clustered": False, "cluster_group": None}],
    "versions": {"databases": [], "cumulative_updates": []},
    "databases": [],
    "host_instances": [{"server": "BTS1", "type": "in_process", "disabled": False}],
    "management": {"server": "SQL1", "database": "BizTalkMgmtDb"},
    "sql_instances": [sql_instance()],
}
STOPPED_AGENT: dict[str, t.Any] = {**GROUP, "sql_instances": [sql_instance(agent_running=False)]}
INSTALL = {"kb": UPDATE["kb"], "exit_code": 0, "entries": [CU4], "finished": LATER}


def plan(
    record: dict[str, t.Any] | None, *, group: dict[str, t.Any] | None = None, packages: t.Any = None, **raw: t.Any
) -> Plan:
    return make_plan(
        {"bts1": snapshot("BTS1", **raw)},
        group=group or GROUP,
        packages={"64-bit": packages or [UPDATE]},
        sql_hosts={"sql1": ""},
        installer=installer(),
        options=Options(),
        record=record,
    )


def interrupted(step: str, **replaced: t.Any) -> dict[str, t.Any]:
    """The record of a run that came as far as this step, having found BTSSvc$A and the Agent running."""
    found = plan(None, **UP).as_result()
    begun = begin(found, group=RECORD_GROUP, packages=[UPDATE], owner=OWNER, now=NOW)
    return {**advance(begun, now=LATER, step=step, backup_set={"id": 44}), **replaced}


@pytest.mark.parametrize("step", ["prepared", "backed_up", "installing"])
def test_what_ran_before_stands_in_the_record(step: str) -> None:
    made = plan(interrupted(step), group=STOPPED_AGENT, **DOWN)
    computer = made.computers[0]
    assert (made.failures, made.outcome) == ([], "outage")
    assert computer.services == ("BTSSvc$A",)
    assert [agent.running for agent in made.agents] == [True]
    assert made.as_result()["resumes"] == interrupted(step)["id"]


def test_what_came_up_meanwhile_is_stopped_and_started_too() -> None:
    services = [service_row("ENTSSO"), service_row("BTSSvc$A", "stopped"), service_row("BTSSvc$B")]
    assert plan(interrupted("prepared"), services=services).computers[0].services == ("BTSSvc$A", "BTSSvc$B")


def test_start_modes_are_those_from_before() -> None:
    held: dict[str, t.Any] = {
        "services": [service_row("ENTSSO"), service_row("BTSSvc$A", "stopped", start_mode="manual")]
    }
    assert plan(interrupted("installing"), **held).computers[0].start_modes["BTSSvc$A"] == "auto"


@pytest.mark.parametrize(("step", "expected"), [("prepared", False), ("backed_up", False), ("installing", True)])
def test_the_backup_set_is_kept_once_something_may_be_installed(step: str, expected: bool) -> None:
    made = plan(interrupted(step), **DOWN)
    assert made.half_installed == expected
    assert any("keep the backup set" in line for line in plan_lines(made, Options())) == expected


def test_an_install_that_nobody_saw_the_end_of_is_proved() -> None:
    computer = plan(interrupted("installing"), **DOWN, **UPDATED).computers[0]
    assert (computer.updates, computer.unproved) == ((), (UPDATE,))
    assert "BTS1: look at the setup log of BTS2020-KB5009901-x64-ENU.exe (computer 1 of 1)" in list(
        plan_lines(plan(interrupted("installing"), **DOWN, **UPDATED), Options())
    )


def test_a_proved_install_is_not_looked_at_again() -> None:
    record = with_computer(interrupted("installing"), "bts1", installs=[INSTALL])
    made = plan(record, **DOWN, **UPDATED)
    assert (made.to_install, made.outcome) == ([], "finish")
    assert list(plan_lines(made, Options()))[-2:] == ["BTS1: start BTSSvc$A", "SQL1: start SQLSERVERAGENT"]


def test_an_update_from_before_the_run_is_none_of_its_installs() -> None:
    found = plan(None, **UP, **UPDATED).as_result()
    begun = begin(found, group=RECORD_GROUP, packages=[UPDATE], owner=OWNER, now=NOW)
    assert plan(advance(begun, now=LATER, step="installing"), **DOWN, **UPDATED).computers[0].unproved == ()


@pytest.mark.parametrize(
    ("record", "cause"),
    [
        (interrupted("installing", packages=[{**UPDATE, "sha256": "cd" * 32}]), "other packages"),
        (interrupted("installing", computers=[{"name": "BTS9"}]), "BTS9"),
        (interrupted("installing", operation="rollback", next="Run rollback.yml again"), "Run rollback.yml again"),
    ],
    ids=["other packages", "another inventory", "a rollback"],
)
def test_another_run_is_not_finished(record: dict[str, t.Any], cause: str) -> None:
    failures = [str(finding) for finding in plan(record, **DOWN).failures]
    assert len(failures) == 1
    assert cause in failures[0]
