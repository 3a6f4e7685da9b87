# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses
import hashlib
import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.unit.lab.winrm.conftest import Runner

KEY = r"HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\CU3 [KB 5007969]"


def test_an_update_is_installed_once(run: Runner, package: str) -> None:
    run("win_service", name="ENTSSO", state="stopped", force_dependent_services=True)
    options: dict[str, t.Any] = {"path": package, "arguments": "/quiet", "product_id": "CU3 [KB 5007969]"}
    result = run("win_package", **options)
    assert (result["changed"], result["rc"], result["reboot_required"]) == (True, 0, False)
    assert result["checksum"] == hashlib.sha1(b"MZ an update", usedforsecurity=False).hexdigest().upper()
    assert run.session.computer.registry.key(KEY)
    assert not run("win_package", **options)["changed"]
    assert len(run.events("install.started")) == 1


def test_a_restart_is_reported(run: Runner, package: str) -> None:
    result = run("win_package", path=package, arguments=["/quiet", "/log", r"C:\Stage\set up.log"])
    assert (result["rc"], result["reboot_required"]) == (3010, True)
    assert run.session.computer.files.exists(r"C:\Stage\set up.log")


def test_an_unexpected_code_fails(run: Runner, package: str) -> None:
    result = run("win_package", path=package, arguments="/quiet", expected_return_code=[0])
    assert (result["failed"], result["rc"]) == (True, 3010)
    assert result["msg"].startswith(r"unexpected rc from 'C:\Stage\update.exe /quiet'")


def test_the_logon_reaches_the_installer(run: Runner, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def install(path: str, arguments: list[str], account: t.Any, *, interactive: bool) -> int:
        seen.append(interactive)
        return 0

    monkeypatch.setattr(run.session.computer.installer, "run", install)
    run("win_package", path=package, arguments="/quiet")
    run.session = dataclasses.replace(run.session, interactive=True)
    run("win_package", path=package, arguments="/quiet")
    assert seen == [False, True]


def test_check_mode_installs_nothing(run: Runner, package: str) -> None:
    assert run("win_package", check=True, path=package, arguments="/quiet")["changed"]
    assert not run.events("install.started")


def test_check_mode_fails_without_the_file(run: Runner) -> None:
    assert "IsMsi" in run("win_package", check=True, path=r"C:\none.exe")["msg"]


@pytest.mark.parametrize(("creates", "changed"), [("ENTSSO", False), ("nothing", True)])
def test_creates_service(run: Runner, package: str, creates: str, changed: bool) -> None:
    options: dict[str, t.Any] = {"path": package, "arguments": "/quiet", "creates_service": creates}
    assert run("win_package", check=True, **options)["changed"] is changed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": r"C:\none.exe"}, r"the file at the path 'C:\none.exe' cannot be reached"),
        ({"path": r"C:\Stage\update.exe", "checksum": "00"}, "did not match '00'"),
        ({"path": r"C:\Stage\other.exe", "verify_signature": True}, "signature status is 'HashMismatch'"),
        ({"path": r"C:\Stage\update.exe"}, "would wait for somebody at the screen"),
        ({"path": r"C:\Stage\other.exe", "arguments": "/quiet"}, "is not a program that the lab knows"),
        ({"path": "http://x/update.exe"}, "The lab refuses"),
        ({"path": r"C:\Stage\update.exe", "provider": "msi"}, "The lab refuses"),
    ],
)
def test_failures(run: Runner, package: str, options: dict[str, t.Any], message: str) -> None:
    run.session.computer.files.write(r"C:\Stage\other.exe", b"MZ other", "test")
    result = run("win_package", **options)
    assert result["failed"]
    assert message in result["msg"]
    assert not run.events("install.started")


@pytest.mark.parametrize("signed", [True, False])
def test_the_signature_is_checked_where_that_is_asked_for(run: Runner, package: str, signed: bool) -> None:
    packages = run.session.computer.world.packages
    for digest, spec in packages.items():
        packages[digest] = dataclasses.replace(spec, signed=signed)
    result = run("win_package", path=package, arguments="/quiet", verify_signature=True)
    assert result["failed"] is not signed
    assert signed or "signature status is 'NotSigned', expected 'Valid'" in result["msg"]
    assert bool(run.events("install.started")) is signed


def test_uninstall_by_the_registry(run: Runner, package: str) -> None:
    registry = run.session.computer.registry
    registry.set(KEY, DisplayName="CU3")
    result = run("win_package", product_id="CU3 [KB 5007969]", state="absent")
    assert result["msg"].startswith("Failed to find registry uninstall string")
    registry.set(KEY, UninstallString=f"{package} /quiet")
    assert run("win_package", product_id="CU3 [KB 5007969]", state="absent")["rc"] == 3010
    assert not run("win_package", product_id="other", state="absent")["changed"]
