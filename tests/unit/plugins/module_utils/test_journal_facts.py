# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._journal_facts import facts_of
from ansible_collections.biztalk.patching.tests.unit.plugins.records import package, plan

PROGRAM = {"name": "Administration Console", "image": "mmc.exe", "pid": 7}


def test_of_a_plan_it_keeps_what_ran_and_what_is_installed() -> None:
    made = plan()
    for computer in made["computers"].values():
        computer |= {"applications": [PROGRAM], "custom_programs": [], "installed": ["CU3"]}

    ((name, value),) = facts_of("set_fact", {"ansible_facts": {"preflight_plan": made}}, "preflight/main")

    assert name == "plan"
    assert value["outcome"] == "outage"
    assert [(one["name"], one["services"], one["programs"], one["installed"]) for one in value["computers"]] == [
        ("BTS1", ["BTSSvc$A"], ["Administration Console"], ["CU3"]),
        ("BTS2", ["BTSSvc$A"], ["Administration Console"], ["CU3"]),
    ]
    assert value["computers"][0]["updates"] == [
        {name: package()[name] for name in ("file_name", "has_sql", "kb", "sha256", "title")}
    ]


def test_of_packages_it_keeps_why_each_was_chosen() -> None:
    chosen = {"architecture": "x64", "chain": [{"package": package(), "why": "it is the x64 download"}]}

    ((_name, value),) = facts_of("package_select", {"results": [chosen]}, "preflight/group")

    assert (value["kb"], value["for"], value["why"], value["files"]) == ("5009901", "x64", "it is the x64 download", 1)


@pytest.mark.parametrize(
    ("action", "result", "file", "names"),
    [
        ("set_fact", {"ansible_facts": {"stop_active": []}}, "stop/round", []),
        ("full_backup", {"backup_set": {"id": 1}}, "backup/main", ["backup"]),
        ("full_backup", {"would_back_up": [], "last_full_set": None}, "preflight/group", ["last_backup"]),
        ("full_backup", {"msg": "no"}, "backup/main", []),
        ("wait_for_idle", {"msg": "an instance could not be asked"}, "backup/idle", []),
        ("full_restore", {"plan": []}, "rollback/databases", []),
        ("win_powershell", {"output": ["KB1", {"Name": "a.dll", "Version": "1"}]}, "install/prove", ["files"]),
        ("win_powershell", {"output": ["KB1"]}, "install/prove", []),
        ("win_powershell", {"output": [{"Name": "a.dll"}]}, "preflight/snapshot", []),
        ("win_service", {"name": "W3SVC"}, "start/main", []),
    ],
)
def test_only_results_that_tell_something_are_kept(
    action: str, result: dict[str, t.Any], file: str, names: list[str]
) -> None:
    assert [name for name, _value in facts_of(action, result, file)] == names
