# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that only look: setup, win_whoami, win_reg_stat, win_reboot_info, win_product_facts, win_wait_for."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from tests.lab.windows.registry import Value

if t.TYPE_CHECKING:
    from tests.lab.windows.computer import Computer
    from tests.unit.lab.winrm.conftest import Runner

PRODUCT = r"HKLM:\SOFTWARE\Microsoft\BizTalk Server\3.0"


def test_setup(run: Runner) -> None:
    facts = run("setup")["ansible_facts"]
    assert (
        facts.items()
        >= {
            "ansible_architecture": "64-bit",
            "ansible_architecture2": "x86_64",
            "ansible_hostname": "BTS2",
            "ansible_os_family": "Windows",
            "ansible_user_id": "patchadmin",
            "ansible_reboot_pending": False,
        }.items()
    )
    assert facts["ansible_env"]["ProgramData"] == r"C:\ProgramData"


def test_setup_of_a_32_bit_computer(run: Runner, computer: Computer) -> None:
    computer.architecture = "x86"
    facts = run("setup")["ansible_facts"]
    assert (facts["ansible_architecture"], facts["ansible_architecture2"]) == ("32-bit", "i386")


@pytest.mark.parametrize(
    ("subset", "present", "absent"),
    [
        (["!all", "!min", "platform"], "ansible_architecture", "ansible_user_id"),
        (["!all"], "ansible_user_id", "ansible_uptime_seconds"),
        (["!platform"], "ansible_uptime_seconds", "ansible_architecture"),
        (["!all", "!min", "hardware"], "ansible_uptime_seconds", "ansible_env"),
    ],
)
def test_setup_of_a_subset(run: Runner, subset: list[str], present: str, absent: str) -> None:
    facts = run("setup", gather_subset=subset)["ansible_facts"]
    assert present in facts
    assert absent not in facts


def test_setup_warns_of_an_unknown_subset(run: Runner) -> None:
    assert run("setup", gather_subset=["!all", "biztalk"])["warnings"] == [
        "invalid value biztalk specified in gather_subset"
    ]


def test_whoami_tells_the_kind_of_logon(run: Runner) -> None:
    network = run("win_whoami")
    assert (network["logon_type"], network["account"]["account_name"]) == ("Network", "patchadmin")
    assert "S-1-5-32-544" in [group["sid"] for group in network["groups"]]
    run.session = dataclasses.replace(run.session, interactive=True)
    assert run("win_whoami")["logon_type"] == "Interactive"


def test_whoami_of_a_user_without_rights(run: Runner, computer: Computer) -> None:
    alice = computer.logon(r"LAB\alice", "Alice-Console-1!")
    run.session = dataclasses.replace(run.session, account=alice)
    result = run("win_whoami")
    assert "S-1-5-32-544" not in [group["sid"] for group in result["groups"]]
    assert result["rights"] == []


def test_registry_key(run: Runner) -> None:
    result = run("win_reg_stat", path=PRODUCT.upper())
    assert result["exists"]
    assert result["properties"]["ProductVersion"] == {
        "type": "REG_SZ",
        "value": "3.13.717.0",
        "raw_value": "3.13.717.0",
    }
    assert result["sub_keys"] == ["Administration"]


def test_registry_value(run: Runner, computer: Computer) -> None:
    computer.registry.set(r"HKLM:\SOFTWARE\X", Count=3).values["Raw"] = Value("REG_BINARY", b"\x01\xff")
    result = run("win_reg_stat", path=r"HKLM:\SOFTWARE\X", name="count")
    assert (result["exists"], result["type"], result["value"]) == (True, "REG_DWORD", 3)
    assert run("win_reg_stat", path=r"HKLM:\SOFTWARE\X", name="Raw")["raw_value"] == ["0x01", "0xff"]
    assert not run("win_reg_stat", path=r"HKLM:\SOFTWARE\X", name="none")["exists"]


@pytest.mark.parametrize("path", [r"HKLM:\SOFTWARE\None", r"HKCU:\Software"])
def test_registry_key_that_does_not_exist(run: Runner, path: str) -> None:
    assert run("win_reg_stat", path=path)["exists"] is False


@pytest.mark.parametrize("path", [r"HKEY_LOCAL_MACHINE\SOFTWARE", r"HKLM\SOFTWARE", "SOFTWARE"])
def test_registry_path_of_another_spelling(run: Runner, path: str) -> None:
    assert "is not a valid registry path" in run("win_reg_stat", path=path)["msg"]


def test_reboot_info(run: Runner, computer: Computer) -> None:
    assert run("win_reboot_info")["reboot_required"] is False
    computer.pending_restart = True
    result = run("win_reboot_info")
    assert (result["reboot_required"], result["reboot_required_reasons"][0]["source"]) == (True, "pending_file_rename")
    assert run("setup", gather_subset=["platform"])["ansible_facts"]["ansible_reboot_pending"] is True


def test_product_facts(run: Runner) -> None:
    assert run("win_product_facts")["ansible_facts"]["ansible_os_license_status"] == "Licensed"


def test_wait_for_a_file(run: Runner, computer: Computer) -> None:
    computer.files.write(r"C:\ProgramData\a", b"Exit code 0", "test")
    assert run("win_wait_for", path=r"C:\ProgramData\a", regex=r"Exit code \d")["wait_attempts"] == 1
    assert run("win_wait_for", path=r"C:\ProgramData\b", state="absent")["wait_attempts"] == 1
    assert "timeout while waiting" in run("win_wait_for", path=r"C:\ProgramData\b", timeout=0)["msg"]
    assert "does not model" in run("win_wait_for", port=80)["msg"]


def test_ping(run: Runner) -> None:
    assert run("win_ping")["ping"] == "pong"
    assert run("win_ping", data="crash")["failed"]


def test_a_job_that_nobody_started(run: Runner) -> None:
    result = run("async_status", jid="j1", _async_dir=r"%USERPROFILE%\.ansible_async")
    assert result["msg"] == r"could not find job at 'C:\Users\patchadmin\.ansible_async'"
    assert (result["finished"], result["failed"]) == (1, True)
