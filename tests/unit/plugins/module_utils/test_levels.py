# Copyright (c) 2026, the biztalk.patching contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.biztalk.patching.plugins.module_utils._levels import (
    check_databases,
    check_prerequisites,
    check_superseded,
)
from ansible_collections.biztalk.patching.tests.unit.plugins.snapshots import (
    CU4,
    MISSING_KEY,
    package,
    registry_key,
    snapshot,
    uninstall_key,
)

if t.TYPE_CHECKING:
    from ansible_collections.biztalk.patching.plugins.module_utils._computer import Snapshot
    from ansible_collections.biztalk.patching.plugins.module_utils._preflight import Finding

HOTFIX = "Microsoft BizTalk Server 2020 Hotfix [KB 90000001]"
SERVICE_PACK = package(kb="90000005", title="Service Pack 1 [KB 90000005]", version="3.13.840.0", kind="service_pack")


def computer(*updates: str, version: str = "3.13.717.0") -> Snapshot:
    product = registry_key(ProductName="Microsoft BizTalk Server 2020", ProductVersion=version)
    return snapshot(product=product, uninstall=[uninstall_key("Microsoft BizTalk Server 2020", *updates)])


def group(patched: str = "", configured: str = "3.13.717.0") -> dict[str, t.Any]:
    rows = [{"cumulative_update": 4, "version": patched}] if patched else []
    databases = [{"language": "ENU", "product_version": configured}]
    return {"versions": {"databases": databases, "cumulative_updates": rows}}


def levels(findings: t.Iterable[Finding]) -> list[str]:
    return [finding.level for finding in findings]


@pytest.mark.parametrize(
    ("minimum", "installed", "databases", "expected"),
    [
        ("", computer(), group(), []),
        ("3.13.717.0", computer(), group(), []),
        ("3.13.717", computer(version="3.13.717"), group(), []),
        ("3.13.717.1", computer(), group(), ["fail"]),
        # As numbers, not as text.
        ("3.9.999.0", computer(), group(), []),
        # The version in the registry is that of setup: the entry of CU4 tells more.
        ("3.13.844.0", computer(CU4), group(), []),
        ("3.13.845.0", computer(CU4), group(), ["fail"]),
        # What no list names may have brought it: then the databases count, and otherwise nobody knows.
        ("3.13.812.0", computer(HOTFIX), group(), ["warn"]),
        ("3.13.812.0", computer(HOTFIX), group("3.13.811.9"), ["warn"]),
        ("3.13.812.0", computer(HOTFIX), group("3.13.812.0"), []),
        ("3.13.812.0", computer(HOTFIX), group(configured="3.13.812.0"), []),
        ("3.13.812.0", computer(), group("3.13.812.0"), ["fail"]),
        ("3.13.717.0", computer(version=""), group(configured=""), ["warn"]),
    ],
)
def test_what_an_update_needs_must_be_there(
    minimum: str, installed: Snapshot, databases: dict[str, t.Any], expected: list[str]
) -> None:
    update = package(kb="90000009", title="", minimum_version=minimum)
    findings = list(check_prerequisites([update], installed, databases))
    assert levels(findings) == expected
    assert all(finding.rule == "R23" and minimum in finding.text for finding in findings)


@pytest.mark.parametrize(("needed", "expected"), [("3.13.840.0", []), ("3.13.844.0", []), ("3.13.844.1", ["fail"])])
def test_an_update_before_it_in_the_chain_brings_it(needed: str, expected: list[str]) -> None:
    last = package(kb="90000009", title="", minimum_version=needed, version="")
    assert levels(check_prerequisites([SERVICE_PACK, package(), last], computer(), group())) == expected
    assert levels(check_prerequisites([last, SERVICE_PACK, package()], computer(), group())) == ["fail"]


def test_what_is_installed_already_needs_nothing() -> None:
    assert not levels(check_prerequisites([package(minimum_version="3.13.900.0")], computer(CU4), group()))


@pytest.mark.parametrize(
    ("installed", "replaced", "expected"),
    [
        (computer(), {}, []),
        (computer("Cumulative Update 5 for BizTalk [KB 5032870]"), {}, ["warn"]),
        (computer("Cumulative Update 5 for BizTalk [KB 5032870]"), {"version": "3.13.867.0"}, []),
        (computer("Cumulative Update 5 for BizTalk [KB 5032870]"), {"kind": "hotfix"}, []),
        (computer("Cumulative Update 5 for BizTalk [KB 5032870]"), {"version": "3.12.859.2"}, []),
        (computer("Cumulative Update 5 for BizTalk [KB 5032870]", CU4), {}, []),
        (computer("Cumulative Update 5 for BizTalk [KB 5032870]"), {"version": ""}, []),
    ],
)
def test_an_earlier_cumulative_update_is_doubtful(
    installed: Snapshot, replaced: dict[str, t.Any], expected: list[str]
) -> None:
    assert levels(check_superseded([package(**replaced)], installed)) == expected


@pytest.mark.parametrize(
    ("patched", "installed", "brought", "expected"),
    [
        ("", computer(), "3.13.785.0", []),
        ("3.13.844.0", computer(CU4), "3.13.785.0", []),
        ("3.13.844.1", computer(CU4), "3.13.785.0", ["fail"]),
        ("3.13.844.0", computer(), "3.13.843.9", ["fail"]),
        # A run that was interrupted goes on: the update is on some computers, and comes to this one now.
        ("3.13.844.0", computer(), "3.13.844.0", ["warn"]),
        ("3.13.844.0", computer(HOTFIX), "3.13.785.0", ["warn"]),
        ("3.13.844.0", computer(version=""), "3.13.785.0", ["warn"]),
        ("3.13.844.0", computer(), "", ["fail"]),
    ],
)
def test_no_computer_may_be_behind_the_databases(
    patched: str, installed: Snapshot, brought: str, expected: list[str]
) -> None:
    update = package(kb="90000009", title="", version=brought)
    findings = list(check_databases([update], installed, group(patched)))
    assert levels(findings) == expected
    for finding in findings:
        assert (finding.where, finding.rule) == ("BTS1", "R19")
        assert patched in finding.text
        assert "KB 2003907" in finding.text


def test_a_row_of_the_databases_may_be_empty() -> None:
    empty = {"cumulative_update": None, "version": "None.None.None.None"}
    versions = {"databases": [{"language": "", "product_version": None}], "cumulative_updates": [empty]}
    assert not levels(check_databases([package()], computer(), {"versions": versions}))
    assert levels(check_prerequisites([package()], computer(version=""), {"versions": versions})) == ["warn"]


def test_without_biztalk_nothing_is_judged_certain() -> None:
    missing = snapshot(product=MISSING_KEY)
    assert levels(check_databases([package()], missing, group("3.13.900.0"))) == ["warn"]
