# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._clustered_sso import check_sso
from ansible_collections.biztalk.patching.plugins.module_utils._preflight import (
    Finding,
    check_administrator,
    check_applications,
    check_inventory,
    check_product,
    check_restart,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CONSOLE,
    MISSING_KEY,
    USERS,
    raw_snapshot,
    registry_key,
    snapshot,
)

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot

DATABASE = "BizTalkMgmtDb"


def account(*groups: dict[str, t.Any]) -> dict[str, t.Any]:
    return {**raw_snapshot()["account"], "groups": list(groups)}


def test_a_finding_says_where() -> None:
    assert str(Finding("fail", "BTS1", "is on fire", "R1")) == "BTS1: is on fire"


@pytest.mark.parametrize(
    ("names", "servers", "expected"),
    [
        (["BTS1", "BTS2"], ["BTS2", "BTS1"], []),
        ([], [], []),
        (
            ["BTS1"],
            ["BTS1", "BTS3", "BTS2"],
            [("BTS2", "add it to the inventory"), ("BTS3", "add it to the inventory")],
        ),
        (["BTS1", "WEB1"], ["BTS1"], [("WEB1", "remove it from the inventory")]),
        (["WEB1"], ["BTS1"], [("BTS1", "add it to the inventory"), ("WEB1", "check that biztalk_management_server")]),
    ],
)
def test_the_inventory_must_be_the_group(names: list[str], servers: list[str], expected: list[tuple[str, str]]) -> None:
    findings = list(check_inventory(names, servers))
    assert [(finding.level, finding.where, finding.rule) for finding in findings] == [
        ("fail", where, "R10") for where, _remedy in expected
    ]
    for finding, (_where, remedy) in zip(findings, expected, strict=True):
        assert remedy in finding.text


@pytest.mark.parametrize(
    ("replaced", "level", "rule", "parts"),
    [
        pytest.param(
            {"product": MISSING_KEY}, "fail", "", ("not installed", "remove it from the inventory"), id="no BizTalk"
        ),
        pytest.param(
            {"administration": MISSING_KEY},
            "fail",
            "",
            ("not configured", "installed again after it", "configure BizTalk Server first"),
            id="not configured",
        ),
        pytest.param(
            {"administration": registry_key(MgmtDBServer="SQL9", MgmtDBName="OtherMgmtDb")},
            "fail",
            "R10",
            ("belongs to the group of OtherMgmtDb on SQL9", "not to that of BizTalkMgmtDb"),
            id="another group",
        ),
        pytest.param(
            {"account": account(USERS)},
            "fail",
            "R3",
            ("LAB\\patchadmin is no administrator", "Add it to the local Administrators group"),
            id="no administrator",
        ),
        pytest.param({"services": []}, "fail", "R14", ("ENTSSO", "start it"), id="Enterprise SSO is down"),
        pytest.param(
            {"facts": {**raw_snapshot()["facts"], "ansible_reboot_pending": True}},
            "warn",
            "",
            ("restart is pending", "restart the computer before"),
            id="restart pending",
        ),
    ],
)
def test_what_is_wrong_with_a_computer_is_found(
    replaced: dict[str, t.Any], level: str, rule: str, parts: tuple[str, ...]
) -> None:
    (finding,) = _looked_at(snapshot(**replaced))
    assert (finding.level, finding.where, finding.rule) == (level, "BTS1", rule)
    for part in parts:
        assert part in finding.text


@pytest.mark.parametrize("database", [DATABASE, "BIZTALKMGMTDB"])
def test_nothing_is_found_on_a_healthy_computer(database: str) -> None:
    assert _looked_at(snapshot(), database) == []


def _looked_at(found: Snapshot, database: str = DATABASE) -> list[Finding]:
    return [
        *check_product(found, management_database=database),
        *check_administrator(found),
        *check_sso(found),
        *check_restart(found),
    ]


@pytest.mark.parametrize(
    ("close", "level", "remedy"),
    [(True, "warn", "will be closed"), (False, "fail", "close it, or set biztalk_close_applications to true")],
)
def test_an_open_application_is_found(close: bool, level: str, remedy: str) -> None:
    open_twice = snapshot(processes=[CONSOLE, {**CONSOLE, "ProcessId": 4712, "Name": "devenv.exe"}])
    first, second = check_applications(open_twice, close=close)
    assert (first.level, first.where, first.rule) == (level, "BTS1", "R11")
    assert "Administration Console (mmc.exe, process 4711, session 2) is open" in first.text
    assert remedy in first.text
    assert "Visual Studio (devenv.exe, process 4712, session 2) is open" in second.text


def test_no_application_is_no_finding() -> None:
    assert list(check_applications(snapshot(), close=False)) == []
