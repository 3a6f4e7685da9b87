# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._stop_checks import (
    check_app_pools,
    check_programs,
    check_services,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import service_row, snapshot

POOL = 'APPPOOL "Orders" (MgdVersion:v4.0,MgdMode:Integrated,state:Started)'
ADAPTER = {"Name": "Adapter.exe", "ProcessId": 1204, "SessionId": 0, "CommandLine": None}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], []),
        (["Spooler", "spooler"], []),
        (["OnlyOnTwo"], []),
        (["ENTSSO"], [("R14", "Enterprise SSO must run during an install")]),
        (["entsso"], [("R14", "Enterprise SSO must run during an install")]),
        (["Adaptr"], [("R11", "names Adaptr, which is a service of no computer")]),
        (["Enterprise Single Sign-On Service"], [("R11", "a service of no computer")]),
    ],
)
def test_the_services_that_the_operator_names(names: list[str], expected: list[tuple[str, str]]) -> None:
    snapshots = [snapshot("BTS1"), snapshot("BTS2", services=[service_row("OnlyOnTwo", "stopped")])]
    findings = list(check_services(names, snapshots))
    assert [(finding.level, finding.where, finding.rule) for finding in findings] == [
        ("fail", "biztalk_stop_services", rule) for rule, _text in expected
    ]
    assert all(text in finding.text for finding, (_rule, text) in zip(findings, expected, strict=True))


def test_a_program_that_is_ended_has_to_be_started_by_its_operator() -> None:
    (finding,) = check_programs(["Adapter.exe"], [snapshot(processes=[ADAPTER]), snapshot("BTS2")])
    assert (finding.level, finding.where, finding.rule) == ("warn", "BTS1", "R11")
    assert "(Adapter.exe, process 1204, session 0) will be ended and is not started again" in finding.text


@pytest.mark.parametrize("image", ["C:\\Adapter.exe", "", "a*"])
def test_a_program_must_be_named_by_its_file(image: str) -> None:
    (finding,) = check_programs([image], [])
    assert (finding.level, finding.where) == ("fail", "biztalk_stop_processes")


@pytest.mark.parametrize(
    ("names", "levels"),
    [(["orders"], ["warn"]), (["Orders", "Bills"], ["fail", "warn"]), ([], ["fail", "warn"])],
)
def test_application_pools(names: list[str], levels: list[t.Any]) -> None:
    findings = list(check_app_pools(names, [snapshot(app_pools=POOL), snapshot("BTS2")]))
    assert [(finding.level, finding.rule) for finding in findings] == [(level, "R12") for level in levels]
