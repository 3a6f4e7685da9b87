# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._computer import Product
from ansible_collections.biztalk.patching.plugins.module_utils._open_programs import Program
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    ADMINISTRATORS,
    CONSOLE,
    MISSING_KEY,
    USERS,
    package,
    raw_snapshot,
    registry_key,
    service_row,
    snapshot,
    uninstall_key,
)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([uninstall_key("A"), uninstall_key("B", "C")], ("A", "B", "C")),
        ([uninstall_key("A"), MISSING_KEY], ("A",)),
        ([MISSING_KEY, MISSING_KEY], ()),
    ],
)
def test_both_uninstall_keys_count_where_they_exist(keys: list[dict[str, t.Any]], expected: tuple[str, ...]) -> None:
    assert tuple(update.name for update in snapshot(uninstall=keys).updates) == expected


OWNERS = '"mmc.exe","4711","RDP-Tcp#1","2","9 K","Unknown","LAB\\alice","0:00:01","N/A"\r\n'


def test_an_entry_that_was_read_tells_its_number() -> None:
    entry = {"item": r"HKLM:\SOFTWARE\Uninstall\Microsoft BizTalk Server 2020 Update", **registry_key(ID="KB5009901")}
    names = uninstall_key("Microsoft BizTalk Server 2020 Update", "Microsoft BizTalk Server 2020")
    found = snapshot(uninstall=[names], entries=[entry])
    assert [sorted(update.kb_numbers) for update in found.updates] == [["5009901"], []]
    assert found.has_update(package(kb="5009901"))
    assert not snapshot(uninstall=[names]).has_update(package(kb="5009901"))


def test_what_a_computer_lacks_stays_in_order() -> None:
    found = snapshot(uninstall=[uninstall_key("Hotfix [KB 90000001]")])
    chain = [package(kb="90000003"), package(kb="90000001"), package(kb="90000002")]
    assert [item["kb"] for item in found.lacking(chain)] == ["90000003", "90000002"]


def test_what_installs_is_no_program_to_close() -> None:
    update = {**CONSOLE, "Name": "BTS2020-KB5007969-ENU.exe"}
    found = snapshot(processes=[CONSOLE, update, {**CONSOLE, "Name": "Adapter.exe"}])
    assert [program.image for program in (*found.applications, *found.custom_programs)] == ["mmc.exe", "Adapter.exe"]
    assert [setup.image for setup in found.running_setups] == ["BTS2020-KB5007969-ENU.exe"]


def test_a_computer_is_read_whole() -> None:
    adapter = {"Name": "Adapter.exe", "ProcessId": 1204, "SessionId": 0, "CommandLine": None}
    found = snapshot(
        "bts1",
        processes=[CONSOLE, {**CONSOLE, "CommandLine": "mmc.exe services.msc"}, adapter],
        owners=OWNERS,
        app_pools='APPPOOL "Orders" (MgdVersion:v4.0,MgdMode:Integrated,state:Started)\r\n',
    )
    assert (found.name, found.architecture, found.account) == ("BTS1", "64-bit", "LAB\\patchadmin")
    assert (found.administrator, found.restart_pending, found.sso_running) == (True, False, True)
    assert [service.name for service in found.services][:2] == ["BTSSvc$Receive", "BTSSvc$Send"]
    assert found.applications == (Program("Administration Console", "mmc.exe", 4711, 2, "LAB\\alice"),)
    assert found.custom_programs == (Program("custom program", "Adapter.exe", 1204, 0),)
    assert found.app_pools == {"Orders": "Started"}
    assert found.product == Product(
        "Microsoft BizTalk Server 2020", "3.13.717.0", "Enterprise", "SQL1", "BizTalkMgmtDb"
    )


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([USERS, ADMINISTRATORS], True),
        ([USERS], False),
        ([], False),
        ([{**ADMINISTRATORS, "attributes": ["Use for deny only"]}], False),
        ([{**USERS, "sid": "S-1-5-21-1-2-3-544"}], False),
    ],
)
def test_an_administrator_has_the_group_enabled(groups: list[dict[str, t.Any]], expected: bool) -> None:
    account = {**raw_snapshot()["account"], "groups": groups}
    assert snapshot(account=account).administrator is expected


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ([service_row("ENTSSO")], True),
        ([service_row("ENTSSO", "stopped")], False),
        ([service_row("ENTSSO", "start_pending")], False),
        ([service_row("Spooler")], False),
        ([], False),
    ],
)
def test_enterprise_sso_has_to_be_started(services: list[dict[str, t.Any]], expected: bool) -> None:
    assert snapshot(services=services).sso_running is expected


@pytest.mark.parametrize(
    ("administration", "configured"),
    [
        (registry_key(MgmtDBServer="SQL1", MgmtDBName="BizTalkMgmtDb"), True),
        (registry_key(MgmtDBServer="SQL1"), False),
        (registry_key(MgmtDBServer="", MgmtDBName=""), False),
        (registry_key(), False),
        (MISSING_KEY, False),
    ],
)
def test_a_product_is_configured_when_it_names_its_group(administration: dict[str, t.Any], configured: bool) -> None:
    product = snapshot(administration=administration).product
    assert product is not None
    assert product.configured is configured


def test_a_product_need_not_tell_everything() -> None:
    assert snapshot(product=registry_key(InstallPath="C:\\")).product == Product(
        "Microsoft BizTalk Server", "", "", "SQL1", "BizTalkMgmtDb"
    )


@pytest.mark.parametrize("key", [MISSING_KEY, registry_key()])
def test_no_product_is_none(key: dict[str, t.Any]) -> None:
    assert snapshot(product=key).product is None
