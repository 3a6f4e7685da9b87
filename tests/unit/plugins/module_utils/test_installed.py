# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._builds import CUMULATIVE_UPDATES, build, shown
from ansible_collections.biztalk.patching.plugins.module_utils._installed import InstalledUpdate, UpdateName, release
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import CU4, package


def installed(name: str, **values: str) -> InstalledUpdate:
    return InstalledUpdate.parse(name, values)


@pytest.mark.parametrize(
    ("name", "kb", "expected"),
    [
        (CU4, "5009901", True),
        ("Microsoft BizTalk Server 2016 CU7 KB4528776", "4528776", True),
        ("kb5009901", "5009901", True),
        ("Microsoft BizTalk Server 2006 R2 Hotfix [See KB article 2435900 for detail]", "2435900", True),
        ("Hotfix [KB 90000001]", "90000001", True),
        ("Hotfix KB950099", "950099", True),
        ("Update [KB 5009901]", "500990", False),
        ("Update KB500990", "5009901", False),
        ("Update KB50099011", "5009901", False),
        ("Update XKB5009901", "5009901", False),
        ("Build 5009901", "5009901", False),
        ("Update [KB 5009901]", "", False),
    ],
)
def test_an_update_is_known_by_its_number(name: str, kb: str, expected: bool) -> None:
    assert installed(name).is_package(package(kb=kb, title="")) is expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"ID": "KB5009901"}, True),
        ({"ID": "KB50099010"}, False),
        ({"ID": "5009901"}, False),
        ({"DisplayName": CU4}, True),
        ({"DisplayVersion": "5009901"}, False),
        ({}, False),
    ],
)
def test_its_values_tell_the_number_where_its_name_does_not(values: dict[str, str], expected: bool) -> None:
    assert installed("Microsoft BizTalk Server 2020 Update", **values).is_package(package(title="")) is expected


PATCH = "{A70BB119-0B5B-56AD-8C72-8F5BC43946C4}"


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        ("Microsoft BizTalk Server 2016 CU7", "Microsoft BizTalk Server 2016 Cumulative Update 7 [KB 4528776]", True),
        ("Microsoft Biztalk Server 2010 CU5", "BizTalk Server 2010 Cumulative Update 5", True),
        ("Microsoft BizTalk Server 2020 CU1", "Microsoft BizTalk Server 2020 CU10", False),
        ("Microsoft BizTalk Server 2020 CU10", "Microsoft BizTalk Server 2020 CU1", False),
        ("Microsoft BizTalk Server 2013 R2 CU1", "Microsoft BizTalk Server 2013 CU1", False),
        ("Microsoft BizTalk Server 2013 CU1", "Microsoft BizTalk Server 2013 R2 CU1", False),
        ("Microsoft BizTalk Server 2016 CU1", "Microsoft BizTalk Server 2016 Feature Pack 3 CU1", False),
        ("Microsoft BizTalk Server 2006 R2 SP1", "Microsoft BizTalk Server 2006 R2 SP1 CU3", False),
        ("Microsoft BizTalk Server 2020 ESB Toolkit CU1", "Microsoft BizTalk Server 2020 CU1", False),
        ("Microsoft BizTalk Server 2020 CU1", "Microsoft BizTalk ESB Toolkit CU1 for BizTalk Server 2020", False),
        ("Microsoft BizTalk Server 2020", "Microsoft BizTalk Server 2020 CU1", False),
        ("A hotfix  for BizTalk", "a HOTFIX for BizTalk", True),
        ("Another hotfix for BizTalk", "A hotfix for BizTalk", False),
        (f"{{3C3532C8-182B-5AD9-8EEF-D42434251F0E}}_{PATCH.lower()}", "A hotfix for BizTalk", True),
    ],
)
def test_without_a_number_the_whole_name_or_the_patch_tells(name: str, title: str, expected: bool) -> None:
    assert installed(name).is_package(package(kb="4528776", title=title, patch_codes=[PATCH])) is expected


def test_another_number_is_another_update_whatever_its_name() -> None:
    again = installed("Microsoft BizTalk Server 2020 CU4 [KB 5099999]")
    assert not again.is_package(package(title="Microsoft BizTalk Server 2020 CU4"))
    assert again.is_package(package(kb="", title="Microsoft BizTalk Server 2020 CU4"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Microsoft BizTalk Server 2020 Cumulative Update 4 [KB 5009901]", ("2020", None, None, "4")),
        ("Microsoft Biztalk Server 2010 CU5", ("2010", None, None, "5")),
        ("BizTalk Server 2013 R2 CU 8", ("2013 R2", None, None, "8")),
        ("BizTalk Server 2006 R2 Service Pack 1", ("2006 R2", "1", None, None)),
        ("BizTalk Server 2016 Feature Pack 3 Cumulative Update 5", ("2016", None, "3", "5")),
        ("BizTalk Server 2016 Feature Pack", ("2016", None, "", None)),
        ("BizTalk Server 2020", None),
        ("BizTalk Server CU4", None),
        ("BizTalk Server 2020 RosettaNet CU4", None),
        ("BizTalk Server 2020 Hotfix", None),
    ],
)
def test_the_parts_of_a_name(text: str, expected: tuple[str | None, ...] | None) -> None:
    assert UpdateName.parse(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (CU4, True),
        ("Microsoft BizTalk Server 2016 CU7", True),
        ("BizTalk Hotfix [KB 90000001]", True),
        ("Microsoft BizTalk Server 2020", False),
        ("Microsoft BizTalk ESB Toolkit 2.4 [KB 5008067]", False),
        ("Some program [KB 5009901]", False),
    ],
)
def test_an_update_of_biztalk_itself(name: str, expected: bool) -> None:
    assert installed(name).of_biztalk is expected


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        (CU4, {}, "3.13.844.0"),
        ("Microsoft BizTalk Server 2016 CU7", {}, "3.12.859.2"),
        ("Microsoft BizTalk Server 2020 CU7", {}, ""),
        ("Microsoft BizTalk Server 2016 Feature Pack 3 CU7", {}, ""),
        ("BizTalk Hotfix", {"DisplayVersion": "3.13.850.0"}, "3.13.850.0"),
        ("BizTalk Hotfix", {"DisplayVersion": "1.0"}, ""),
        ("BizTalk Hotfix", {"DisplayVersion": "13.13.850.0"}, ""),
        (CU4, {"DisplayVersion": "3.13.845.0"}, "3.13.845.0"),
    ],
)
def test_the_build_that_it_brought(name: str, values: dict[str, str], expected: str) -> None:
    assert shown(installed(name, **values).build) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("3.13.844.0", "3.9.999.0"), ("3.12.774.1", "3.12.774"), ("3.13.844", "3.13.843.9"), ("3.9", "")],
)
def test_builds_compare_as_numbers(one: str, other: str) -> None:
    assert build(one) > build(other)


def test_a_build_may_be_short() -> None:
    assert build("3.12.774") == build("3.12.774.0")


def test_no_update_is_listed_twice() -> None:
    keys: list[t.Any] = [row[2] for row in CUMULATIVE_UPDATES] + [row[:2] for row in CUMULATIVE_UPDATES]
    assert len(set(keys)) == len(keys)
    assert list(CUMULATIVE_UPDATES) == sorted(CUMULATIVE_UPDATES, key=lambda row: build(row[3]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Microsoft BizTalk Server 2013", "2013"),
        ("Microsoft Biztalk Server 2013 r2", "2013 R2"),
        ("Microsoft BizTalk Server 20130", None),
        ("BizTalk", None),
    ],
)
def test_the_product(text: str, expected: str | None) -> None:
    assert release(text) == expected
