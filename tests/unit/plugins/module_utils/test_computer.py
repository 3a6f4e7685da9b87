# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._computer import Application, Product
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    ADMINISTRATORS,
    CONSOLE,
    CU4,
    MISSING_KEY,
    USERS,
    raw_snapshot,
    registry_key,
    service_row,
    snapshot,
    uninstall_key,
)


@pytest.mark.parametrize(
    ("image", "command_line", "name"),
    [
        ("mmc.exe", r'mmc.exe "C:\BizTalk\BTSmmc.msc"', "Administration Console"),
        ("MMC.EXE", "mmc.exe BTSMMC.MSC /32", "Administration Console"),
        ("mmc.exe", r"mmc.exe C:\Windows\system32\services.msc", None),
        ("mmc.exe", "", None),
        ("mmc.exe", None, None),
        ("BTSHatApp.exe", None, "Health and Activity Tracking"),
        ("devenv.exe", "devenv.exe /edit", "Visual Studio"),
        ("notepad.exe", "notepad.exe BTSmmc.msc", None),
        ("mymmc.exe", "BTSmmc.msc", None),
    ],
)
def test_an_application_is_known_by_its_image(image: str, command_line: str | None, name: str | None) -> None:
    row = {"Name": image, "ProcessId": 4711, "SessionId": 2, "CommandLine": command_line}
    expected = Application(name, image, 4711, 2) if name else None
    assert Application.parse(row) == expected


@pytest.mark.parametrize(
    ("updates", "kb", "expected"),
    [
        ([CU4], "5009901", True),
        (["Microsoft BizTalk Server 2016 CU7 KB4528776"], "4528776", True),
        (["kb5009901"], "5009901", True),
        (["Microsoft BizTalk Server 2006 R2 Hotfix [See KB article 2435900 for detail]"], "2435900", True),
        (["Hotfix [KB 90000001]"], "90000001", True),
        (["Hotfix KB950099"], "950099", True),
        (["Update [KB 5009901]"], "500990", False),
        (["Update KB500990"], "5009901", False),
        (["Update KB50099011"], "5009901", False),
        (["Update XKB5009901"], "5009901", False),
        (["Microsoft BizTalk Server 2020 CU1"], "CU1", False),
        (["Microsoft BizTalk Server 2020 CU10"], "CU1", False),
        (["Build 5009901"], "5009901", False),
        (["First [KB 5007969]", "Second [KB 5009901]"], "5009901", True),
        (["Update [KB 5009901]"], "", False),
        ([], "5009901", False),
    ],
)
def test_an_update_is_known_by_the_number_of_its_article(updates: list[str], kb: str, expected: bool) -> None:
    assert snapshot(uninstall=[uninstall_key(*updates)]).has_update(kb) is expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([uninstall_key("A"), uninstall_key("B", "C")], ("A", "B", "C")),
        ([uninstall_key("A"), MISSING_KEY], ("A",)),
        ([MISSING_KEY, MISSING_KEY], ()),
    ],
)
def test_both_uninstall_keys_count_where_they_exist(keys: list[dict[str, t.Any]], expected: tuple[str, ...]) -> None:
    assert snapshot(uninstall=keys).updates == expected


def test_a_computer_is_read_whole() -> None:
    found = snapshot("bts1", processes=[CONSOLE, {**CONSOLE, "CommandLine": "mmc.exe services.msc"}])
    assert (found.name, found.architecture, found.account) == ("BTS1", "64-bit", "LAB\\patchadmin")
    assert (found.administrator, found.restart_pending, found.sso_running) == (True, False, True)
    assert [service.name for service in found.services][:2] == ["BTSSvc$Receive", "BTSSvc$Send"]
    assert found.applications == (Application("Administration Console", "mmc.exe", 4711, 2),)
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
        ({"exists": True, "properties": None}, False),
    ],
)
def test_a_product_is_configured_when_it_names_its_group(administration: dict[str, t.Any], configured: bool) -> None:
    product = snapshot(administration=administration).product
    assert product is not None
    assert product.configured is configured


def test_a_product_need_not_tell_everything() -> None:
    assert snapshot(product=registry_key()).product == Product(
        "Microsoft BizTalk Server", "", "", "SQL1", "BizTalkMgmtDb"
    )


def test_no_product_is_none() -> None:
    assert snapshot(product=MISSING_KEY).product is None
