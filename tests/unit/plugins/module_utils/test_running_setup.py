# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._running_setup import check_busy
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import service_row, snapshot

SERVICE_PROCESS = 900
SERVICES = [service_row("ENTSSO"), service_row("msiserver", process_id=SERVICE_PROCESS)]


def process(image: str, pid: int = 4711) -> dict[str, t.Any]:
    return {"Name": image, "ProcessId": pid, "SessionId": 2, "CommandLine": "secret"}


@pytest.mark.parametrize(
    ("image", "pid", "expected"),
    [
        ("msiexec.exe", 4711, "warn"),
        ("MSIEXEC.EXE", 4711, "warn"),
        ("msiexec.exe", SERVICE_PROCESS, None),
        ("msiexec.exe.config", 4711, None),
        ("BTS2020-KB5009901-x64-ENU.exe", 4711, "fail"),
        ("BizTalk2010-KB3136004-ENU.exe", 4711, "fail"),
        ("bts2020-kb5007969-enu (cu3).exe", 4711, "fail"),
        ("SQLServer2019-KB5011644-x64.exe", 4711, "warn"),
        ("BTSNTSvc64.exe", 4711, None),
        ("Toolkb1.exe", 4711, None),
    ],
)
def test_what_installs_something_is_found(image: str, pid: int, expected: str | None) -> None:
    findings = list(check_busy(snapshot(services=SERVICES, processes=[process(image, pid)])))
    assert [finding.level for finding in findings] == ([expected] if expected else [])
    for finding in findings:
        assert (finding.where, "secret" in finding.text) == ("BTS1", False)
        assert f"{image} (process {pid}, session 2) runs" in finding.text


def test_windows_installer_may_not_be_running_at_all() -> None:
    services = [service_row("msiserver", "stopped", process_id=0)]
    assert len(list(check_busy(snapshot(services=services, processes=[process("msiexec.exe")])))) == 1
