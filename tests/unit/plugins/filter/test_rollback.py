# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.biztalk.patching.plugins.filter.rollback import FilterModule, rollback_plan, rollback_scope
from ansible_collections.biztalk.patching.tests.unit.plugins.records import record
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CU4,
    WOW,
    package,
    raw_snapshot,
    registry_key,
    sql_instance,
    uninstall_key,
)

HIVES = [uninstall_key("Microsoft BizTalk Server 2020"), uninstall_key(CU4)]
RAW = {"bts1": raw_snapshot("BTS1", uninstall=HIVES)}
GROUP: dict[str, t.Any] = {
    "servers": [{"name": "BTS1", "master_secret_server": True, "runtime": True}],
    "hosts": [],
    "host_instances": [],
    "management": {"server": "SQL1", "database": "BizTalkMgmtDb"},
    "sql_instances": [sql_instance()],
    "sso_server": "BTS1",
}


def test_the_filters_have_their_names() -> None:
    assert FilterModule().filters() == {"rollback_scope": rollback_scope, "rollback_plan": rollback_plan}


def test_what_is_found_is_planned() -> None:
    found = rollback_scope(RAW, kb_numbers=[5009901], packages=[package()], backup_set={"id": 41})
    assert found["restores"]
    (entry,) = found["entries"]["bts1"]
    assert entry == {"kb": "5009901", "entry": CU4, "path": rf"{WOW}\{CU4}"}

    read = {**registry_key(UninstallString="MsiExec.exe /I{90140000-0011-0000-1000-0000000FF1CE}"), "item": entry}
    plan = rollback_plan(
        RAW,
        scope=found["scope"],
        entries={"bts1": [read]},
        group=GROUP,
        sql_hosts={"sql1": ""},
        stage_folder=r"D:\Logs",
        restored=[{"server": "SQL1", "name": "SSODB", "file": "a.bak", "finished": "2026-11-22T01:00:00"}],
    )
    assert (plan["outcome"], plan["confirm"], plan["backup_set"]) == ("restore", "KB5009901", {"id": 41})
    (uninstall,) = plan["computers"]["bts1"]["uninstalls"]
    assert uninstall["command"] == (
        r"msiexec.exe /x {90140000-0011-0000-1000-0000000FF1CE} /qn /norestart /l*v "
        r'"D:\Logs\uninstall-KB5009901.log"'
    )
    assert "SQL1: restore SSODB from a.bak" in plan["lines"]
    assert "of 2026-11-22T01:00:00" in plan["loss"]


def test_nothing_is_looked_for_where_there_is_nothing() -> None:
    found = rollback_scope(RAW, record=record(step="prepared"))
    assert (found["restores"], found["entries"]) == (False, {"bts1": []})
    assert "before it installed anything" in found["scope"]["nothing"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kb_numbers": "5009901"}, "must be a list of KB numbers"),
        ({"record": record(step="installing"), "kb_numbers": ["1"]}, "was interrupted"),
    ],
)
def test_what_cannot_be_asked_for(arguments: dict[str, t.Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        rollback_scope(RAW, **arguments)
